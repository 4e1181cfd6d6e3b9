"""The parts of the planning table's script, each by itself in a real Chromium, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static
from django.utils.translation import override
from playwright.sync_api import Browser, Page

import salesyear.web
from salesyear.core import numbers
from salesyear.targets.templatetags.planning_table import table_texts

FOLDER = Path(salesyear.web.__file__).parent / "static" / "web" / "table"
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))}
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL)
TEXT = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`")
AMOUNTS = [
    0,
    1,
    99,
    100,
    12_345,
    999_949,
    999_950,
    1_000_000,
    123_456_789,
    -123_456_789,
    99_999_499_999,
    12_345_678_901,
]

browser = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/account/login/")
    yield page
    context.close()


def ask(page: Page, module: str, expression: str, *values: Any) -> Any:
    """Evaluate an expression with a module of the table as `it` and values as `given`."""
    source = f"async ([at, given]) => {{ const it = await import(at); return {expression}; }}"
    return page.evaluate(source, [static(f"web/table/{module}.js"), list(values)])


class TestInTheBrowser:
    pytestmark = browser

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_amounts_are_written_as_everywhere_else(self, page: Page, language: str) -> None:
        """The same short form and the same exact one as the server's own pages."""
        made = "new it.Numbers(given[0], {code: 'CNY', digits: 2}, false)"
        money = "{id: 'target', kind: 'money'}"
        brief = f"given[1].map(one => {made}.brief({money}, one))"
        exact = f"given[1].map(one => {made}.exact({money}, one))"
        assert ask(page, "numbers", exact, language, AMOUNTS) == [numbers.money(one, "CNY").exact for one in AMOUNTS]
        short = [numbers.short(numbers.major(one, 2), language) for one in AMOUNTS]
        assert [_bare(text) for text in ask(page, "numbers", brief, language, AMOUNTS)] == [
            _bare(text) for text in short
        ]

    def test_what_is_missing_and_what_is_no_money(self, page: Page) -> None:
        made = "new it.Numbers('en', {code: 'CNY', digits: 2}, false)"
        growth = "{id: 'growth', kind: 'share'}"
        told = f"[{made}.brief({growth}, 0.125), {made}.brief({growth}, null), {made}.plain({growth}, 0.125)]"
        assert ask(page, "numbers", told) == ["+12.5%", "--", "12.5%"]

    def test_a_block_from_a_spreadsheet(self, page: Page) -> None:
        """Quotes around a cell hold tabs, line breaks and doubled quotes; the last line end begins no row."""
        copied = '1,200\t"a\tb"\r\n"two\nlines"\t"say ""no"""\r\n'
        assert ask(page, "clipboard", "it.read(given[0])", copied) == [["1,200", "a\tb"], ["two\nlines", 'say "no"']]
        assert ask(page, "clipboard", "it.write(given[0])", [["1", "2"], ["3", "4"]]) == "1\t2\r\n3\t4"

    def test_one_cell_fills_what_is_selected_and_a_block_stays_a_block(self, page: Page) -> None:
        three = {"top": 0, "bottom": 2, "left": 1, "right": 1}
        assert ask(page, "clipboard", "it.laid(given[0], given[1])", [["7"]], three) == [["7"], ["7"], ["7"]]
        assert ask(page, "clipboard", "it.laid(given[0], given[1])", [["1"], ["2"]], three) == [["1"], ["2"]]

    def test_choices_are_in_the_address(self, page: Page, site: str) -> None:
        page.goto(f"{site}/account/login/?down=region&down=rep&across=quarters&open=region:1,region:2&numbers=exact")
        offered = {"down": ["region"], "across": "months", "measures": ["target"]}
        assert ask(page, "choices", "it.asked(it.chosen(given[0]))", offered) == {
            "down": "region,rep",
            "across": "quarters",
            "measures": "target",
        }
        opened = "['region:1', 'region:3'].map(key => it.isOpen(it.chosen(given[0]), key))"
        assert ask(page, "choices", opened, offered) == [True, False]
        ask(page, "choices", "it.keep({...it.chosen(given[0]), all: true}, {step: true})", offered)
        assert page.url.endswith(
            "?down=region,rep&across=quarters&measures=target&numbers=exact&open=all&shut=region:1,region:2"
        )


def _bare(text: str) -> str:
    return text.replace(".00", "").replace(",", "")


@pytest.mark.once
class TestWords:
    def test_the_script_holds_no_sentence(self) -> None:
        """Whatever is read comes from gettext: no Chinese but the two units, no capital word followed by another."""
        found = [(name, text) for name, script in SCRIPTS.items() for text in _texts(script)]
        assert len(found) > 100
        assert [
            one for one in found if re.search(r"[A-Z][a-z]+ [a-z]+|[\u4e00-\u9fff]", one[1]) and one[1] not in "万亿"
        ] == []

    def test_every_word_it_asks_for_is_there_and_every_word_is_asked_for(self) -> None:
        texts = {text for script in SCRIPTS.values() for text in _texts(script)}
        asked = {name for script in SCRIPTS.values() for name in re.findall(r'say\("(\w+)"', script)}
        there = set(table_texts())
        assert asked - there == set()
        assert {name for name in there - texts if not name.startswith("closed_")} == set()

    def test_every_reason_for_a_closed_cell_has_its_sentence(self) -> None:
        reasons = re.findall(r'return "(frozen|read_only)"|\? "(locked)"|: "(outside)"', "".join(SCRIPTS.values()))
        assert {f"closed_{''.join(one)}" for one in reasons} == {
            one for one in table_texts() if one.startswith("closed_")
        }

    def test_places_survive_translation(self) -> None:
        english = table_texts()
        with override("zh-hans"):
            chinese = table_texts()
        places = re.compile(r"\{\w+\}")
        for name, text in english.items():
            assert sorted(places.findall(text)) == sorted(places.findall(chinese[name])), name
            assert text != chinese[name] or text == "{who}: {value}", name


def _texts(script: str) -> list[str]:
    return ["".join(parts) for parts in TEXT.findall(COMMENT.sub("", script))]
