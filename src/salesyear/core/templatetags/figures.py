"""Filters that write numbers, money and shares in a template, the exact value on hover."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from salesyear.core import numbers

register = template.Library()


@register.filter
def figure(number: Decimal | int | None) -> SafeString | str:
    """`{{ 12345678|figure }}`: 1234.6万 or 12.3M, exact on hover."""
    return _data(numbers.shown(number))


@register.filter
def money(minor: int | None, currency: str) -> SafeString | str:
    """`{{ row.amount|money:"CNY" }}`: an amount of minor units, brief, exact on hover."""
    return _data(numbers.money(minor, currency))


@register.filter
def share(parts_per_million: int | None) -> SafeString | str:
    """`{{ 300000|share }}`: 30.0%."""
    return _data(numbers.percent(parts_per_million))


@register.filter
def percent(part: float | None) -> str:
    """`{{ 0.3985|percent }}`: 39.9%; an estimate, not an amount."""
    return numbers.MISSING if part is None else f"{100 * part:.1f}%"


@register.filter
def ratio(number: float | None) -> str:
    """`{{ 0.8374|ratio }}`: 0.84."""
    return numbers.MISSING if number is None else f"{number:.2f}"


@register.filter
def exact(number: Decimal | int | None) -> str:
    """`{{ 60919|exact }}`: 60,919."""
    return numbers.MISSING if number is None else numbers.grouped(number)


def _data(shown: numbers.Shown) -> SafeString | str:
    if not shown.exact or shown.exact == shown.text:
        return shown.text
    return format_html('<data value="{}" title="{}">{}</data>', shown.exact, shown.exact, shown.text)
