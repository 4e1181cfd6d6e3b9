"""The dates of a folder: read as the import reads them, moved by whole years when asked, and the last closed month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from salesyear.importing.values.dates import order_of, read_date

MOST_AHEAD: Final = 2  # years from the last sale to the plan; older data are moved
ALMOST_OVER: Final = 25  # the day of a month from which its sales count as whole


def days_of(cells: list[str], order: str = "") -> list[date | None]:
    """Each cell's day; None where it is empty or no date."""
    distinct = set(cells)
    order = order or order_of(distinct)
    read = {cell: read_date(cell, order) for cell in distinct if cell}
    days = {cell: day for cell, day in read.items() if isinstance(day, date)}
    return [days.get(cell) for cell in cells]


def moved_cells(cells: list[str], years: int, order: str = "") -> list[str]:
    """Each day in ISO form, `years` later; what is no date stays as it is, for the import to refuse with its reason."""
    days = days_of(cells, order)
    return [moved(day, years).isoformat() if day else cell for cell, day in zip(cells, days, strict=True)]


def moved(day: date, years: int) -> date:
    """A day so many years later; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def years_to_move(last: date, plan_year: int) -> int:
    """By how many years to move dates so that the last sale falls into the year before the plan; 0 when recent."""
    return plan_year - 1 - last.year if last.year < plan_year - MOST_AHEAD else 0


def closed_until(last: date) -> date:
    """The first day of the month that is not closed: the one after the last sale's, or that sale's own."""
    if last.day >= ALMOST_OVER:
        return (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return last.replace(day=1)


def months_missing(days: Iterable[date]) -> list[date]:
    """The months between the first and the last day in which there is no day at all."""
    there = {day.year * 12 + day.month - 1 for day in days}
    if not there:
        return []
    return [date(month // 12, month % 12 + 1, 1) for month in range(min(there), max(there)) if month not in there]
