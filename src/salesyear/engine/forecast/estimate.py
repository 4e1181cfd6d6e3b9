"""The most likely course of every leaf: base forecasts, weighed by their past errors and made to add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from salesyear.engine.forecast.backtest import (
    NOBODY,
    BacktestParams,
    Choice,
    Origins,
    Watch,
    born,
    choose_models,
    error_variance,
    naive_scale,
    origins_of,
    past_forecasts,
    past_truth,
)
from salesyear.engine.forecast.base import base_forecasts
from salesyear.engine.forecast.fan import Fan
from salesyear.engine.forecast.models import seasonal_naive
from salesyear.engine.forecast.panel import Panel, first_sales
from salesyear.engine.forecast.reconcile import reconcile_above_zero
from salesyear.engine.forecast.tree import Bools, Floats, Ints, Tree, tree_of

SCORES = {
    "level": pl.String,
    "series": pl.Int64,
    "mase": pl.Float64,
    "mase_naive": pl.Float64,
    "wape": pl.Float64,
    "wape_naive": pl.Float64,
}


@dataclass(frozen=True)
class Estimate:
    """mean: (leaves, horizon). past: forecasts of the leaves from each origin, (origins, leaves, horizon'). Both add
    up by construction; horizon' may be shorter than the horizon when the history is. choices: one per view.
    """

    mean: Floats
    past: Floats
    rolling: Origins
    choices: tuple[Choice, ...]


def estimate(
    panel: Panel,
    horizon: int,
    params: BacktestParams,
    views: Sequence[Sequence[str]] = (),
    watch: Watch = NOBODY,
    fan: Fan | None = None,
) -> Estimate:
    """Coherent forecasts of the leaves.

    views: further orders of the same levels (lines before regions, say). Each gives a tree of its own over the same
    leaves; the answer is the mean of what the trees say, which adds up in every one of them. fan: where the past is
    forecast, if not here.
    """
    parts = [_one_view(panel, horizon, params, watch, fan)]
    for levels in views:
        other, order = reordered(panel, levels)
        seen = _one_view(other, horizon, params, watch, fan)
        parts.append(replace(seen, mean=seen.mean[order], past=seen.past[:, order]))
    return Estimate(
        np.mean([part.mean for part in parts], axis=0),
        np.mean([part.past for part in parts], axis=0),
        parts[0].rolling,
        tuple(choice for part in parts for choice in part.choices),
    )


def _one_view(panel: Panel, horizon: int, params: BacktestParams, watch: Watch, fan: Fan | None) -> Estimate:
    choice = choose_models(panel, params, horizon, watch)
    rolling = origins_of(panel.length, horizon, panel.season, params.origins_for(panel.tree.size))
    past = past_forecasts(panel, choice.models, rolling, watch, fan)
    variance = error_variance(panel, past_truth(panel, rolling) - past, born(panel, rolling))
    watch.progress("reconcile", 0.0)
    tree, leaf = panel.tree, panel.tree.leaf_nodes
    settled = [reconcile_above_zero(tree, one, variance).values[leaf] for one in past]
    ahead = reconcile_above_zero(tree, base_forecasts(panel, choice.models, horizon), variance).values[leaf]
    return Estimate(ahead, np.stack(settled) if settled else past[:, leaf], rolling, (choice,))


def reordered(panel: Panel, levels: Sequence[str]) -> tuple[Panel, Ints]:
    """The same leaves under another order of levels, and for each leaf of `panel` its place in the new tree."""
    tree: Tree = tree_of(panel.tree.leaves, levels)
    mine = panel.tree.leaves.with_row_index("mine")
    theirs = tree.leaves.with_row_index("theirs")
    both = mine.join(theirs, on=list(levels), nulls_equal=True).sort("mine")
    place = both["theirs"].to_numpy().astype(np.int64)
    bottom = np.empty((len(place), panel.length))
    bottom[place] = panel.values[panel.tree.leaf_nodes]
    values = tree.add_up(bottom)
    return replace(panel, tree=tree, values=values, first=first_sales(values)), place


def coherent_errors(panel: Panel, made: Estimate) -> Floats:
    """What the coherent past forecasts missed by, (origins, nodes, horizon')."""
    leaves = past_truth(panel, made.rolling)[:, panel.tree.leaf_nodes] - made.past
    return np.stack([panel.tree.add_up(one) for one in leaves]) if len(leaves) else past_truth(panel, made.rolling)


def errors_in_todays_size(panel: Panel, made: Estimate) -> Floats:
    """The same errors as they would be now.

    Each in proportion to the node's naive scale, then and today; and to what the years of history then and today leave
    in doubt about the shape of the year (the variance of a mean of y years, on top of that of the year itself). Not a
    number where a node had not sold anything by the origin.
    """
    if not made.rolling.lengths:
        return coherent_errors(panel, made)
    now = naive_scale(panel.values, panel.first, panel.season)
    growth = np.clip(now / naive_scale_at(panel, made.rolling), 0.1, 10.0)
    years = np.array([*made.rolling.lengths, panel.length]) / panel.season
    doubt = np.sqrt((1 + 1 / years[-1]) / (1 + 1 / years[:-1]))
    known = np.where(born(panel, made.rolling), 1.0, np.nan)
    return np.asarray(coherent_errors(panel, made) * (known * growth * doubt[:, None])[:, :, None])


def scores_by_level(panel: Panel, made: Estimate) -> pl.DataFrame:
    """Back-test by level: `mase` and `wape` of the coherent forecasts beside seasonal naive's from the same origins.

    mase: over the nodes that had sold by then. wape: sum of absolute errors ÷ sum of sales, over all nodes.
    """
    if not made.rolling.lengths:
        return pl.DataFrame(schema=SCORES)
    naive = np.stack(
        [
            seasonal_naive(panel.values[:, :length], made.rolling.horizon, panel.season)
            for length in made.rolling.lengths
        ]
    )
    truth = past_truth(panel, made.rolling)
    ours = np.abs(coherent_errors(panel, made))
    theirs = np.abs(truth - naive)
    scale, seen = naive_scale_at(panel, made.rolling), born(panel, made.rolling)
    rows = []
    for level, label in enumerate(panel.tree.levels):
        span = panel.tree.nodes(level)
        sold = max(float(np.abs(truth[:, span]).sum()), 1e-12)
        rows.append(
            {
                "level": label,
                "series": span.stop - span.start,
                "mase": _mean_where(ours[:, span].mean(axis=2) / scale[:, span], seen[:, span]),
                "mase_naive": _mean_where(theirs[:, span].mean(axis=2) / scale[:, span], seen[:, span]),
                "wape": float(ours[:, span].sum()) / sold,
                "wape_naive": float(theirs[:, span].sum()) / sold,
            }
        )
    return pl.DataFrame(rows, schema=SCORES)


def _mean_where(values: Floats, seen: Bools) -> float:
    return float(values[seen].mean()) if seen.any() else float("nan")


def naive_scale_at(panel: Panel, rolling: Origins) -> Floats:
    """The unit of MASE as it was known at each origin, (origins, nodes)."""
    parts = [panel.up_to(length) for length in rolling.lengths]
    return np.stack([naive_scale(part.values, part.first, part.season) for part in parts])
