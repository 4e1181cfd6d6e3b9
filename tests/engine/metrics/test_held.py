"""Answers that several questions need are worked out once, and anew as soon as their rows are others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import metrics_data as data
from salesyear.engine.metrics import Facts, Period, measure, splits_of
from salesyear.engine.metrics.asking import month_number
from salesyear.engine.metrics.engines import duck
from salesyear.engine.metrics.engines.duck import Duck, in_memory

pytestmark = pytest.mark.once
FIRST = date(2020, 1, 1)
YEAR = Period.of_months(date(2026, 1, 1), 12)
BACK = 24
COUNTED = ("repurchase_rate", "penetration", "coverage", "new_customers", "new_customer_sales")


def sold(days: list[tuple[int, date]]) -> pl.DataFrame:
    """One sale of 100 on each of some customers' days."""
    many = len(days)
    fixed = {"kind": 1, "rep": 1, "unit": 1, "product": 1, "amount": 100, "quantity": 1}
    return pl.DataFrame(
        {
            "row": range(many),
            "order": range(many),
            "customer": [customer for customer, _ in days],
            "day": [day for _, day in days],
            "month": [month_number(day) for _, day in days],
            **{name: [value] * many for name, value in fixed.items()},
        }
    )


def new_sales(facts: Facts, period: Period) -> int:
    return int(measure(["new_customer_sales"], facts, period=period)["new_customer_sales"][0])


def moment(day: date) -> int:
    return month_number(day) * 32 + day.day


def by_hand(days: list[tuple[int, date]], period: Period) -> int:
    """Every sale within twelve months of a purchase that had none in the 24 months before it."""
    found = 0
    for customer in {customer for customer, _ in days}:
        own = sorted({moment(day) for who, day in days if who == customer})
        before = [None, *own]
        starts = [at for at, last in zip(own, before, strict=False) if last is None or last + BACK * 32 < at]
        for who, day in days:
            if who == customer and period.first <= day <= period.last:
                found += 100 * sum(start <= moment(day) < start + 12 * 32 for start in starts)
    return found


@pytest.mark.parametrize("months", [1, 3, 12, 13, 24, 36])
def test_new_customers_are_the_same_whether_one_purchase_can_begin_them_or_several(months: int) -> None:
    """Up to a year there is room for one first purchase in two years of looking back; after that, for more."""
    dice = np.random.default_rng(months)
    days = [
        (customer, FIRST + timedelta(days=int(day)))
        for customer in range(60)
        for day in dice.integers(0, 365 * 9, dice.integers(1, 7))
    ]
    engine, tables = in_memory({"sold": sold(days)})
    period = Period.of_months(date(2025, 3, 1), months)
    assert new_sales(Facts(engine, tables), period) == by_hand(days, period) > 0


def test_an_answer_is_worked_out_once_and_again_when_the_rows_change(tmp_path: Path) -> None:
    first, second = tmp_path / "1.parquet", tmp_path / "2.parquet"
    sold([(1, date(2026, 2, 1)), (2, date(2026, 3, 1))]).write_parquet(first)
    sold([(3, date(2026, 5, 1))]).write_parquet(second)
    engine = Duck(tmp_path)
    before = Facts(engine, {"sold": engine.view("sold", [first])})
    assert [new_sales(before, YEAR) for _ in range(2)] == [200, 200]
    assert len(held(engine)) == 1
    after = Facts(engine, {"sold": engine.view("sold", [first, second])})
    assert new_sales(after, YEAR) == 300
    assert new_sales(before, YEAR) == 200
    assert len(held(engine)) == 2


def test_what_is_kept_under_an_old_name_forgets_its_answers() -> None:
    engine, tables = in_memory({"sold": sold([(1, date(2026, 2, 1))])})
    facts = Facts(engine, tables)
    assert new_sales(facts, YEAR) == 100
    engine.keep("sold", sold([(1, date(2026, 2, 1)), (2, date(2026, 3, 1))]))
    assert new_sales(facts, YEAR) == 200


def test_answers_have_a_room_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "HELD", 2)
    monkeypatch.setattr(duck, "HELD_ROWS", 3)
    engine = Duck()
    names = [engine.held(f"SELECT {number} AS a UNION ALL SELECT 0") for number in range(4)]
    assert held(engine) == set(names[-2:])
    assert engine.held("SELECT 2 AS a UNION ALL SELECT 0") == names[2]
    assert engine.frame(f'SELECT max(a) AS a FROM "{names[2]}"')["a"][0] == 2


def test_many_who_ask_at_once_wait_for_one_who_works_it_out() -> None:
    engine = Duck()
    slow = "SELECT sum(a.range) AS total FROM range(3000) a, range(3000) b"
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: engine.held(slow), range(8)))
    assert len(names) == 1
    assert engine.frame(f'SELECT total::BIGINT AS t FROM "{names.pop()}"')["t"][0] == 3000 * 2999 // 2 * 3000


class Forgetful(Duck):
    """The same engine, keeping nothing."""

    def held(self, sql: str) -> str | None:  # type: ignore[override]  # the control
        return None


QUESTIONS = [
    ((), {}, 0),
    (("region",), {}, 0),
    (("territory", "rep"), {}, 0),
    (("month",), {}, 0),
    (("region", "quarter"), {}, 0),
    ((), {"region": [1]}, 0),
    (("rep",), {"territory": [1, 4]}, 0),
    (("region",), {"line": [1, 2]}, 0),
    (("customer",), {"region": [1]}, 0),
    (("region",), {}, 277),
]


@pytest.mark.parametrize(("by", "where", "seen"), QUESTIONS)
def test_what_is_kept_changes_no_figure(by: tuple[str, ...], where: dict[str, list[int]], seen: int) -> None:
    """Buyers, repeat buyers, pairs with a line, coverage, new customers: by any place, in any filter, for anybody."""
    tables = dict(data.adventureworks())
    tables["sold"] = tables["sold"].with_columns(line_unit="unit", line_rep="rep")
    tables["customers"] = tables["customers"].with_columns(agency=pl.lit(0))
    kept, names = in_memory(tables)
    forgetful = Forgetful()
    for name, frame in tables.items():
        forgetful.keep(name, frame)

    def within(name: str, rows: Any, _other: Any) -> Any:
        return rows.filter(rows.rep == seen) if name == "sold" else rows

    period = Period.of_months(date(2013, 1, 1), 12)
    figures = [name for name in COUNTED if set(by) | set(where) <= set(splits_of(name))]
    answers = [
        measure(
            figures, replace(Facts(engine, names), within=within if seen else None), by=by, where=where, period=period
        )
        for engine in (kept, forgetful)
    ]
    assert figures
    assert answers[0].equals(answers[1])
    assert held(kept)
    assert not held(forgetful)


def held(engine: Duck) -> set[str]:
    """The answers that an engine keeps."""
    found = engine.frame("SELECT table_name FROM duckdb_tables()")["table_name"].to_list()
    return {name for name in found if name.startswith("held_")}
