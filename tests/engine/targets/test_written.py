"""Rules as plain data: read, written, read again; words that are off are named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import polars as pl
import pytest

from salesyear.engine.targets import (
    BadCells,
    BadRule,
    Distance,
    Kind,
    Priority,
    Rule,
    Rules,
    compare,
    levels_from,
    params_from,
    rules_from,
    rules_to,
)
from target_plans import exactly, random_plan

pytestmark = pytest.mark.once


def test_rules_are_read() -> None:
    rules = rules_from(
        {
            "levels": ["region"],
            "total": [{"name": "Year", "exactly": 100, "each": "month", "priority": "lock"}],
            "share": [
                {"name": "Mix", "of": {"line": ["A", "B"]}, "at": "region", "shares": {"East": {"at_least": 0.3}}}
            ],
        }
    )
    assert rules.rules == (
        exactly("Year", 100.0, each=("month",), priority=Priority.LOCK),
        Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A", "B")}, at="region", amounts={"East": (0.3, None)}),
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_reads_back_the_same(seed: int) -> None:
    rules = random_plan(seed)[1]
    assert set(map(repr, rules_from(rules_to(rules)).rules)) == set(map(repr, rules.rules))


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_example_in_the_reference_is_understood(language: str) -> None:
    page = Path(__file__).parents[3] / "docs" / language / "reference" / "target-rules.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    data = tomllib.loads(example)
    rules = rules_from(data)
    assert [rule.kind for rule in rules.rules] == [Kind.TOTAL] * 3 + [Kind.SHARE, Kind.PROFILE, Kind.CELL, Kind.LOCK]
    assert rules_from(rules_to(rules)).rules == rules.rules
    assert params_from(data).unit == 1000


def test_settings() -> None:
    params = params_from({"unit": 1000, "seed": 7, "distance": "least_squares"})
    assert (params.unit, params.seed, params.distance) == (1000, 7, Distance.LEAST_SQUARES)
    assert levels_from({"levels": ["region", "rep"]}) == ("region", "rep")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"totals": []}, "Did you mean “total”"),
        ({"total": [{"name": "X", "exacly": 1}]}, "Did you mean “exactly”"),
        ({"total": [{"name": "X", "exactly": "much"}]}, "“much” is not an amount"),
        ({"total": [{"name": "X", "exactly": True}]}, "“True” is not an amount"),
        ({"total": [{"name": "X", "exactly": 1, "priority": "locked"}]}, "Did you mean “lock”"),
        ({"profile": [{"name": "X", "shares": {"1": 0.5}}]}, "needs to know what it divides"),
    ],
)
def test_words_that_are_off_are_named(data: dict[str, object], says: str) -> None:
    with pytest.raises(BadRule, match=says):
        rules_from(data)


def test_missing_levels_and_unknown_distances_are_named() -> None:
    with pytest.raises(BadRule, match="must name the level columns"):
        levels_from({})
    with pytest.raises(BadRule, match="Did you mean “pro_rata”"):
        params_from({"distance": "prorata"})


def test_plans_are_compared_by_any_columns() -> None:
    old = pl.DataFrame({"rep": ["a", "b", "c"], "target": [10, 20, 30]})
    new = pl.DataFrame({"rep": ["a", "b", "d"], "target": [10, 25, 5]})
    rows = compare(old, new, ("rep",)).select("rep", "old", "new", "change").rows()
    assert rows == [("c", 30, 0, -30), ("b", 20, 25, 5), ("d", 0, 5, 5)]
    assert compare(old, new, ()).rows() == [(60, 40, -20, pytest.approx(-1 / 3))]
    with pytest.raises(BadCells, match="no column “region”"):
        compare(old, new, ("region",))


def test_two_rules_of_one_name_replace_each_other_by_hand_only() -> None:
    rules = Rules((exactly("Year", 1),))
    assert rules.with_rule(exactly("Year", 2)).rules == (exactly("Year", 2),)
    with pytest.raises(BadRule, match="no rule “Month”"):
        rules.without("Month")
