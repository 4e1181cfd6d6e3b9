"""Two regions, three reps, five customers: what adds up along the tree."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from salesyear.engine.forecast.tree import NoLeaves, tree_of

pytestmark = pytest.mark.once

PATHS = pl.DataFrame(
    {
        "region": ["east", "east", "east", "north", "north"],
        "rep": ["Li", "Li", "Wang", "Li", "Li"],
        "customer": ["c1", "c2", "c3", "c4", "c5"],
    }
)


def test_a_name_under_two_parents_is_two_nodes() -> None:
    tree = tree_of(PATHS.sample(fraction=1.0, shuffle=True, seed=3), ["region", "rep", "customer"])
    assert tree.levels == ("company", "region", "rep", "customer")
    assert tree.size == 1 + 2 + 3 + 5
    assert tree.parent.tolist() == [-1, 0, 0, 1, 1, 2, 3, 3, 4, 5, 5]


def test_sums_go_up() -> None:
    tree = tree_of(PATHS, ["region", "rep", "customer"])
    values = tree.add_up(np.array([[1.0], [2], [3], [4], [5]]))
    assert values[:, 0].tolist() == [15, 6, 9, 3, 3, 9, 1, 2, 3, 4, 5]


def test_each_leaf_knows_its_region_and_itself() -> None:
    tree = tree_of(PATHS, ["region", "rep", "customer"])
    assert tree.above(0).tolist() == [0, 0, 0, 0, 0]
    assert tree.above(1).tolist() == [0, 0, 0, 1, 1]
    assert tree.above(-1).tolist() == [0, 1, 2, 3, 4]


def test_the_table_names_every_node_by_its_path() -> None:
    rows = tree_of(PATHS, ["region", "rep", "customer"]).table()
    assert rows.row(0, named=True) == {"node": 0, "level": "company", "region": None, "rep": None, "customer": None}
    assert rows.row(5, named=True) == {"node": 5, "level": "rep", "region": "north", "rep": "Li", "customer": None}


def test_nothing_to_forecast_is_said() -> None:
    with pytest.raises(NoLeaves, match="no rows"):
        tree_of(PATHS.clear(), ["region"])
