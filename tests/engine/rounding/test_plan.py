"""A real plan made whole: what was promised holds on a plan one can read, and on random trees."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from salesyear.engine.rounding import (
    Limits,
    LimitsContradict,
    LockNotWhole,
    NotAPlan,
    NotATree,
    OrgTree,
    ShareFloor,
    ShareOutOfReach,
    round_plan,
)

pytestmark = pytest.mark.once

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Two regions, three reps; Wang sells in the north, Li and Zhao in the south.
REGION = OrgTree.from_pairs(
    [
        ("company", None),
        ("north", "company"),
        ("south", "company"),
        ("wang", "north"),
        ("li", "south"),
        ("zhao", "south"),
    ]
)
QUARTER = ("2027-01", "2027-02", "2027-03")
SOLD = np.array([[1.5, 2.5, 1.0], [0.5, 0.25, 0.25], [2.0, 1.25, 0.75]])[:, :, None]


def test_a_small_plan_adds_up() -> None:
    plan = round_plan(SOLD, REGION, QUARTER, seed=7)
    wang, li, zhao = plan.units[:, :, 0]
    assert wang.sum() == 5  # 1.5 + 2.5 + 1.0: the year is whole, so it stays.
    assert li.sum() == 1
    assert zhao.sum() == 4
    assert (wang + li + zhao).tolist() == [4, 4, 2]
    assert wang[2] == 1
    assert zhao[0] == 2


def test_a_whole_plan_comes_back_unchanged() -> None:
    whole = np.arange(9.0).reshape(3, 3, 1) * 100_000
    assert (round_plan(whole, REGION, QUARTER, unit=100_000).amounts == whole).all()


def test_units_are_counted_in_the_unit_asked_for() -> None:
    plan = round_plan(SOLD * 1_000, REGION, QUARTER, unit=1_000, seed=7)
    assert (plan.units == round_plan(SOLD, REGION, QUARTER, seed=7).units).all()
    assert plan.amounts.sum() == 10_000


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    rng = np.random.default_rng(1)
    real = rng.uniform(0, 9, (3, 3, 4))
    first = round_plan(real, REGION, QUARTER, seed=1).units
    assert (first == round_plan(real, REGION, QUARTER, seed=1).units).all()
    assert any((first != round_plan(real, REGION, QUARTER, seed=seed).units).any() for seed in range(2, 6))


def test_the_order_of_the_rows_changes_nothing() -> None:
    real = np.random.default_rng(2).uniform(0, 9, (3, 3, 4))
    shuffled = OrgTree.from_pairs(
        [
            ("zhao", "south"),
            ("south", "company"),
            ("wang", "north"),
            ("company", None),
            ("li", "south"),
            ("north", "company"),
        ]
    )
    here = round_plan(real, REGION, QUARTER, seed=3).units  # Rows: wang, li, zhao.
    there = round_plan(real[[2, 0, 1]], shuffled, QUARTER, seed=3).units  # Rows: zhao, wang, li.
    assert (there == here[[2, 0, 1]]).all()


def test_totals_that_are_fixed_come_out_exactly_though_the_solver_missed_them_by_a_hair() -> None:
    real = np.random.default_rng(3).uniform(1, 9, (3, 3, 2))
    real *= 60 / real.sum()
    limits = Limits.none(REGION, 3)
    limits.year_least[0] = limits.year_most[0] = 60
    limits.month_least[0] = limits.month_most[0] = [22, 20, 18]
    real *= (np.array([22, 20, 18]) / real.sum(axis=(0, 2)))[None, :, None]
    real[0, 0, 0] += 1e-4
    for seed in range(20):
        units = round_plan(real, REGION, QUARTER, limits=limits, seed=seed).units
        assert units.sum(axis=(0, 2)).tolist() == [22, 20, 18]


def test_a_cap_that_is_touched_is_not_passed() -> None:
    limits = Limits.none(REGION, 3)
    limits.year_most[4] = 1  # Li's year is 1.0 in the real plan; a hair more must not become 2.
    real = SOLD.copy()
    real[1, 0, 0] += 5e-6
    for seed in range(50):
        assert round_plan(real, REGION, QUARTER, limits=limits, seed=seed).units[1].sum() <= 1


def test_a_plan_that_misses_its_own_limit_is_refused() -> None:
    limits = Limits.none(REGION, 3)
    limits.year_least[3] = 6
    with pytest.raises(LimitsContradict, match=r"gives “wang” \(2027-01 – 2027-03\) 5.00 units; the limits ask for 6"):
        round_plan(SOLD, REGION, QUARTER, limits=limits)


def test_a_fixed_total_must_be_a_whole_number_of_units() -> None:
    limits = Limits.none(REGION, 3)
    limits.year_least[0] = limits.year_most[0] = 10_500
    with pytest.raises(LimitsContradict, match="no whole number of 1000 does"):
        round_plan(SOLD * 1_050, REGION, QUARTER, unit=1_000, limits=limits)


def test_held_cells_do_not_change_and_must_be_whole() -> None:
    real = np.random.default_rng(4).uniform(0, 9, (3, 3, 4))
    locks = np.zeros(real.shape, dtype=bool)
    locks[1, 2, 3] = True
    real[1, 2, 3] = 5
    assert all(round_plan(real, REGION, QUARTER, locks=locks, seed=seed).units[1, 2, 3] == 5 for seed in range(10))
    real[1, 2, 3] = 5.5
    with pytest.raises(LockNotWhole, match=r"Row 2, month 3, cell 4 is held at 5.5: not a whole number of 1"):
        round_plan(real, REGION, QUARTER, locks=locks)


def test_a_strategic_share_holds_in_integers() -> None:
    real = np.random.default_rng(5).uniform(0, 20, (3, 3, 6))
    strategic = (True, True, False, False, False, False)
    new = (True, False, True, False, False, False)
    rules = []
    for mask in (strategic, new):
        share = Fraction(float(real[:, :, np.array(mask)].sum() / real.sum()) - 1e-9).limit_denominator(10**6)
        rules.append(ShareFloor(0, mask, share.numerator, share.denominator))
    moves = 0
    for seed in range(40):
        plan = round_plan(real, REGION, QUARTER, shares=rules, seed=seed)
        plain = round_plan(real, REGION, QUARTER, seed=seed)
        moves += plan.moves
        assert (plan.units.sum(axis=2) == plain.units.sum(axis=2)).all()
        for rule in rules:
            inside = int(plan.units[:, :, np.array(rule.inside)].sum())
            assert rule.denominator * inside >= rule.numerator * int(plan.units.sum())
    assert moves > 0


def test_a_share_that_units_cannot_give_is_refused() -> None:
    rule = ShareFloor(0, (True, False), 1, 2)
    with pytest.raises(ShareOutOfReach, match="“company” misses its share of 1/2 by 1 units"):
        round_plan(_lean(), REGION, QUARTER, shares=[rule])


def _lean() -> Floats:
    real = np.ones((3, 3, 2))
    real[0, 0] = [0, 2]  # 8 of 18 inside, every cell whole already: nothing can move.
    return real


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(NotAPlan, match="3 × 2 × 1; 3 rows × 3 months"):
        round_plan(SOLD[:, :2], REGION, QUARTER)
    with pytest.raises(NotAPlan, match="without an amount"):
        round_plan(np.where(SOLD > 2, np.nan, SOLD), REGION, QUARTER)
    with pytest.raises(NotAPlan, match="unit is 0"):
        round_plan(SOLD, REGION, QUARTER, unit=0)


def test_what_is_no_tree_is_refused() -> None:
    with pytest.raises(NotATree, match="“a” reports to itself"):
        _ = OrgTree(("a", "b"), (1, 0)).depth
    with pytest.raises(NotATree, match="“a” is there twice"):
        OrgTree(("a", "a"), (-1, 0))
    with pytest.raises(NotATree, match="Unknown position “boss”"):
        OrgTree.from_pairs([("a", "boss")])


@st.composite
def plans(draw: st.DrawFn) -> tuple[OrgTree, Floats]:
    """A random forest of up to 25 positions and a plan on it, some cells whole, some zero, some negative."""
    nodes = draw(st.integers(1, 25))
    parents = tuple(
        draw(st.integers(-1 if place == 0 else draw(st.sampled_from([-1, 0, 0, 0])), place - 1))
        for place in range(nodes)
    )
    tree = OrgTree(tuple(f"n{place}" for place in draw(st.permutations(range(nodes)))), parents)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (tree.leaves.size, draw(st.integers(1, 13)), draw(st.integers(1, 5)))
    real = rng.normal(2, 3, shape)
    real[rng.random(shape) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = 0
    whole = rng.random(shape) < 0.2
    return tree, np.where(whole, np.rint(real), real)


def all_totals(tree: OrgTree, values: NDArray[np.generic]) -> list[Floats]:
    """Months, years, leaf quarters and root quarters of a table, written down the slow way."""
    leaf_months = values.sum(axis=2).astype(float)
    months = tree.roll_up(leaf_months)
    quarters = np.stack([months[:, first : first + 3].sum(axis=1) for first in range(0, months.shape[1], 3)], axis=1)
    return [months, months.sum(axis=1), quarters[tree.leaves], quarters[tree.up < 0]]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(plans(), st.integers(0, 2**40))
def test_every_total_and_cell_is_the_real_one_rounded_up_or_down(case: tuple[OrgTree, Floats], seed: int) -> None:
    tree, real = case
    months = range(real.shape[1])
    units = round_plan(real, tree, months, seed=seed).units
    assert units.dtype == np.int64
    assert (np.abs(units - real) < 1).all()
    assert (units[real == np.rint(real)] == real[real == np.rint(real)]).all()
    for total, exact in zip(all_totals(tree, units), all_totals(tree, real), strict=True):
        assert (np.abs(total - exact) < 1 + 1e-4).all()
    assert (round_plan(units.astype(float), tree, months, seed=seed + 1).units == units).all()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(plans(), st.integers(0, 2**40))
def test_whole_totals_declared_fixed_stay_and_the_rest_moves(case: tuple[OrgTree, Floats], seed: int) -> None:
    tree, real = case
    months = real.shape[1]
    whole = round_plan(real, tree, range(months), seed=seed)
    limits = Limits.none(tree, months)
    totals = tree.roll_up(whole.units.sum(axis=2))
    rng = np.random.default_rng(seed)
    year, month = rng.random(len(tree.keys)) < 0.3, rng.random(totals.shape) < 0.2
    limits.year_least[year] = limits.year_most[year] = totals.sum(axis=1)[year]
    limits.month_least[month] = limits.month_most[month] = totals[month]
    # A plan with the same totals that is not whole: halves moved round within each leaf-month.
    mixed = whole.units.astype(float)
    if mixed.shape[2] > 1:
        mixed[..., 0] += 0.5
        mixed[..., 1] -= 0.5
    again = round_plan(mixed, tree, range(months), limits=limits, seed=seed).units
    after = tree.roll_up(again.sum(axis=2))
    assert (after.sum(axis=1) == totals.sum(axis=1))[year].all()
    assert (after == totals)[month].all()


def test_nobody_is_favoured() -> None:
    # 10,000 companies with the same plan under other names are 10,000 independent draws in one call.
    copies = 10_000
    real = np.array([[0.3, 1.6, 0.25], [0.2, 0.7, 0.45], [2.9, 0.15, 0.05], [0.5, 0.5, 0.5]])
    keys: list[str] = []
    parents: list[int] = []
    for copy in range(copies):
        top = len(keys)
        keys += [f"{copy}/{name}" for name in ("company", "north", "south", "a", "b", "c", "d")]
        parents += [-1, top, top, top + 1, top + 1, top + 2, top + 2]
    tree = OrgTree(tuple(keys), tuple(parents))
    units = round_plan(np.tile(real[:, :, None], (copies, 1, 1)), tree, range(3), seed=11).units
    mean = units.reshape(copies, 4, 3).mean(axis=0)
    share = real % 1
    error = np.sqrt(share * (1 - share) / copies)
    assert (np.abs(mean - real) <= 4 * error).all()


def test_seeds_are_as_fair_as_names() -> None:
    real = np.array([[0.3, 1.6], [0.2, 0.7], [2.9, 0.15]])[:, :, None]
    draws = np.array([round_plan(real, REGION, range(2), seed=seed).units[:, :, 0] for seed in range(400)])
    share = real[:, :, 0] % 1
    assert (np.abs(draws.mean(axis=0) - real[:, :, 0]) <= 4 * np.sqrt(share * (1 - share) / 400)).all()


def flow_rows(tree: OrgTree, months: int) -> Ints:
    """Membership of each leaf-month in each protected total: (totals, leaves · months)."""
    rows: list[NDArray[np.bool_]] = []
    for node in range(len(tree.keys)):
        under = (tree.ancestors[tree.depth[node]] == node)[:, None] & np.ones(months, dtype=bool)
        rows.extend((under & (np.arange(months) == month)).ravel() for month in range(months))
        rows.append(under.ravel())
    return np.array(rows).astype(np.int64)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(plans(), st.integers(0, 2**40))
def test_it_is_a_vertex_of_the_flow_polytope_and_near_the_best(case: tuple[OrgTree, Floats], seed: int) -> None:
    """Against the exact optimum (HiGHS, least absolute deviation; whole because the network is
    unimodular)."""
    tree, real = case
    leaf_months = np.abs(real.sum(axis=2))
    rows = flow_rows(tree, leaf_months.shape[1])
    flat, floor = leaf_months.ravel(), np.floor(leaf_months.ravel())
    totals = np.round(rows @ flat, 9)
    best = linprog(
        1 - 2 * (flat - floor),
        A_ub=np.concatenate((rows, -rows)),
        b_ub=np.concatenate((np.ceil(totals) - rows @ floor, rows @ floor - np.floor(totals))),
        bounds=(0, 1),
    )
    ours = round_plan(leaf_months[:, :, None], tree, range(leaf_months.shape[1]), seed=seed).units.ravel()
    least = float(np.abs(np.rint(best.x) + floor - flat).sum())
    assert best.status == 0
    assert (rows @ ours <= np.ceil(totals)).all()
    assert (rows @ ours >= np.floor(totals)).all()
    assert least <= np.abs(ours - flat).sum() + 1e-6


def test_a_solvers_last_digits_leave_no_total_behind() -> None:
    # Whole but for two reps who swap half units over two months, and for noise in the sixth digit; most totals fixed.
    tree = OrgTree.from_pairs(
        [("company", None)] + [(f"t{t}", "company") for t in range(3)] + [(f"r{r}", f"t{r // 4}") for r in range(12)]
    )
    for seed in range(40):
        rng = np.random.default_rng(seed)
        whole = rng.integers(0, 6, (12, 6, 3)) * (rng.random((12, 6, 3)) < 0.6)
        real = whole.astype(float) + 1
        for _ in range(8):
            first = int(rng.integers(0, 3)) * 4
            a, b = first + rng.permutation(4)[:2]
            m, n = rng.permutation(6)[:2]
            real[[a, b], [m, n], 0] += 0.4
            real[[a, b], [n, m], 0] -= 0.4
        real += rng.normal(0, 1e-5, real.shape)
        totals = tree.roll_up(whole.sum(axis=2) + 3)
        limits = Limits.none(tree, 6)
        limits.year_least[:] = limits.year_most[:] = totals.sum(axis=1)
        limits.month_least[:4] = limits.month_most[:4] = totals[:4]
        units = round_plan(real, tree, range(6), limits=limits, seed=seed).units
        assert (tree.roll_up(units.sum(axis=2))[:4] == totals[:4]).all()
        assert (units.sum(axis=(1, 2)) == totals[4:].sum(axis=1)).all()
