"""The arithmetic below: elimination along the tree, the two methods, and instances of known difficulty."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from salesyear.engine.targets.examples import Family, Instance, make_instance
from salesyear.engine.targets.numeric.lumping import class_sums, lump, spread
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance, cost
from salesyear.engine.targets.numeric.rows import flatten, plain_block, row_address, spans
from salesyear.engine.targets.numeric.smooth import climb_smoothly
from salesyear.engine.targets.numeric.solving import make_task, solve_task
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.system import TreeSystem
from salesyear.engine.targets.numeric.tree import Floats, Tree, regular_tree

pytestmark = pytest.mark.once


def solved(instance: Instance, distance: Distance = Distance.PRO_RATA) -> tuple[Floats, float, float]:
    """Cells, worst violation of any row summed over the cells themselves, and cost."""
    cells = instance.cells(distance)
    task = instance.task(cells)
    answer = solve_task(task, Effort(), digit=2e-5)
    assert answer.met
    sales = spread(cells, answer.t)
    return sales, worst_row(instance, sales), cost(distance, sales, instance.prior)


def worst_row(instance: Instance, sales: Floats) -> float:
    """Worst violation of any row, every row summed exactly over the classes."""
    count = instance.tree.leaves * instance.attributes
    rows = sparse_system(instance.tree, instance.blocks, np.arange(count)).rows.tocsr()
    parts = rows.data * class_sums(instance.classes, sales, count)[rows.indices]
    value = np.array([math.fsum(parts[a:b]) for a, b in pairwise(rows.indptr.tolist())])
    low, high = (flatten(instance.blocks, side) for side in ("low", "high"))
    return float(np.maximum(low - value, value - high).max())


@pytest.mark.parametrize("distance", list(Distance))
@pytest.mark.parametrize("family", ["std", "hard", "hard+bounds", "rich"])
def test_every_family_is_solved_to_a_ten_thousandth_of_a_unit(family: Family, distance: Distance) -> None:
    instance = make_instance(20, family, slots=4)
    sales, worst, _ = solved(instance, distance)
    assert worst < 1e-4
    assert (sales >= instance.low - 1e-9).all()
    assert (sales <= instance.high + 1e-9).all()


@pytest.mark.parametrize("band", [0.05, 0.01, 0.001, 0.0001, 0.00001])
def test_tight_bands_are_solved_down_to_a_thousandth_of_a_percent(band: float) -> None:
    _, worst, _ = solved(make_instance(50, "tight", slots=4, band=band))
    assert worst < 1e-3


def enlarged(instance: Instance, times: float) -> Instance:
    """The same plan in a smaller unit: every amount so many times as large."""
    blocks = tuple(replace(block, low=times * block.low, high=times * block.high) for block in instance.blocks)
    prior, low, high = times * instance.prior, times * instance.low, times * instance.high
    return replace(instance, prior=prior, low=low, high=high, blocks=blocks)


def test_sums_of_a_hundred_billion_units_are_right_to_a_ten_thousandth_of_one() -> None:
    """A start that is as good as doubles are asked to be is made as good as they can be."""
    instance = enlarged(make_instance(100, "tight", slots=4), 256.0)
    cells = instance.cells()
    task = instance.task(cells)
    assert task.bounds.scale.max() > 9e10
    best = solve_task(task, Effort(), digit=2e-5)
    assert worst_row(instance, spread(cells, best.t)) < 1e-4

    start = best.y.copy()
    start[:12] += 6 * task.bounds.noise[:12] / task.bounds.scale[:12]  # every month a few rounding errors off
    assert worst_row(instance, spread(cells, task.system.pull(start))) > 1e-4
    again = solve_task(task, Effort(), start, digit=2e-5)
    assert worst_row(instance, spread(cells, again.t)) < 1e-4


def test_multipliers_that_nearly_cancel_keep_the_digits_of_their_sum() -> None:
    instance = enlarged(make_instance(100, "std", slots=4), 256.0)
    cells = instance.cells()
    task = instance.task(cells)
    months, regions = (span for _, span in list(spans(instance.tree, instance.blocks))[:2])
    start = solve_task(task, Effort(), digit=2e-5).y.copy()
    start[months] += 11.0
    start[regions].reshape(-1, 3)[:, 0] -= 11.0  # the totals of regions: every cell is in one, and in one month
    answer = solve_task(task, Effort(), start, digit=2e-5)
    assert np.abs(answer.y).max() > 10
    assert worst_row(instance, spread(cells, answer.t)) < 1e-4


def test_the_prior_breaks_the_rules_and_the_hidden_plan_keeps_them() -> None:
    instance = make_instance(20, "hard", slots=4)
    task = instance.task(instance.cells())
    for sales, kept in ((instance.hidden, True), (instance.prior, False)):
        value = task.system.push(class_sums(instance.classes, sales, len(task.response.gain)))
        slack = 1e-9 * task.bounds.scale
        inside = (value >= task.bounds.low - slack) & (value <= task.bounds.high + slack)
        assert inside.all() == kept


def test_the_plan_is_nearer_to_the_prior_than_the_hidden_one() -> None:
    instance = make_instance(20, "hard", slots=4)
    _, _, best = solved(instance)
    assert best < cost(Distance.PRO_RATA, instance.hidden, instance.prior)


@pytest.mark.parametrize("family", ["std", "hard", "rich"])
def test_factors_solve_for_another_residual_as_if_made_for_it(family: Family) -> None:
    instance = make_instance(20, family, slots=4)
    rng = np.random.default_rng(2)
    count = instance.tree.leaves * instance.attributes
    rows = len(flatten(instance.blocks, "low"))
    weight, free, diagonal = rng.random(count) + 0.1, rng.random(rows) < 0.6, rng.random(rows)
    first, second = rng.normal(size=(2, rows))
    for system in (
        TreeSystem(instance.tree, instance.blocks),
        sparse_system(instance.tree, instance.blocks, np.arange(count)),
    ):
        newton = system.newton(weight)
        again = newton.factor(first, free, diagonal).again(second)
        assert again == pytest.approx(newton.solve(second, free, diagonal), abs=1e-9)
        assert not again[~free].any()


@pytest.mark.parametrize("family", ["std", "hard", "rich"])
def test_elimination_along_the_tree_equals_a_general_solver(family: Family) -> None:
    instance = make_instance(20, family, slots=4)
    rng = np.random.default_rng(1)
    tree_system = TreeSystem(instance.tree, instance.blocks)
    count = instance.tree.leaves * instance.attributes
    general = sparse_system(instance.tree, instance.blocks, np.arange(count))
    rows = len(flatten(instance.blocks, "low"))
    y, x, weight = rng.normal(size=rows), rng.random(count), rng.random(count) + 0.1
    assert tree_system.pull(y) == pytest.approx(general.pull(y))
    assert tree_system.push(x) == pytest.approx(general.push(x))
    free, diagonal, right = rng.random(rows) < 0.6, rng.random(rows), rng.normal(size=rows)
    one = tree_system.newton(weight).solve(right, free, diagonal)
    other = general.newton(weight).solve(right, free, diagonal)
    assert one[free] == pytest.approx(other[free], rel=1e-6, abs=1e-9)
    assert not one[~free].any()


def test_elimination_on_uneven_trees_equals_a_general_solver() -> None:
    """Eight leaves under four parents, but not two each: a shortcut for regular trees must not be taken."""
    up = (np.zeros(1, np.int64), np.zeros(4, np.int64), np.array([0, 1, 1, 2, 2, 3, 3, 3]))
    tree = Tree(up)
    rng = np.random.default_rng(3)
    blocks = tuple(plain_block(rng.random((2, 3)), np.zeros((n, 2)), np.ones((n, 2))) for n in (1, 4, 8))
    weight, right, diagonal = rng.random(24), rng.random(26), rng.random(26)
    free = np.ones(26, bool)
    one = TreeSystem(tree, blocks).newton(weight).solve(right, free, diagonal)
    other = sparse_system(tree, blocks, np.arange(24)).newton(weight).solve(right, free, diagonal)
    assert one == pytest.approx(other, rel=1e-8)


def test_both_linear_algebras_give_the_same_plan() -> None:
    instance = make_instance(20, "hard", slots=4)
    cells = instance.cells()
    count = instance.tree.leaves * instance.attributes
    general = sparse_system(instance.tree, instance.blocks, np.arange(count))
    task = make_task(instance.tree, instance.blocks, lump(cells), general)
    answer = solve_task(task, Effort())
    assert answer.met
    sales, _, _ = solved(instance)
    assert spread(cells, general.pull(answer.y)) == pytest.approx(sales, rel=1e-8)


@pytest.mark.parametrize("distance", list(Distance))
def test_the_slow_method_agrees_with_the_fast_one(distance: Distance) -> None:
    instance = make_instance(20, "hard", slots=4)
    cells = instance.cells(distance)
    task = instance.task(cells)
    tolerance = 1e-9 * task.bounds.scale
    start = np.zeros_like(task.bounds.low)
    outcome = climb_smoothly(task.system, task.response, task.bounds, start, tolerance, Effort())
    sales, _, _ = solved(instance, distance)
    assert spread(cells, task.system.pull(outcome.point.y)) == pytest.approx(sales, rel=1e-5)


def test_shares_of_each_node_in_two_forms() -> None:
    """The same share everywhere, once in the pattern and once node by node, is the same problem."""
    tree = regular_tree(2, 3)
    part, whole = np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])
    zero, far = np.zeros((6, 1)), np.full((6, 1), np.inf)
    plain = plain_block(part - 0.3 * whole, zero, far)
    single = replace(plain, pattern=part, base=whole, share=np.full((6, 1), 0.3))
    empty = [plain_block(np.zeros((0, 2)), np.zeros((n, 0)), np.zeros((n, 0))) for n in (1, 2)]
    y, x = np.random.default_rng(0).random((2, 12))
    weights = TreeSystem(tree, (*empty, plain)), TreeSystem(tree, (*empty, single))
    assert weights[0].pull(y[:6]) == pytest.approx(weights[1].pull(y[:6]))
    assert weights[0].push(x) == pytest.approx(weights[1].push(x))
    steps = [system.newton(x).solve(y[6:], np.ones(6, bool)) for system in weights]
    assert steps[0] == pytest.approx(steps[1])


def test_rows_are_found_again() -> None:
    instance = make_instance(20, "std", slots=4)
    rows = len(flatten(instance.blocks, "low"))
    addresses = [row_address(instance.tree, instance.blocks, row) for row in range(rows)]
    assert addresses[0] == (0, 0, 0)
    assert addresses[-1] == (3, 19, 0)
    assert len(set(addresses)) == rows
