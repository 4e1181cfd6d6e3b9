"""What the solve starts from: the baseline, blended with the market's potential where that is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.forecast.prior import PriorParams, blend_named, prior_of
from salesyear.targets.planning.facts import PlanFacts
from salesyear.targets.planning.params import PlanParams

Floats = NDArray[np.float64]
START = 0.01  # of a leaf's month: what a cell without history starts from where a rule may ask it for sales
MONTHS = 12


def prior_cells(facts: PlanFacts, params: PlanParams, potential: Mapping[tuple[int, int], int]) -> Floats:
    """Return the prior of every slot and month.

    potential: by region and line, minor units; where none is known a cell keeps its baseline. Cells without history
    stay at nothing, unless they are for new customers or strategic lines: those start from a hundredth of what their
    leaf sells in the month, shared evenly.
    """
    slots = facts.slots
    cells = pl.DataFrame(
        {
            "region": np.repeat([facts.leaves[leaf].region for leaf in slots.leaf], MONTHS),
            "line": np.repeat(slots.keys[:, 1], MONTHS),
            "baseline": slots.baseline.ravel().astype(np.float64),
        },
        schema_overrides={"region": pl.Int64},
    )
    known = pl.DataFrame(
        [(*keys, float(amount)) for keys, amount in potential.items()],
        schema={"region": pl.Int64, "line": pl.Int64, "potential": pl.Float64},
        orient="row",
    )
    blended = prior_of(cells, known, ("region", "line"), PriorParams(blend_named(params.blend), floor=0.0))
    prior = blended["prior"].to_numpy().reshape(-1, MONTHS).copy()
    return _started(facts, prior)


def _started(facts: PlanFacts, prior: Floats) -> Floats:
    """Give empty cells that a rule may ask for sales something to grow from."""
    slots = facts.slots
    count = len(facts.leaves)
    sums = np.zeros((count, MONTHS))
    np.add.at(sums, slots.leaf, prior)
    asked = (slots.keys[:, 2] == 1) | np.isin(slots.keys[:, 1], list(facts.strategic))
    empty = (prior == 0) & asked[:, None]
    number = np.zeros((count, MONTHS))
    np.add.at(number, slots.leaf, empty.astype(float))
    start = START * sums / np.maximum(number, 1)
    return np.asarray(np.where(empty, start[slots.leaf], prior))
