"""What somebody typed into a cell: an amount, a change of the present one, or a small sum."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "k": 10**3, "m": 10**6, "b": 10**9, "千": 10**3}
_NUMBER = r"\d[\d,]*(?:\.\d+)?|\.\d+"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})(?P<unit>[万萬亿億千kKmMbB])?|(?P<sign>[-+*/()]))")
_CHANGE = re.compile(rf"(?P<sign>[-+])(?P<number>{_NUMBER})%")
_TIMES = re.compile(rf"(?P<sign>[*/])(?P<number>{_NUMBER})")
MOST = 9 * 10**17  # minor units that a whole number of 64 bits holds


class NotUnderstood(ValueError):
    """A text that is no amount; the message says what would be."""


@dataclass(frozen=True)
class Cell:
    """The cell that is typed into: its present amount in minor units, the currency's digits, the rounding unit."""

    present: int
    digits: int
    unit: int


def amount_of(text: str, cell: Cell) -> int | None:
    """Return the amount that was meant, in minor units and whole rounding units; None when the text is empty.

    Raises NotUnderstood. Known: `1,200`, `1.2万`, `+10%`, `-5%`, `*1.1`, `/2`, `=1200+300`, also in full-width forms.
    """
    plain = _plain(text)
    if not plain:
        return None
    exact = _meant(plain, cell)
    if exact < 0:
        raise NotUnderstood(_("A target cannot be below 0."))
    if exact > MOST:
        raise NotUnderstood(_("“%(text)s” is more than a plan can hold.") % {"text": text})
    steps = (exact / cell.unit).quantize(Decimal(1), ROUND_HALF_UP)
    return int(steps) * cell.unit


@lru_cache(256)  # a paste says "+1%" ten thousand times
def _plain(text: str) -> str:
    """Full-width signs and digits as ordinary ones, without blanks and signs of currency."""
    usual = unicodedata.normalize("NFKC", text).replace("，", ",").replace("−", "-").replace("×", "*").replace("÷", "/")
    return re.sub(r"[\s¥￥$€£元]", "", usual)


def _meant(plain: str, cell: Cell) -> Decimal:
    try:
        if change := _CHANGE.fullmatch(plain):
            part = Decimal(change["number"].replace(",", "")) / 100
            return cell.present * (1 + part if change["sign"] == "+" else 1 - part)
        if times := _TIMES.fullmatch(plain):
            factor = Decimal(times["number"].replace(",", ""))
            return cell.present * factor if times["sign"] == "*" else cell.present / factor
        return _Sum(plain.removeprefix("=")).value().scaleb(cell.digits)
    except (InvalidOperation, DivisionByZero):
        raise _no_amount(plain) from None


def _no_amount(plain: str) -> NotUnderstood:
    return NotUnderstood(
        _("“%(text)s” is not an amount. Understood are: 1,200 · 1.2万 · +10%% · *1.1 · =1200+300") % {"text": plain}
    )


class _Sum:
    """Reads + - * / and brackets over numbers, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens, place = text, list[Decimal | str](), 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if not found:
                raise _no_amount(text)
            self._tokens.append(found["sign"] or _number(found["number"], found["unit"]))
            place = found.end()

    def value(self) -> Decimal:
        """Return what it comes to. Raises NotUnderstood."""
        found = self._terms()
        if self._tokens:
            raise _no_amount(self._text)
        return found

    def _terms(self) -> Decimal:
        total = self._factors()
        while self._tokens and self._tokens[0] in ("+", "-"):
            total = total + self._factors() if self._tokens.pop(0) == "+" else total - self._factors()
        return total

    def _factors(self) -> Decimal:
        product = self._one()
        while self._tokens and self._tokens[0] in ("*", "/"):
            product = product * self._one() if self._tokens.pop(0) == "*" else product / self._one()
        return product

    def _one(self) -> Decimal:
        found = self._tokens.pop(0) if self._tokens else ""
        if isinstance(found, Decimal):
            return found
        if found == "-":
            return -self._one()
        if found == "(":
            inside = self._terms()
            if self._tokens and self._tokens.pop(0) == ")":
                return inside
        raise _no_amount(self._text)


def _number(digits: str, unit: str | None) -> Decimal:
    return Decimal(digits.replace(",", "")) * UNITS.get((unit or "").lower(), 1)
