"""How the catalogue is kept whole. (That ours is, `make check` says.)"""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from salesyear.web import messages

pytestmark = pytest.mark.once


def catalogue(*pairs: tuple[str, str]) -> Catalog:
    made = Catalog(locale="zh_Hans")
    for sentence, translation in pairs:
        made.add(sentence, translation)
    return made


def test_sentences_of_code_and_templates_are_found() -> None:
    found = {message.id for message in messages.collected() if isinstance(message.id, str)}
    assert "Two-step sign-in" in found  # marked in Python
    assert "Skip to the content" in found  # marked in a template


def test_an_untranslated_sentence_is_named() -> None:
    assert messages.problems(catalogue(("Open", "")), catalogue(("Open", ""))) == ["untranslated: 'Open'"]


def test_a_place_lost_in_translation_is_named() -> None:
    new = catalogue(("%(n)s rows", ""))
    old = catalogue(("%(n)s rows", "若干条"))
    assert messages.problems(new, old) == ["other places in the translation: '%(n)s rows'"]


def test_what_is_missing_and_what_is_left_over_are_named() -> None:
    lines = messages.problems(catalogue(("New", "新")), catalogue(("Old", "旧")))
    assert lines == ["not collected: 'New'", "no longer used: 'Old'"]


def test_a_doubtful_translation_is_named() -> None:
    old = catalogue(("Open", "打开"))
    old["Open"].flags.add("fuzzy")
    assert messages.problems(catalogue(("Open", "")), old) == ["doubtful (fuzzy): 'Open'"]


def test_translations_are_taken_over_but_doubtful_ones_are_not() -> None:
    old = catalogue(("Open", "打开"), ("Close", "关闭"))
    old["Close"].flags.add("fuzzy")
    made = messages.merged(catalogue(("Open", ""), ("Close", "")), old)
    assert [message.string for message in made if message.id] == ["打开", ""]
