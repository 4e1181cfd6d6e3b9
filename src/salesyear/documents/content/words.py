"""Numbers as a paper writes them: whole amounts in tables, short ones in sentences, in the paper's language."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from django.utils.translation import gettext as _

from salesyear.core.numbers import MISSING, grouped, major, short
from salesyear.documents.content.model import Kind, Money, Value

MULTIPLE: Final = 2.0  # a growth above this is written as a multiple: last year is no measure of it


def brief(minor: int, money: Money, language: str) -> str:
    """An amount for a sentence: `CNY 1.2亿`, `USD 1.2M`."""
    number = major(minor, money.digits)
    whole = number if abs(number) < 100 else number.quantize(Decimal(1))
    return f"{money.code} {short(whole, language)}"


def unbroken(text: str, money: Money) -> str:
    """The sentence with each amount held to its currency, so that no line ends between the two."""
    return re.sub(rf"(?<![A-Za-z]){money.code} (?=-?\d)", f"{money.code}\u00a0", text)  # \b sees none after 测


def month_name(month: date, language: str, *, short: bool = True) -> str:
    """A month as an axis writes it (Apr, 4月) or, with its year, a sentence (April 2027, 2027年4月)."""
    chinese = language.startswith("zh")
    form = ("M月" if chinese else "LLL") if short else ("y年M月" if chinese else "LLLL y")
    return str(format_date(month, form, locale="zh_CN" if chinese else "en"))


def growth_on(amount: int, last: int) -> str:
    """The change on last year for a sentence: “+12.3% on last year”; a multiple where last year is no measure."""
    if last <= 0:
        return _("nothing was sold there last year")
    share = (amount - last) / last
    if share > MULTIPLE:
        return _("%(times)s times last year") % {"times": f"{amount / last:.1f}"}
    return _("%(change)s on last year") % {"change": f"{share:+.1%}"}


def whole_percent(share: float | None) -> str:
    """A share in whole per cent; `--` where there is none."""
    return MISSING if share is None else f"{share:.0%}"


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
    if kind is Kind.GROWTH and isinstance(value, int | float):
        return f"{value:+.1%}" if value <= MULTIPLE else f"×{1 + value:.1f}"
    return value.isoformat() if isinstance(value, date) else str(value)
