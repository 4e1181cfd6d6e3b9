"""The twelve months of a plan's year, wherever it starts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesyear.plans.models import Plan

MONTHS = 12


def months_from(first: date) -> list[date]:
    """Return the first days of twelve months from the month of `first` on."""
    start = first.year * 12 + first.month - 1
    return [date((start + step) // 12, (start + step) % 12 + 1, 1) for step in range(MONTHS)]


def months_of(plan: Plan) -> list[date]:
    """Return the first days of a plan's months."""
    return months_from(plan.starts_on)


def months_over(plan: Plan, today: date) -> int:
    """Return how many months of a plan's year are over."""
    return sum(1 for month in months_of(plan) if month < today.replace(day=1))
