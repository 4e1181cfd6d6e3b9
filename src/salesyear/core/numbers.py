"""Numbers and money in words of the reader's language: 万 and 亿 in Chinese, K, M and B in English; exact beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision, get_currency_symbol
from django.utils.translation import get_language

MISSING = "--"
_MICROS = Decimal(1_000_000)
_STEPS = {
    "zh": ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    "en": ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
}
_LEAST = {"zh": Decimal(10_000), "en": Decimal(10_000)}  # below this a number is short enough to stand whole


@dataclass(frozen=True)
class Shown:
    """A number as it stands on a page: `text` is what is read, `exact` what hovering and exports give."""

    text: str
    exact: str

    def __str__(self) -> str:
        return self.text


def major(minor: int, digits: int) -> Decimal:
    """Turn whole minor units into units of the currency: 1234 with 2 digits is 12.34."""
    return Decimal(minor).scaleb(-digits)


def from_micros(micros: int) -> Decimal:
    """Turn millionths into a number without trailing zeros: 1_500_000 is 1.5."""
    number = Decimal(micros) / _MICROS
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


@cache
def minor_digits(currency: str) -> int:
    """How many decimals a currency's minor unit has (CNY 2, JPY 0, KWD 3), by CLDR."""
    return int(get_currency_precision(currency))


@cache
def symbol(currency: str, language: str) -> str:
    """The currency's sign in a language (￥ for CNY in Chinese, CN¥ in English); its code where it has none."""
    return str(get_currency_symbol(currency, locale=_locale(language)))


def grouped(number: Decimal | int, places: int | None = None) -> str:
    """Write a number exactly, thousands apart: 1234567.5 with 2 places is 1,234,567.50."""
    exact = Decimal(number)
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}"


def short(number: Decimal | int, language: str | None = None) -> str:
    """Write a number briefly, one decimal: 12,345,678 is 1234.6万 in Chinese and 12.3M in English."""
    exact = Decimal(number)
    steps = _STEPS[_tongue(language)]
    if abs(exact) < _LEAST[_tongue(language)]:
        return grouped(exact)
    size, word = _step_for(exact, steps)
    return f"{_tenth(exact / size)}{word}"


def shown(number: Decimal | int | None, *, language: str | None = None, places: int | None = None) -> Shown:
    """Write a number briefly with the exact one beside it; `--` when there is none."""
    if number is None:
        return Shown(MISSING, "")
    exact = grouped(number, places)
    brief = short(number, language)
    return Shown(exact if abs(Decimal(number)) < _LEAST[_tongue(language)] else brief, exact)


def money(minor: int | None, currency: str, *, digits: int | None = None, language: str | None = None) -> Shown:
    """Write an amount of minor units briefly, with its sign of currency; exact to the minor unit beside it."""
    if minor is None:
        return Shown(MISSING, "")
    places = minor_digits(currency) if digits is None else digits
    number = shown(major(minor, places), language=language, places=places)
    return Shown(
        _signed(number.text, symbol(currency, language or get_language() or "en")), f"{currency} {number.exact}"
    )


def percent(parts_per_million: int | None, places: int = 1) -> Shown:
    """Write a share held in parts per million: 300,000 is 30.0%."""
    if parts_per_million is None:
        return Shown(MISSING, "")
    exact = Decimal(parts_per_million) / 10_000
    return Shown(f"{grouped(exact, places)}%", f"{exact.normalize():f}%")


def _step_for(number: Decimal, steps: tuple[tuple[Decimal, str], ...]) -> tuple[Decimal, str]:
    # 999,950 would round to 1000.0K: it takes the next step up instead.
    bigger = [(size, word) for size, word in steps if abs(_tenth(number / size)) >= 1]
    return bigger[0] if bigger else steps[-1]


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _signed(text: str, sign: str) -> str:
    gap = " " if sign.isalpha() and sign.isascii() else ""
    return f"-{sign}{gap}{text[1:]}" if text.startswith("-") else f"{sign}{gap}{text}"


def _tongue(language: str | None) -> str:
    return "zh" if (language or get_language() or "en").startswith("zh") else "en"


def _locale(language: str) -> str:
    return "zh_Hans_CN" if language.startswith("zh") else "en"
