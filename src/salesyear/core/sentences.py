"""Sentences and lists set one after another, as the reader's language sets them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import pgettext


def together(*sentences: str) -> str:
    """Set sentences one after another; empty ones take no room."""
    said, *others = [one for one in sentences if one] or [""]
    for one in others:
        said = pgettext("two sentences", "%(first)s %(second)s") % {"first": said, "second": one}
    return said


def about(what: str, said: str) -> str:
    """Say of what a sentence speaks, before it; of nothing in particular, the sentence alone."""
    return pgettext("what a sentence is about", "%(what)s: %(said)s") % {"what": what, "said": said} if what else said


def enumerated(names: Iterable[object]) -> str:
    """Set names as a list."""
    return pgettext("list", ", ").join(map(str, names))
