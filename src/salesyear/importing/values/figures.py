"""Numbers as people type them: 1,234.50, １２３, 1.2万, (500), 5%, ￥100, read exactly or refused with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.values.problems import Problem, problem

#: Millionths of the unit must fit into 64 bits.
LARGEST: Final = Decimal(9_000_000_000_000)
SCALES: Final = {
    "": Decimal(1),
    "千": Decimal(1000),
    "k": Decimal(1000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "m": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "b": Decimal(1_000_000_000),
    "bn": Decimal(1_000_000_000),
    "万亿": Decimal(1_000_000_000_000),
}
#: A sign on an amount, and the currencies it can stand for.
SIGNS: Final = {
    "¥": frozenset({"CNY", "JPY"}),
    "$": frozenset({"USD", "CAD", "AUD", "HKD", "SGD", "NZD", "TWD", "MXN"}),
    "US$": frozenset({"USD"}),
    "HK$": frozenset({"HKD"}),
    "NT$": frozenset({"TWD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "₩": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
    "元": frozenset({"CNY", "HKD", "TWD"}),
    "RMB": frozenset({"CNY"}),
    **{code: frozenset({code}) for code in ("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "CAD", "AUD")},
}
NOTHING: Final = frozenset({"", "-", "--", "—", "——", "n/a", "null", "none", r"\n", "无", "空"})
ERRORS: Final = frozenset({"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!"})

_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_SCALE = "|".join(sorted((scale for scale in SCALES if scale), key=len, reverse=True))
_FIGURE: Final = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[+-])?\s*(?P<before>{_SIGN})?\s*(?P<minus2>[+-])?\s*"
    rf"(?P<digits>[\d.,' ]*\d\.?)(?:e(?P<power>[+-]?\d{{1,3}}))?\s*(?P<scale>{_SCALE})?\s*(?P<after>{_SIGN})?"
    rf"(?P<percent>%)?\s*(?P<minus3>-)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"\d+(\.\d*)?|\.\d+")
_GROUPED: Final = re.compile(r"\d{1,3}([, '])\d{3}(\1\d{3})*(\.\d*)?")
_COMMA_DECIMALS: Final = re.compile(r"\d,(\d{1,2}|\d{4,})\D*$|\.\d{3},\d")
_POINT_DECIMALS: Final = re.compile(r"\.(\d{1,2}|\d{4,})\D*$|,\d{3}\.")
_EVERYDAY: Final = re.compile(r"-?\d{1,12}(\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as typed: its value, the currency sign beside it, and whether it was a percentage."""

    value: Decimal
    sign: str = ""
    percent: bool = False


