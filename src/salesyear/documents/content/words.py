"""Numbers as a paper writes them: whole amounts in tables, short ones in sentences, in the paper's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date

from salesyear.core.numbers import MISSING, grouped, major, short
from salesyear.documents.content.model import Kind, Money, Value


def brief(minor: int, money: Money, language: str) -> str:
    """An amount for a sentence: `CNY 1.2亿`, `USD 1.2M`."""
    number = major(minor, money.digits)
    whole = number if abs(number) < 100 else number.quantize(Decimal(1))
    return f"{money.code} {short(whole, language)}"


def month_name(month: date, language: str, *, short: bool = True) -> str:
    """A month as an axis writes it (Apr, 4月) or, with its year, a sentence (April 2027, 2027年4月)."""
    chinese = language.startswith("zh")
    form = ("M月" if chinese else "LLL") if short else ("y年M月" if chinese else "LLLL y")
    return str(format_date(month, form, locale="zh_CN" if chinese else "en"))


def signed_share(part: int, whole: int) -> str:
    """The change from one amount to another: `+12.3%`; `--` from nothing."""
    return f"{(part - whole) / whole:+.1%}" if whole else MISSING


def share_of(part: float, whole: float) -> float | None:
    """A part of a whole as a fraction; None of nothing."""
    return part / whole if whole else None


def text_of(value: Value, kind: Kind, money: Money) -> str:
    """A cell of a table as text."""
    if value is None:
        return MISSING
    if kind is Kind.MONEY and isinstance(value, int):
        return grouped(major(value, money.digits), money.places)
    if kind is Kind.COUNT and isinstance(value, int | float):
        return f"{value:,.0f}"
    if kind is Kind.SHARE and isinstance(value, int | float):
        return f"{value:.1%}"
    return value.isoformat() if isinstance(value, date) else str(value)
