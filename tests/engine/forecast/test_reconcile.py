"""Forecasts that do not add up are made to: by hand, against dense algebra, against all corners of the bounded one."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.forecast.reconcile import reconcile, reconcile_above_zero
from salesyear.engine.forecast.tree import Floats, Tree, tree_of

pytestmark = pytest.mark.once


def two_reps() -> Tree:
    return tree_of(pl.DataFrame({"rep": ["Li", "Wang"]}), ["rep"])


def random_tree(rng: np.random.Generator) -> Tree:
    count = int(rng.integers(1, 9))
    paths = pl.DataFrame(
        {
            "region": rng.integers(0, 3, count),
            "rep": rng.integers(0, 3, count),
            "customer": np.arange(count),
        }
    )
    return tree_of(paths, ["region", "rep", "customer"])


def dense(tree: Tree, base: Floats, variance: Floats) -> Floats:
    """Generalised least squares written out: x = S (S'W^-1 S)^-1 S'W^-1 base."""
    summing = tree.add_up(np.eye(tree.leaves.height))
    weighted = summing.T / variance
    return np.asarray(summing @ np.linalg.solve(weighted @ summing, weighted @ base))


def test_half_of_the_gap_each_by_hand() -> None:
    """100 promised above, 60 + 30 below, all equally sure: the gap of 10 is shared over three."""
    settled = reconcile(two_reps(), np.array([[100.0], [60.0], [30.0]]), np.ones(3))
    assert settled[:, 0] == pytest.approx([100 - 10 / 3, 60 + 10 / 3, 30 + 10 / 3])


def test_the_surer_one_moves_less() -> None:
    settled = reconcile(two_reps(), np.array([[100.0], [60.0], [30.0]]), np.array([1e-9, 9.0, 1.0]))
    assert settled[:, 0] == pytest.approx([100, 69, 31])


@given(st.integers(0, 10_000))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_equals_dense_algebra_on_any_tree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, variance = rng.normal(10, 8, (tree.size, 3)), rng.uniform(0.1, 5, tree.size)
    settled = reconcile(tree, base, variance)
    assert settled == pytest.approx(dense(tree, base, variance), abs=1e-9)
    assert settled == pytest.approx(tree.add_up(settled[tree.leaf_nodes]), abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_no_other_corner_is_nearer(seed: int) -> None:
    """The bounded optimum beats every choice of leaves held at 0 (all of them tried)."""
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, variance = rng.normal(2, 8, (tree.size, 1)), rng.uniform(0.1, 5, tree.size)
    found = reconcile_above_zero(tree, base, variance).values
    assert found.min() >= 0
    assert cost(found, base, variance) <= best_corner(tree, base, variance) + 1e-9


def cost(values: Floats, base: Floats, variance: Floats) -> float:
    return float(((values - base)[:, 0] ** 2 / variance).sum())


def best_corner(tree: Tree, base: Floats, variance: Floats) -> float:
    summing = tree.add_up(np.eye(tree.leaves.height))
    best = np.inf
    for held in itertools.product([False, True], repeat=tree.leaves.height):
        free = summing[:, ~np.array(held)]
        leaves = np.linalg.lstsq(free / np.sqrt(variance)[:, None], base[:, 0] / np.sqrt(variance), rcond=None)[0]
        if free.shape[1] == 0 or leaves.min() >= -1e-12:
            best = min(best, cost((free @ leaves)[:, None], base, variance))
    return best


def test_what_is_non_negative_already_is_left_alone() -> None:
    base = np.array([[90.0], [60.0], [30.0]])
    found = reconcile_above_zero(two_reps(), base, np.ones(3))
    assert (found.held, found.exchanges) == (0, 0)
    assert found.values == pytest.approx(base)
