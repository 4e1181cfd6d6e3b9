"""SQL that is filled in says what SQL written straight from the question says, and is written only once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import pytest

import metrics_data as data
from salesyear.engine.metrics import Facts, Period, measure, patterns, splits_of
from salesyear.engine.metrics.asking import month_number

pytestmark = pytest.mark.once
FIGURES = (
    "ordered",
    "ordered_year_before",
    "strategic_mix",
    "orders",
    "target",
    "target_to_date",
    "repurchase_rate",
    "coverage",
    "lines_per_customer",
    "new_customer_share",
    "volatility",
    "known_customers",
)
QUESTIONS: tuple[tuple[tuple[str, ...], tuple[dict[str, list[int]], ...]], ...] = (
    ((), ({}, {})),
    (("region",), ({"territory": [1, 4]}, {"territory": [2, 5]})),
    (("customer",), ({"rep": [277]}, {"rep": [275]})),
    (("month",), ({"line": [1]}, {"line": [2]})),
)
PERIODS = (
    (Period.of_months(date(2013, 1, 1), 12), date(2013, 10, 9)),
    (Period.of_months(date(2013, 1, 1), 12), date(2014, 1, 1)),
    (Period.of_months(date(2013, 4, 1), 3), date(2013, 12, 31)),
    (Period.of_months(date(2014, 2, 1), 1), date(2014, 2, 11)),
)


@pytest.fixture
def facts() -> Facts:
    patterns._patterns.clear()
    return data.facts_of_tables(data.adventureworks())


@pytest.mark.parametrize(("by", "places"), QUESTIONS)
def test_it_changes_no_figure(facts: Facts, by: tuple[str, ...], places: tuple[dict[str, list[int]], ...]) -> None:
    known = [one for one in FIGURES if {*by, *places[0]} <= {*splits_of(one)}]
    for where in places:
        for period, as_of in PERIODS:
            asked: dict[str, Any] = {"by": by, "where": where, "period": period, "as_of": as_of}
            filled, straight = (measure(known, replace(facts, patterned=one), **asked) for one in ("x", ""))
            assert filled.equals(straight), asked


def test_another_place_and_month_is_not_written_again(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    write = ibis.to_sql

    def noted(*given: Any, **named: Any) -> object:
        written.append(given)
        return write(*given, **named)

    monkeypatch.setattr(ibis, "to_sql", noted)

    def ask(rep: int, period: Period, of: Facts) -> int:
        before = len(written)
        measure(["ordered", "repurchase_rate"], of, by=["month"], where={"rep": [rep]}, period=period)
        return len(written) - before

    patterned = replace(facts, patterned="x")
    assert ask(277, PERIODS[0][0], patterned) > 0
    assert ask(275, PERIODS[2][0], patterned) == 0
    assert ask(275, PERIODS[2][0], replace(facts, patterned="somebody else")) > 0
    assert ask(275, PERIODS[2][0], facts) > 0  # the control


def test_a_key_that_looks_like_a_stand_in_is_not_mistaken_for_one(facts: Facts) -> None:
    """Somebody who sees just the unit that has the number of the stand-in's month sees no other's."""
    unlucky = month_number(patterns._DAYS.first)

    def only(keys: list[int]) -> Callable[[str, Any, Any], Any]:
        return lambda name, rows, _other: rows.filter(rows.rep.isin(keys)) if name == "sold" else rows

    sold = data.adventureworks()["sold"].with_columns(line_unit="unit", line_rep="rep")
    facts.engine.keep("sold", sold)  # type: ignore[attr-defined]  # DuckDB
    for period, _ in PERIODS[:3]:
        seen = [
            measure(["ordered"], replace(facts, within=only(keys), patterned=repr(keys)), period=period)["ordered"][0]
            for keys in ([277], [277, unlucky], [unlucky])
        ]
        assert seen[0] == seen[1] > 0 == seen[2]
