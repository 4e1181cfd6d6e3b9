"""Grades by weights anybody can edit, and grades learned from outcomes, each with its reasons."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from salesyear.engine.market.grading import (
    ChancePolicy,
    Criterion,
    GradePolicy,
    NoWeight,
    grade_by_chance,
    grade_by_weights,
)
from salesyear.engine.market.learning import (
    Chances,
    LearnParams,
    TooFewOutcomes,
    area_under_curve,
    calibration_error,
    learn_chances,
)

pytestmark = pytest.mark.once

LEADS = pl.DataFrame(
    {"lead": ["a", "b", "c", "d", "e"], "staff": [900, 20, 300, None, 50], "distance": [10, 80, 20, 30, 400]}
)
POLICY = GradePolicy((Criterion("staff", 3), Criterion("distance", 1, more_is_better=False)), top=0.2, middle=0.6)


def test_places_in_the_list_are_weighed() -> None:
    """Staff places 1, 0, 2/3, middle, 1/3; distance places 1, 1/4, 3/4, 1/2, 0: three to one."""
    graded = grade_by_weights(LEADS, POLICY)
    assert graded["score"].to_list() == pytest.approx([1.0, 0.0625, 0.6875, 0.5, 0.25])
    assert graded["grade"].to_list() == ["A", "C", "B", "B", "C"]


def test_another_weight_another_order() -> None:
    near = GradePolicy((Criterion("staff", 0), Criterion("distance", 1, more_is_better=False)))
    assert grade_by_weights(LEADS, near).sort("score", descending=True)["lead"].to_list() == ["a", "c", "d", "b", "e"]


def test_every_grade_says_why_strongest_first() -> None:
    first = grade_by_weights(LEADS, POLICY)["reasons"].to_list()[1]
    words = {one["name"]: one["value"] for one in first[0]["values"]}
    assert first[0]["text"] % words == "staff 20: lower than 100% of the list (weight 3)"
    assert len(first) == 2


def test_weights_that_weigh_nothing_are_refused() -> None:
    with pytest.raises(NoWeight):
        grade_by_weights(LEADS, GradePolicy((Criterion("staff", 0),)))
    with pytest.raises(NoWeight, match="not in the list: colour"):
        grade_by_weights(LEADS, GradePolicy((Criterion("colour", 1),)))


def world(count: int, seed: int = 0) -> tuple[pl.DataFrame, list[bool]]:
    """Leads won with odds that rise with visits and treble in the trade; the colour of the file means nothing."""
    rng = np.random.default_rng(seed)
    visits = rng.integers(0, 9, count)
    trade = rng.choice(["food", "steel"], count)
    odds = np.exp(-2.5 + 0.4 * visits + 1.1 * (trade == "food"))
    won = rng.uniform(size=count) < odds / (1 + odds)
    table = pl.DataFrame({"visits": visits, "trade": trade, "colour": rng.choice(["red", "blue"], count)})
    return table, won.tolist()


@pytest.fixture(scope="module")
def learned() -> Chances:
    return learn_chances(*world(900), LearnParams(folds=3))


def test_chances_come_out_right_on_leads_not_seen(learned: Chances) -> None:
    table, won = world(3000, seed=1)
    chance = learned.of(table)
    assert area_under_curve(np.array(won), chance) > 0.72
    assert calibration_error(np.array(won), chance) < 0.05
    assert learned.auc == pytest.approx(area_under_curve(np.array(won), chance), abs=0.05)
    assert sum(learned.blend.values()) == pytest.approx(1)


def test_the_reasons_name_what_matters_and_in_the_right_direction(learned: Chances) -> None:
    lead = pl.DataFrame({"visits": [8], "trade": ["food"], "colour": ["red"]})
    graded = grade_by_chance(lead, learned, ChancePolicy(a=0.5, b=0.2, reasons=2))
    assert graded["grade"].item() == "A"
    told = graded["reasons"].to_list()[0]
    names = [{w["name"]: w["value"] for w in one["values"]}["feature"] for one in told]
    assert names[0] == "visits"
    assert "colour" not in names or names.index("colour") == len(names) - 1
    row = learned.reasons(lead, 1).row(0, named=True)
    assert row["chance"] > row["with_usual"]


def test_the_same_seed_learns_the_same(learned: Chances) -> None:
    again = learn_chances(*world(900), LearnParams(folds=3))
    assert np.array_equal(again.of(world(50, 2)[0]), learned.of(world(50, 2)[0]))


def test_too_few_outcomes_are_refused() -> None:
    table, _ = world(60)
    with pytest.raises(TooFewOutcomes, match="only 2 outcomes"):
        learn_chances(table, [True] * 2 + [False] * 58, LearnParams())


def test_area_and_calibration_by_hand() -> None:
    """Of 2 × 2 pairs three are in order and one is tied: (3 + 1/2) ÷ 4."""
    happened = np.array([False, True, False, True])
    assert area_under_curve(happened, np.array([0.1, 0.4, 0.4, 0.8])) == pytest.approx(3.5 / 4)
    assert calibration_error(np.array([True, False]), np.array([0.5, 0.5]), bins=1) == pytest.approx(0.0)
    assert calibration_error(np.array([True, True]), np.array([0.5, 0.7]), bins=1) == pytest.approx(0.4)