def narrow(text: str) -> str:
    """Full-width forms, odd minus signs and hard blanks as their plain counterparts, without outer blanks."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").strip()


def is_nothing(text: str) -> bool:
    """Whether a typed cell says that nobody has answered yet (empty, -, N/A)."""
    return not text[:1].isdigit() and narrow(text).casefold() in NOTHING


def read_figure(text: str, decimal_mark: str = ".") -> Figure | Problem:
    """A number with what may stand around it: sign, brackets, currency, 万 or K, percent.

    Brackets and a trailing minus make it negative. Thousands are grouped by threes or not at all: `12,34` is
    refused rather than guessed. `decimal_mark` is the mark the whole column uses (see `decimal_mark_of`).
    """
    plain = narrow(text)
    if decimal_mark == "." and _EVERYDAY.fullmatch(plain):
        return Figure(Decimal(plain))
    match = _FIGURE.fullmatch(plain)
    digits = _digits(match["digits"], decimal_mark) if match else None
    if match is None or digits is None or not _one_sign(match):
        return _not_a_number(text, plain)
    return _figure(text, match, digits)


def _one_sign(match: re.Match[str]) -> bool:
    """Whether the number is signed once at most, and its bracket closed."""
    signs = sum(bool(match[name]) for name in ("open", "minus", "minus2", "minus3"))
    return signs <= 1 and bool(match["open"]) == bool(match["close"])


def _figure(text: str, match: re.Match[str], digits: str) -> Figure | Problem:
    """The value of a matched number, when its digits were not lost and it fits."""
    power = int(match["power"] or 0)
    if power + len(digits.split(".")[0]) > 15 and match["power"]:
        return digits_lost(text)
    value = Decimal(digits).scaleb(power) * SCALES[(match["scale"] or "").lower()]
    if abs(value) > LARGEST:
        return problem(noop("“%(value)s” is larger than any amount this system keeps."), _CHECK_UNIT, value=text)
    minus = "-" in (match["minus"], match["minus2"], match["minus3"]) or bool(match["open"])
    sign = (match["before"] or match["after"] or "").upper()
    return Figure(-value if minus else value, sign, bool(match["percent"]))


def _digits(typed: str, decimal_mark: str) -> str | None:
    """Digits with a plain decimal point, or None when the grouping is not by threes."""
    typed = typed.strip()
    if decimal_mark == ",":
        typed = typed.translate(str.maketrans(",.", ".,"))
    if _PLAIN.fullmatch(typed):
        return typed
    return re.sub("[, ']", "", typed) if _GROUPED.fullmatch(typed) else None


_CHECK_UNIT: Final = noop("Check the unit (元, 万, 亿) and the decimal point.")


def _not_a_number(text: str, plain: str) -> Problem:
    """Which way a cell fails to be a number."""
    if plain.casefold() in ERRORS:
        rule = noop("“%(value)s” is an error left by the spreadsheet.")
        return problem(rule, noop("Mend the formula, or empty the cell."), value=text)
    if plain.casefold().lstrip("+-") in {"nan", "inf", "infinity", "∞"}:
        rule = noop("“%(value)s” is not a finite number.")
        return problem(rule, noop("Write the number, or leave the cell empty."), value=text)
    rule = noop("“%(value)s” is not a number.")
    return problem(rule, noop("Write it like 1234.50, 1,234.50, 1.2万, (500) or 5%%."), value=text)


def digits_lost(text: str) -> Problem:
    """The refusal of a long number that a spreadsheet has shortened: its last digits are gone."""
    return problem(
        noop("“%(value)s” is a long number shortened by the spreadsheet: its last digits are lost."),
        noop("In the original, format the column as text, and export it again."),
        value=text,
    )


def read_whole(text: str, decimal_mark: str = ".") -> int | Problem:
    """A whole number: `1,200`, `１２`, `1.2万`; `2.5` is refused."""
    figure = read_figure(text, decimal_mark)
    if isinstance(figure, Problem):
        return figure
    if figure.value != figure.value.to_integral_value() or figure.percent:
        rule = noop("“%(value)s” is not a whole number.")
        return problem(rule, noop("Write it without decimals."), value=text)
    return int(figure.value)


def read_decimal(text: str, decimal_mark: str = ".") -> Decimal | Problem:
    """A number that may have decimals; `5%` is 0.05."""
    figure = read_figure(text, decimal_mark)
    if isinstance(figure, Problem):
        return figure
    return figure.value / 100 if figure.percent else figure.value


def read_amount(text: str, decimal_mark: str = ".") -> Figure | Problem:
    """An amount of money with the currency sign it carries; a percentage is refused."""
    figure = read_figure(text, decimal_mark)
    if isinstance(figure, Figure) and figure.percent:
        rule = noop("“%(value)s” is a percentage, not an amount.")
        return problem(rule, noop("Choose another column, or write the amount."), value=text)
    return figure


def read_percent(text: str, decimal_mark: str = ".", *, points: bool | None = None) -> Decimal | Problem:
    """A share as a fraction: `5%` is 0.05; a bare 5 is 0.05 when the column is in points, see `points_of`."""
    figure = read_figure(text, decimal_mark)
    if isinstance(figure, Problem):
        return figure
    if figure.percent:
        return figure.value / 100
    if points is None and figure.value == 1:
        rule = noop("“%(value)s” may be 1%% or 100%%: the column does not tell which.")
        return problem(rule, noop("Write it with a percent sign."), value=text)
    return figure.value / 100 if points else figure.value


def decimal_mark_of(texts: Iterable[str]) -> str:
    """The decimal mark a column uses: a comma only when some value shows it and none shows a point."""
    plain = [narrow(text) for text in texts]
    comma = any("," in text and _COMMA_DECIMALS.search(text) for text in plain)
    point = any("." in text and _POINT_DECIMALS.search(text) for text in plain)
    return "," if comma and not point else "."


def points_of(texts: Iterable[str], decimal_mark: str = ".") -> bool | None:
    """Whether bare shares of a column are percent points (20 is 20 %), fractions (0.2), or cannot be told."""
    figures = (read_figure(text, decimal_mark) for text in texts)
    bare = [abs(one.value) for one in figures if isinstance(one, Figure) and not one.percent]
    if any(value > 1 for value in bare):
        return True
    return False if any(0 < value < 1 for value in bare) else None
