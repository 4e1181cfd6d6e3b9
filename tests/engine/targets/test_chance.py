"""Chances from sample paths: counted by hand, at every level, and not too sure of themselves."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from salesyear.engine.rounding import OrgTree
from salesyear.engine.targets import Cells, Rule, Rules, solve
from salesyear.engine.targets.chance import (
    PathsDoNotFit,
    TotalOutOfReach,
    as_if_independent,
    chances,
    equal_difficulty,
)

pytestmark = pytest.mark.once

Floats = NDArray[np.float64]

TEAM = OrgTree.from_pairs([("region", None), ("wang", "region"), ("li", "region")])
# Four futures of two months: in good ones both sell more.
PATHS = np.array([[[4, 4], [1, 1]], [[5, 5], [2, 2]], [[6, 6], [3, 3]], [[7, 7], [4, 4]]], dtype=float)


def targets(region: float, wang: float, li: float) -> Floats:
    return np.array([[region] * 2, [wang] * 2, [li] * 2], dtype=float)


def test_the_chance_is_the_share_of_futures_that_reach_the_target() -> None:
    found = chances(PATHS, targets(9, 5, 4), TEAM)
    # Region: 5, 7, 9, 11 a month: two of four reach 9. Wang: 5, 6, 7 of 4..7. Li: only 4.
    assert found.year.tolist() == [0.5, 0.75, 0.25]
    assert found.month[0].tolist() == [0.5, 0.5]
    assert found.error[0] == 0.25  # √(½ · ½ / 4)


def test_no_target_has_no_chance_and_a_month_without_one_leaves_the_others() -> None:
    wanted = targets(9, 5, 4)
    wanted[2, 1] = np.nan
    found = chances(PATHS, wanted, TEAM)
    assert np.isnan(found.year[2])
    assert np.isnan(found.month[2, 1])
    assert found.month[2, 0] == 0.25


def test_what_is_sold_is_certain() -> None:
    # January is closed: Wang sold 8, Li 4. The region has 12 of its 18; 7, 9 and 11 bring the other 6.
    found = chances(PATHS, targets(9, 5, 4), TEAM, sold=np.array([[8.0], [4.0]]))
    assert found.month[:, 0].tolist() == [1, 1, 1]
    assert found.year.tolist() == [0.75, 1, 0.25]


def test_independent_reps_make_the_top_absurdly_certain() -> None:
    # 400 reps, each ±20 % on his own and all ±5 % with the market; the company needs 97 % of the mean.
    rng = np.random.default_rng(3)
    market = rng.normal(0, 0.05, (4_000, 1, 1))
    paths = 100 * (1 + market + rng.normal(0, 0.2, (4_000, 400, 1)))
    company = OrgTree(("company", *(f"rep {i}" for i in range(400))), (-1, *([0] * 400)))
    wanted = np.full((401, 1), 97.0)
    wanted[0] = 0.97 * 400 * 100
    together = chances(paths, wanted, company).year
    apart = chances(as_if_independent(paths, seed=1), wanted, company).year
    assert together[0] == pytest.approx(0.72, abs=0.03)  # Φ(3 % / √(5 %² + 1 %²))
    assert apart[0] > 0.99  # Φ(3 % / 1.03 %): the market was averaged away
    assert together[1:] == pytest.approx(apart[1:], abs=1e-12)  # each rep alone looks the same


def test_equal_difficulty_gives_every_rep_the_same_chance() -> None:
    # Years: Wang 8, 10, 12, 14; Li 2, 4, 6, 8. One third of the way up each: 10 + 4 = 14.
    equal = equal_difficulty(PATHS, 14)
    assert equal.chance == pytest.approx(2 / 3)
    assert equal.targets == pytest.approx(np.array([[5, 5], [2, 2]]))


def test_a_total_nobody_reaches_is_refused() -> None:
    with pytest.raises(TotalOutOfReach, match=r"23 is out of reach: .* between 10 and 22"):
        equal_difficulty(PATHS, 23)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.05, 0.95))
def test_equal_difficulty_meets_the_total_and_evens_the_chances(seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    reps = int(rng.integers(1, 8))
    paths = rng.lognormal(rng.normal(0, 1, (1, reps, 1)), rng.uniform(0.1, 0.6, (1, reps, 1)), (400, reps, 3))
    total = float(np.quantile(paths.sum(axis=2), level, axis=0).sum())
    equal = equal_difficulty(paths, total)
    assert equal.targets.sum() == pytest.approx(total)
    assert equal.chance == pytest.approx(1 - level, abs=1e-6)
    reached = (paths.sum(axis=2) >= equal.targets.sum(axis=1)).mean(axis=0)
    assert reached == pytest.approx(np.full(reps, 1 - level), abs=1 / 200)


def test_paths_of_another_organisation_are_refused() -> None:
    with pytest.raises(PathsDoNotFit, match="4 × 1 × 2 paths"):
        chances(PATHS[:, :1], targets(9, 5, 4), TEAM)


def test_equal_difficulty_is_a_prior_of_the_solve() -> None:
    """With nothing but the total asked for, the plan is the equally difficult one; a cap then moves it the least."""
    equal = equal_difficulty(PATHS, 14).targets.sum(axis=1)
    cells = Cells(pl.DataFrame({"rep": ["wang", "li"], "difficulty": equal}), ("rep",), prior="difficulty")
    total = Rule(name="Total", at_least=14, at_most=14)
    assert solve(cells, Rules((total,))).whole is not None
    assert solve(cells, Rules((total,))).amounts.tolist() == [10, 4]
    cap = Rule(name="Cap", at="rep", nodes=("wang",), at_most=9)
    assert solve(cells, Rules((total, cap))).amounts.tolist() == [9, 5]
