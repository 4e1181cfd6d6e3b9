"""The twelve months of a plan's year, wherever it starts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesyear.plans.models import Plan


def months_from(first: date) -> list[date]:
    """Return the first days of twelve months from the month of `first` on."""
    start = first.year * 12 + first.month - 1
    return [date((start + step) // 12, (start + step) % 12 + 1, 1) for step in range(12)]


def months_of(plan: Plan) -> list[date]:
    """Return the first days of a plan's months."""
    return months_from(plan.starts_on)
