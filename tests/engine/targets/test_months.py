"""Months are places in the plan's own year: their names and the calendar's year change no number (cases 18, 34)."""

from __future__ import annotations

import polars as pl
import pytest

from salesyear.engine.rounding import share_out
from salesyear.engine.targets import Cells, Params, Rules, solve
from target_plans import LEVELS, exactly

pytestmark = pytest.mark.once

SEASON = [5, 3, 9, 8, 7, 10, 6, 4, 11, 12, 13, 20]
NAMES = {
    "numbers": [str(month) for month in range(1, 13)],
    "2027": [f"2027-{month:02}" for month in range(1, 13)],
    "leap year": [f"2028-{month:02}" for month in range(1, 13)],
    "fiscal from April": [f"2027-{month:02}" for month in range(4, 13)] + [f"2028-{month:02}" for month in range(1, 4)],
    "Chinese": [f"{word}月" for word in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")],
}


def a_year(names: list[str]) -> Cells:
    rows = [
        ("East", "East 1", rep, name, 10.0 * share)
        for rep in ("Ann", "Bo")
        for name, share in zip(names, SEASON, strict=True)
    ]
    return Cells(pl.DataFrame(rows, schema=[*LEVELS, "month", "prior"], orient="row"), LEVELS)


@pytest.mark.parametrize("names", NAMES)
def test_the_split_does_not_know_what_months_are_called(names: str) -> None:
    plan = solve(a_year(NAMES[names]), Rules((exactly("Total", 2_333),)), Params(whole=False))
    assert plan.real == pytest.approx([2_333 * share / 216 for share in SEASON] * 2)


@pytest.mark.parametrize("names", NAMES)
def test_whole_months_add_up_whatever_they_are_called(names: str) -> None:
    plan = solve(a_year(NAMES[names]), Rules((exactly("Total", 2_333),)), Params(seed=3))
    assert plan.whole is not None
    assert plan.whole.sum() == 2_333
    assert abs(plan.whole - plan.real).max() < 1


def test_a_year_shared_out_over_months_or_over_53_weeks_adds_up() -> None:
    assert share_out(100_01, SEASON) == share_out(100_01, SEASON)
    assert sum(share_out(100_01, SEASON)) == 100_01
    weeks = share_out(1_000_00, [7] * 52 + [3])  # week 53 has three days of this year
    assert sum(weeks) == 1_000_00
    assert weeks[-1] == 818  # 100,000 × 3 ÷ 367
    february = share_out(290, [1] * 29)  # the 29th is a day like the others
    assert february == [10] * 29
