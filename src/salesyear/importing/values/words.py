"""Text, codes, yes and no, and choices as people type them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.values.figures import digits_lost, narrow
from salesyear.importing.values.problems import Problem, problem

YES: Final = frozenset({"yes", "y", "true", "t", "1", "是", "有", "对", "√", "✓", "✔", "启用"})
NO: Final = frozenset({"no", "n", "false", "f", "0", "否", "无", "错", "×", "✗", "✘", "停用"})
_SHORTENED: Final = re.compile(r"[+-]?\d(\.\d+)?e\+?\d{2,3}", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_text(text: str, longest: int | None = None) -> str | Problem:
    """Text without outer blanks. Text that is too long is refused, never cut."""
    plain = text.strip()
    if _CONTROL.search(plain):
        rule = noop("“%(value)s” holds characters that cannot be shown.")
        return problem(rule, noop("Delete them; they often come from a damaged file."), value=_visible(plain))
    if longest is not None and len(plain) > longest:
        rule = noop("“%(value)s” has %(length)s characters; %(longest)s fit.")
        return problem(rule, noop("Shorten it."), value=plain, length=len(plain), longest=longest)
    return plain


def read_code(text: str, longest: int | None = None) -> str | Problem:
    """A code: text in plain-width letters. A long number shortened to 1.23E+17 is refused, never rounded."""
    plain = narrow(text)
    if _SHORTENED.fullmatch(plain):
        return digits_lost(text)
    return read_text(plain, longest)


def read_yes_no(text: str) -> bool | Problem:
    """是 or 否, yes or no, 1 or 0, √ or ×."""
    plain = narrow(text).casefold()
    if plain in YES or plain in NO:
        return plain in YES
    rule = noop("“%(value)s” is neither yes nor no.")
    return problem(rule, noop("Write yes or no (是 or 否)."), value=text)


def read_choice(text: str, choices: Mapping[str, str]) -> str | Problem:
    """One of the named choices: `choices` takes every accepted spelling, case-folded, to what is kept."""
    kept = choices.get(narrow(text).casefold())
    if kept is not None:
        return kept
    rule = noop("“%(value)s” is not one of the choices.")
    return problem(rule, noop("Choose one of: %(choices)s."), value=text, choices=", ".join(sorted(choices)))


def _visible(text: str) -> str:
    """Text with each character that cannot be shown as a named blank."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
