"""Leads graded by hand-made weights and by what became of earlier ones; every grade tells its reasons, which add up."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.market.bins import learn_bins
from salesyear.engine.market.calibration import auc, calibrate, calibration_error
from salesyear.engine.market.grades import (
    Criterion,
    GradePolicy,
    NoWeight,
    grade_by_card,
    grade_by_weights,
    why_graded,
)
from salesyear.engine.market.learning import LearnParams, TooFewOutcomes, learn_scorecard
from salesyear.engine.market.scorecard import NotOnTheCard, Scorecard

pytestmark = pytest.mark.once

LEADS = pl.DataFrame(
    {
        "lead": ["bell", "drum", "flute", "gong"],
        "staff": [500, 100, 0, None],
        "branch": ["food", "food", "steel", "food"],
        "head": [False, False, True, False],
    }
)
WEIGHTS = (Criterion("staff", 3.0, low=0, high=500), Criterion("branch", 1.0, levels={"food": 1.0, "steel": 0.5}))


def test_weights_add_up_to_the_score_by_hand() -> None:
    """bell: (3 x 500/500 + 1) / 4 = 100; drum: (3 x 0.2 + 1) / 4 = 40; flute: 0.5 / 4 = 12.5; gong: 1 / 4 = 25."""
    graded = grade_by_weights(LEADS, WEIGHTS, GradePolicy(top=0.25, middle=0.25))
    assert graded["score"].to_list() == pytest.approx([100.0, 40.0, 12.5, 25.0])
    assert graded["grade"].to_list() == ["A", "B", "C", "C"]


def test_reasons_add_up_to_the_distance_from_the_mean() -> None:
    graded = grade_by_weights(LEADS, WEIGHTS)
    for row in graded.iter_rows(named=True):
        told = sum(reason["points"] for reason in row["reasons"])
        assert told == pytest.approx(row["score"] - graded["score"].mean())
    # Staff: 75 of 100 points, the mean lead has (75 + 15) / 4 = 22.5.
    assert str(why_graded(graded["reasons"][0][0])) == "staff is 500: raises the score by 52.5."
    assert str(why_graded(graded["reasons"][3][0])) == "staff is --: lowers the score by 22.5."


def test_a_head_of_its_industry_comes_one_grade_higher() -> None:
    graded = grade_by_weights(LEADS, WEIGHTS, GradePolicy(top=0.25, middle=0.25, heads="head"))
    assert graded["grade"].to_list() == ["A", "B", "B", "C"]


def test_grades_from_a_score_on() -> None:
    graded = grade_by_weights(LEADS, WEIGHTS, GradePolicy(a_from=40.0, b_from=20.0))
    assert graded["grade"].to_list() == ["A", "A", "C", "B"]


def test_equal_leads_get_equal_grades() -> None:
    """Three of four are equal: places are those of the best of them, so all three go up."""
    same = pl.DataFrame({"staff": [10, 10, 10, 5]})
    graded = grade_by_weights(same, (Criterion("staff", 1.0, high=10),), GradePolicy(top=0.25, middle=0.25))
    assert graded["grade"].to_list() == ["A", "A", "A", "C"]


def test_more_worth_ranks_higher() -> None:
    rows = pl.DataFrame({"staff": [10, 5], "worth": [100.0, 900.0]})
    policy = GradePolicy(top=0.5, middle=0.0, worth="worth")
    assert grade_by_weights(rows, (Criterion("staff", 1.0, high=10),), policy)["grade"].to_list() == ["C", "A"]


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(NoWeight):
        grade_by_weights(LEADS, (Criterion("staff", 0.0),))


def made_leads(count: int, seed: int) -> pl.DataFrame:
    """Leads won with log odds -1 + 2 (visited) + 0.03 (staff - 50) capped; the letter means nothing."""
    draw = np.random.default_rng(seed)
    staff, visited = draw.integers(0, 101, count), draw.integers(0, 2, count)
    odds = -1.0 + 2.0 * visited + 0.03 * (staff - 50)
    won = draw.random(count) < 1.0 / (1.0 + np.exp(-odds))
    letter = draw.choice(["x", "y"], count)
    table = pl.DataFrame({"staff": staff, "visited": visited, "letter": letter, "won": won.astype(np.int64)})
    return table.with_columns(visited=pl.col("visited").replace_strict({0: "no", 1: "yes"}))


@cache
def card() -> Scorecard:
    return learn_scorecard(made_leads(3000, 1), "won", LearnParams(levels=10, rounds=120, rising=("staff",)))


def test_a_learned_card_finds_the_law_it_was_made_by() -> None:
    points = dict(card().table().filter(pl.col("feature") == "visited").select("level", "points").iter_rows())
    assert points["yes"] - points["no"] == pytest.approx(2.0, abs=0.3)
    fresh = made_leads(3000, 2)
    chance, won = card().chance(fresh), fresh["won"].to_numpy()
    assert auc(chance, won) > 0.79
    assert calibration_error(chance, won) < 0.04
    assert card().method == "single features"


def test_a_rising_feature_never_falls() -> None:
    staff = card().table().filter((pl.col("feature") == "staff") & pl.col("level").str.contains("..", literal=True))
    assert staff["points"].diff().drop_nulls().min() >= -1e-9  # type: ignore[operator]  # a number, the column is one


def test_reasons_and_the_constant_are_the_chance_exactly() -> None:
    fresh = made_leads(50, 3)
    graded = grade_by_card(fresh, card(), GradePolicy(reasons=99))
    for row in graded.iter_rows(named=True):
        odds = card().intercept + sum(reason["points"] for reason in row["reasons"])
        assert 1.0 / (1.0 + np.exp(-odds)) == pytest.approx(row["chance"], abs=1e-12)
    assert graded["grade"].value_counts().height == 3


def test_pairs_are_read_off_exactly_where_they_matter() -> None:
    """Won when exactly one of two switches is on: neither says anything alone."""
    draw = np.random.default_rng(4)
    one, two = draw.integers(0, 2, 2000), draw.integers(0, 2, 2000)
    won = (draw.random(2000) < np.where(one != two, 0.8, 0.2)).astype(np.int64)
    table = pl.DataFrame({"one": one, "two": two, "won": won})
    both = learn_scorecard(table, "won")
    assert both.method == "pairs of features"
    chance = both.chance(pl.DataFrame({"one": [0, 1, 0, 1], "two": [0, 0, 1, 1]}))
    assert chance == pytest.approx([0.2, 0.8, 0.8, 0.2], abs=0.06)
    alone = both.table()["points"].abs().max()
    assert alone < 0.15  # type: ignore[operator]  # a number, the column is one


def test_an_edited_point_moves_the_chances_by_as_much() -> None:
    edits = pl.DataFrame({"feature": ["visited"], "level": ["yes"], "points": [0.0]})
    edited = card().with_points(edits)
    visited = made_leads(20, 5).filter(pl.col("visited") == "yes")
    before, after = card().chance(visited), edited.chance(visited)
    points = card().contributions(visited)["visited"].to_numpy()
    assert np.log(before / (1 - before)) - np.log(after / (1 - after)) == pytest.approx(points)
    assert edited.edited
    assert not card().edited


def test_an_edit_of_what_is_not_there_is_refused_with_what_is() -> None:
    wrong = pl.DataFrame({"feature": ["visited"], "level": ["maybe"], "points": [0.0]})
    with pytest.raises(NotOnTheCard, match="no level “maybe” of visited"):
        card().with_points(wrong)


def test_a_card_calibrated_again_fits_new_times() -> None:
    """Half of the wins have gone: the old card promises too much, the calibrated one does not."""
    worse = made_leads(4000, 6)
    keep = np.random.default_rng(7).random(4000) < 0.5
    worse = worse.with_columns(won=pl.col("won") * pl.Series(keep.astype(np.int64)))
    old, new = card().chance(worse), card().calibrated(worse, "won").chance(worse)
    assert old.mean() > 1.6 * worse["won"].mean()  # type: ignore[operator]  # a number, the column is one
    assert new.mean() == pytest.approx(worse["won"].mean(), abs=0.005)


def test_ten_outcomes_teach_nothing() -> None:
    with pytest.raises(TooFewOutcomes, match="Grade by weights instead"):
        learn_scorecard(made_leads(10, 1), "won")


def test_the_same_leads_give_the_same_card() -> None:
    small = made_leads(400, 8)
    one, two = (learn_scorecard(small, "won", LearnParams(seed=3, rounds=50)) for _ in range(2))
    assert one.chance(small).tolist() == two.chance(small).tolist()


def test_a_word_never_seen_and_an_empty_number_have_levels() -> None:
    bins = learn_bins(made_leads(500, 1), ("visited", "staff"), 4)
    odd = pl.DataFrame({"visited": ["perhaps", None], "staff": [None, 0]})
    words, numbers = (one.codes(odd) for one in bins)
    assert [bins[0].names[code] for code in words] == ["*", ""]
    assert [bins[1].names[code] for code in numbers] == ["", bins[1].names[0]]


def test_auc_and_calibration_error_by_hand() -> None:
    """Won: 0.9 and 0.4, lost: 0.4 and 0.2. Pairs ordered: 2 + 1.5 of 4. Two groups: |0.3 - 0.5| and |0.65 - 0.5|."""
    chance, won = np.array([0.9, 0.4, 0.4, 0.2]), np.array([1, 1, 0, 0])
    assert auc(chance, won) == 3.5 / 4
    low, high = abs(0.2 + 0.4 - 1), abs(0.4 + 0.9 - 1)
    assert calibration_error(chance, won, bins=2) == pytest.approx((low + high) / 4)
    assert calibration_error(np.array([1.0, 0.0]), np.array([1, 0])) == 0.0
    assert np.isnan(auc(chance, np.ones(4, dtype=np.int64)))


@given(
    slope=st.floats(0.3, 3.0),
    offset=st.floats(-1.5, 1.5),
    seed=st.integers(0, 5),
    unit=st.sampled_from([1e-3, 1.0, 1e4]),
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_calibration_finds_slope_and_offset_in_any_unit(slope: float, offset: float, seed: int, unit: float) -> None:
    draw = np.random.default_rng(seed)
    odds = draw.normal(0.0, 1.0, 20_000)
    happened = (draw.random(20_000) < 1.0 / (1.0 + np.exp(-(slope * odds + offset)))).astype(np.int64)
    found = calibrate(odds * unit, happened)
    assert found[0] * unit == pytest.approx(slope, abs=0.15)
    assert found[1] == pytest.approx(offset, abs=0.1)
