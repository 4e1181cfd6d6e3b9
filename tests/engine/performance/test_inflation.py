"""Sales that look better than they are: worked examples one can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from salesyear.engine.performance.inflation import (
    Load,
    LongTerm,
    Spike,
    SpikeParams,
    loaded_agents,
    long_terms,
    spikes_that_came_back,
)

pytestmark = pytest.mark.once
SOLD = {"order": pl.Int64, "rep": pl.Int64, "day": pl.Date, "amount": pl.Int64}
BACK = {"order": pl.Int64, "day": pl.Date, "amount": pl.Int64}
TERMS = {
    "order": pl.Int64, "customer": pl.Int64, "rep": pl.Int64, "day": pl.Date, "due": pl.Date, "amount": pl.Int64,
}  # fmt: skip


def half_a_year(rep: int = 1) -> list[tuple[int, int, date, int]]:
    """Six months of 80 in the middle and 20 on the 30th or so: the last five days bring a fifth."""
    rows = []
    for month in range(1, 7):
        rows.append((10 * month + 1, rep, date(2026, month, 15), 80))
        rows.append((10 * month + 2, rep, date(2026, month, 28), 20))
    return rows


def table(rows: Sequence[tuple[object, ...]], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def test_a_spike_that_came_back_is_found() -> None:
    """July: 80 in the middle and 120 on the 31st (60 % of the month against a usual 20 %), 40 of it back in August."""
    sold = table([*half_a_year(), (71, 1, date(2026, 7, 15), 80), (72, 1, date(2026, 7, 31), 120)], SOLD)
    back = table([(72, date(2026, 8, 10), 40)], BACK)
    assert spikes_that_came_back(sold, back) == [Spike(1, date(2026, 7, 1), 120, 0.6, 0.2, 40)]


def test_a_spike_that_stayed_sold_is_none() -> None:
    sold = table([*half_a_year(), (71, 1, date(2026, 7, 15), 80), (72, 1, date(2026, 7, 31), 120)], SOLD)
    few = table([(72, date(2026, 8, 10), 20)], BACK)  # a sixth: below a fifth
    late = table([(72, date(2026, 10, 10), 40)], BACK)  # after 45 days
    other = table([(71, date(2026, 8, 10), 40)], BACK)  # not of the month's last days
    assert [spikes_that_came_back(sold, back) for back in (few, late, other)] == [[], [], []]


def test_somebody_who_always_sells_late_is_left_alone() -> None:
    """60 % at the end of each month is this salesperson's usual: the same July is no spike."""
    rows = [
        (10 * month + place, 1, date(2026, month, day), amount)
        for month in range(1, 8)
        for place, day, amount in ((1, 15, 80), (2, 28 if month == 2 else 30, 120))
    ]
    back = table([(72, date(2026, 8, 10), 40)], BACK)
    assert spikes_that_came_back(table(list(rows), SOLD), back) == []
    assert spikes_that_came_back(table(list(rows), SOLD), back, SpikeParams(times=1.0)) != []


def orders_of_30_days() -> list[tuple[object, ...]]:
    first = date(2026, 1, 10)
    days = [first + timedelta(days=20 * place) for place in range(6)]
    return [(place, 7, 1, day, day + timedelta(days=30), 100) for place, day in enumerate(days)]


def test_a_term_far_longer_than_usual_is_found() -> None:
    """Six orders to be paid in 30 days, then one in 90."""
    day = date(2026, 6, 20)
    orders = table([*orders_of_30_days(), (9, 7, 1, day, day + timedelta(days=90), 500)], TERMS)
    assert long_terms(orders, date(2026, 6, 1)) == [LongTerm(9, 7, 1, day, 500, 90, 30.0)]


def test_a_term_a_little_longer_or_unsaid_is_none() -> None:
    day = date(2026, 6, 20)
    orders = table(
        [*orders_of_30_days(), (9, 7, 1, day, day + timedelta(days=44), 500), (10, 7, 1, day, None, 500)], TERMS
    )
    assert long_terms(orders, date(2026, 6, 1)) == []
    assert long_terms(table([], TERMS), date(2026, 6, 1)) == []


def test_a_new_customer_is_held_against_everybody() -> None:
    day = date(2026, 6, 20)
    orders = table([*orders_of_30_days(), (9, 8, 1, day, day + timedelta(days=90), 500)], TERMS)
    assert [found.usual for found in long_terms(orders, date(2026, 6, 1))] == [30.0]


def bought(extra: int) -> pl.DataFrame:
    """An agent who buys 100 a month for fifteen months, and `extra` in June 2026; another who buys as ever."""
    months = [date(2025 + (month // 12), month % 12 + 1, 10) for month in range(3, 18)]
    rows: list[tuple[object, ...]] = [(agency, day, 100) for agency in (1, 2) for day in months]
    rows.append((1, date(2026, 6, 28), extra))
    return table(rows, {"agency": pl.Int64, "day": pl.Date, "amount": pl.Int64})


def test_an_agent_who_is_loaded_is_found() -> None:
    """300 in a usual quarter, 500 in this one: two months' buying more than usual."""
    assert loaded_agents(bought(200), date(2026, 6, 30)) == [Load(1, 500, 300, 2.0)]
    assert loaded_agents(bought(100), date(2026, 6, 30)) == []
