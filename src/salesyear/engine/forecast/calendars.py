"""Working days and the moving festival: what the calendar itself does to a month's sales."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesyear.engine.forecast.tree import Floats
from salesyear.engine.messages import EngineError, noop

RUSH_DAYS = 14
LEAST_GAIN = 0.05
FESTIVALS = {"CN": ("Chinese New Year", "Spring Festival"), "HK": ("Chinese New Year", "Lunar New Year")}


class UnknownCountry(EngineError):
    """No holiday calendar is known for a country."""


@dataclass(frozen=True)
class Calendar:
    """One row per period: working days, days of the fortnight before the moving festival, and whether it is
    provisional.

    provisional: the year's holidays have not been decreed yet, dates are computed (China decrees them each autumn).
    """

    working: Floats
    rush: Floats
    provisional: tuple[bool, ...]


@dataclass(frozen=True)
class CalendarEffect:
    """names: the effects that earned their place, in order. coefficients: change of log sales per unit of each.

    past, future: the factor of each period, 1 for an average one of its season. gain: share of the leave-one-out
    error of year-on-year growth that the effects take away. provisional: a future period rests on undecreed holidays.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    past: Floats
    future: Floats
    gain: float
    provisional: bool


def no_effect(past: int, future: int) -> CalendarEffect:
    """Every month as good as another."""
    return CalendarEffect((), (), np.ones(past), np.ones(future), 0.0, provisional=False)


def calendar_of(country: str, starts: Sequence[date], end: date) -> Calendar:
    """Count the days of each period; `starts` are the periods' first days, `end` the day after the last period.

    Weekend days worked in exchange for a holiday count as working days. Raises UnknownCountry.
    """
    import holidays

    years = range(starts[0].year, end.year + 1)
    try:
        days = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError as unknown:
        raise UnknownCountry(noop("No holiday calendar is known for “%(country)s”."), country=country) from unknown
    moved = {day.year for day in getattr(days, "weekend_workdays", ())}
    festival = _festivals(days, country)
    edges = [*starts, end]
    working, rush = [], []
    for first, last in itertools.pairwise(edges):
        span = [first + timedelta(days=step) for step in range((last - first).days)]
        working.append(sum(days.is_working_day(day) for day in span))
        rush.append(sum(any(0 < (feast - day).days <= RUSH_DAYS for feast in festival) for day in span))
    decreed = [country != "CN" or first.year in moved for first in starts]
    return Calendar(np.array(working, float), np.array(rush, float), tuple(not known for known in decreed))


def _festivals(days: object, country: str) -> list[date]:
    """First day of the moving festival in each year, by its name in the library."""
    first: dict[int, date] = {}
    for day, name in sorted(days.items()):  # type: ignore[attr-defined]  # holidays ships no types
        if any(known in name and "Eve" not in name for known in FESTIVALS.get(country, ())):
            first.setdefault(day.year, day)
    return list(first.values())


def fit_calendar(total: Floats, calendar: Calendar, season: int) -> CalendarEffect:
    """Learn from the company's own months what working days and the festival's rush are worth.

    total: (periods,) of the past; `calendar` covers the past and the future. The year-on-year change of log sales is
    explained by the year-on-year change of the calendar (ordinary least squares); effects stay only if they lower the
    leave-one-out error (PRESS; Allen 1974, Technometrics 16:125-127) by LEAST_GAIN, so a firm the calendar does not
    touch keeps factors of exactly 1. The factor is relative to the mean of the same season, which the shape of the
    year holds.
    """
    past = len(total)
    future = len(calendar.working) - past
    if past < 2 * season + 6 or (total <= 0).any():
        return no_effect(past, future)
    columns = {
        "working_days": np.log(np.maximum(calendar.working, 1.0)),
        "rush_days": calendar.rush / RUSH_DAYS,
    }
    growth = np.log(total[season:] / total[:-season])
    changes = {name: (one[season:past] - one[: past - season]) for name, one in columns.items()}
    names, gain = _kept(growth, changes)
    if not names:
        return no_effect(past, future)
    coefficients = _least_squares(growth, [changes[name] for name in names])[1:]
    factor = np.exp(sum(c * _own_deviation(columns[n], past, season) for n, c in zip(names, coefficients, strict=True)))
    ahead = any(calendar.provisional[past:])
    return CalendarEffect(
        names, tuple(float(c) for c in coefficients), factor[:past], factor[past:], gain, provisional=ahead
    )


def _kept(growth: Floats, changes: dict[str, Floats]) -> tuple[tuple[str, ...], float]:
    """The set of effects with the least leave-one-out error, and its gain over none of them."""
    movable = [name for name, one in changes.items() if np.ptp(one) > 0]
    plain = _press(growth, [])
    best: tuple[str, ...] = ()
    least = plain * (1 - LEAST_GAIN)
    for size in range(1, len(movable) + 1):
        for names in itertools.combinations(movable, size):
            error = _press(growth, [changes[name] for name in names])
            if error < least:
                best, least = names, error * (1 - LEAST_GAIN)
    error = _press(growth, [changes[name] for name in best])
    return best, float(1 - error / plain) if best else 0.0


def _design(columns: Sequence[Floats], length: int) -> Floats:
    return np.column_stack([np.ones(length), *columns])


def _least_squares(target: Floats, columns: Sequence[Floats]) -> Floats:
    return np.asarray(np.linalg.lstsq(_design(columns, len(target)), target, rcond=None)[0])


def _press(target: Floats, columns: Sequence[Floats]) -> float:
    design = _design(columns, len(target))
    hat = design @ np.linalg.pinv(design)
    return float((((target - hat @ target) / np.maximum(1 - np.diag(hat), 1e-6)) ** 2).sum())


def _own_deviation(column: Floats, past: int, season: int) -> Floats:
    """How far each period lies from the mean of its own season in the past."""
    place = np.arange(len(column)) % season
    usual = np.array([column[:past][place[:past] == one].mean() for one in range(season)])
    return np.asarray(column - usual[place])
