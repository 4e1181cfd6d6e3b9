"""The festival that moves between January and February, and the working days it takes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from engine.forecast.forecast_cast import SHAPE, months
from salesyear.engine.forecast.calendars import UnknownCountry, calendar_of, fit_calendar

pytestmark = pytest.mark.once

STARTS = months(84, start=2021)
CHINA = calendar_of("CN", STARTS, date(2028, 1, 1))


def month_of(year: int, month: int) -> int:
    return (year - 2021) * 12 + month - 1


def test_the_rush_before_the_festival_moves() -> None:
    """New year's days 2025-01-29, 2026-02-17 and 2027-02-06: the fortnight before lies in January, February, both."""
    assert CHINA.rush[month_of(2025, 1)] == 14
    assert CHINA.rush[month_of(2026, 2)] == 14
    assert (CHINA.rush[month_of(2027, 1)], CHINA.rush[month_of(2027, 2)]) == (9, 5)


def test_weekend_days_worked_in_exchange_count() -> None:
    """October 2025: 23 weekdays, 6 of them holidays, 11 October worked in exchange."""
    assert CHINA.working[month_of(2025, 10)] == 18


def test_undecreed_years_are_provisional() -> None:
    assert not CHINA.provisional[month_of(2025, 6)]
    assert CHINA.provisional[month_of(2027, 6)]


def test_a_planted_effect_is_found_and_laid_on_the_plan_year() -> None:
    """Sales proportional to working days: the exponent comes out near 1, the factors follow the days."""
    rng = np.random.default_rng(2)
    total = 1000 * np.resize(SHAPE, 72) * CHINA.working[:72] / 20 * np.exp(0.01 * rng.standard_normal(72))
    effect = fit_calendar(total, CHINA, 12)
    found = dict(zip(effect.names, effect.coefficients, strict=True))
    assert found["working_days"] == pytest.approx(1.0, abs=0.1)
    assert effect.gain > 0.8
    assert effect.provisional
    february = [month_of(year, 2) for year in range(2021, 2027)]
    usual = np.log(CHINA.working[february]).mean()
    expected = np.exp(np.log(CHINA.working[month_of(2027, 2)]) - usual)
    assert effect.future[1] == pytest.approx(expected, abs=0.03)


def test_a_firm_the_calendar_does_not_touch_keeps_factors_of_one() -> None:
    rng = np.random.default_rng(7)
    total = 1000 * np.resize(SHAPE, 72) * np.exp(0.05 * rng.standard_normal(72))
    effect = fit_calendar(total, CHINA, 12)
    assert effect.names == ()
    assert (effect.past == 1).all()
    assert (effect.future == 1).all()


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(UnknownCountry, match="“XX”"):
        calendar_of("XX", STARTS, date(2028, 1, 1))
