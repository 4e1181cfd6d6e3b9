"""Baseline and potential become the prior of the solve, and each cell says how."""

from __future__ import annotations

import polars as pl
import pytest

from salesyear.engine.forecast.prior import BLENDS, PriorParams, UnknownBlend, blend_named, prior_of

pytestmark = pytest.mark.once

CELLS = pl.DataFrame(
    {
        "region": ["east", "east", "north", "north", "south"],
        "line": ["oil", "oil", "oil", "rice", "oil"],
        "rep": ["Li", "Wu", "Xu", "Xu", "Yi"],
        "baseline": [300.0, 100.0, 100.0, 0.0, 50.0],
    }
)
POTENTIAL = pl.DataFrame({"region": ["east", "north"], "line": ["oil", "oil"], "potential": [30.0, 20.0]})


def test_the_blend_moves_sales_between_groups_and_keeps_the_total() -> None:
    """East and north have 500 of baseline; the potential says 300 : 200. Half way: east 350, north 150."""
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(blend_named("balanced"), floor=5))
    assert rows["prior"].to_list() == pytest.approx([262.5, 87.5, 150.0, 5.0, 50.0])


def test_each_cell_says_how_it_came_about() -> None:
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(blend_named("balanced"), floor=5))
    told = [row["reason"] % row["values"] for row in rows.to_dicts()]
    assert told[0] == "50% of the baseline 300.0 and 50% of what the market's potential gives, 225.0."
    assert told[3] == "No sales to go by: set to the floor of 5."
    assert told[4] == "The baseline, 50.0: no potential is known here."


def test_history_alone_is_the_baseline() -> None:
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(BLENDS[0], floor=0))
    assert rows["prior"].to_list() == CELLS["baseline"].to_list()


def test_an_unknown_blend_lists_those_there_are() -> None:
    with pytest.raises(UnknownBlend, match="There is no blend “wild”"):
        blend_named("wild")
