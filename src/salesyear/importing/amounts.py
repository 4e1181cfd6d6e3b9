"""Typed values as the numbers that are kept: minor units, millionths, parts per million."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing.checking import Reading
from salesyear.importing.values import SIGNS, Figure, Problem, problem
from salesyear.sales.models import Currency

MILLION: Final = 1_000_000
ONE: Final = Decimal(1)


@dataclass(frozen=True)
class Currencies:
    """The currencies there are: how many decimals each has, and the company's own."""

    digits: dict[str, int]
    base: str | None

    @classmethod
    def known(cls, scope: Scope) -> Currencies:
        """Read them."""
        rows = list(Currency.objects.within(scope).values_list("code", "digits", "is_base"))
        return cls({code: digits for code, digits, _ in rows}, next((code for code, _, base in rows if base), None))


def micros(value: Decimal) -> int:
    """A figure in millionths, the seventh decimal rounded half up."""
    return int((value * MILLION).quantize(ONE, ROUND_HALF_UP))


def minor_units(value: Decimal, currency: str, digits: int, text: str) -> int | Problem:
    """An amount in whole minor units; more decimals than the currency has are refused, not rounded."""
    scaled = value.scaleb(digits)
    if scaled == scaled.to_integral_value():
        return int(scaled)
    return problem(
        noop("“%(value)s” has more decimals than %(currency)s has (%(digits)s)."),
        noop("Round it in the original: this amount stands on a paper."),
        value=text,
        currency=currency,
        digits=digits,
    )


def wrong_sign(figure: Figure, currency: str) -> Problem | None:
    """The contradiction between the sign beside an amount and the currency it is read in."""
    if not figure.sign or currency in SIGNS.get(figure.sign, frozenset({currency})):
        return None
    return problem(
        noop("The sign “%(sign)s” contradicts the currency %(currency)s."),
        noop("Choose the currency of the file, or correct the sign."),
        sign=figure.sign,
        currency=currency,
    )


def settle_currency(reading: Reading, currencies: Currencies) -> list[str | None]:
    """The currency of every row: the file's own, else the company's; rows without either are faults."""
    values = reading.values.setdefault("currency", [None] * reading.table.height)
    for row, value in enumerate(values):
        if value is None and row not in reading.bad:
            values[row] = currencies.base
            if currencies.base is None:
                reading.refuse(row, "currency", problem(_NO_CURRENCY, _SAY_CURRENCY))
    return values


_NO_CURRENCY: Final = noop("The row names no currency, and the company has none of its own yet.")
_SAY_CURRENCY: Final = noop("Bring in the currencies first, one of them as the company's own.")


def keep_figures(reading: Reading, column: str, field: Any, currencies: Currencies) -> None:  # noqa: ANN401 (a model's field)
    """Turn the figures of a column into what its field keeps; contradictions are faults."""
    values, texts = reading.values[column], reading.texts[column]
    money = reading.values.get("currency") or [None] * len(values)
    known: dict[tuple[str, str | None], Any] = {}
    for row, (value, text, currency) in enumerate(zip(values, texts, money, strict=True)):
        if value is None or row in reading.bad:
            continue
        kept = known.get((text, currency))
        if kept is None:
            kept = known[text, currency] = _kept(value, text, field, currency, currencies)
        if isinstance(kept, Problem):
            reading.refuse(row, column, kept)
            kept = None
        values[row] = kept


def _kept(value: Any, text: str, field: Any, currency: str | None, currencies: Currencies) -> Any:  # noqa: ANN401 (any typed value)
    """One figure as its field keeps it."""
    kind = type(field).__name__
    if isinstance(value, Figure):
        fault = wrong_sign(value, currency) if currency else None
        if fault or kind != "MoneyField" or currency is None:
            return fault or micros(value.value)
        return minor_units(value.value, currency, currencies.digits[currency], text)
    if isinstance(value, Decimal):
        if kind in ("MicrosField", "ShareField"):
            return micros(value)
        return float(value) if kind == "FloatField" else value
    return value
