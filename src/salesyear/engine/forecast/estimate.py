"""The most likely course of every leaf: base forecasts, weighed by their past errors and made to add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from salesyear.engine.forecast.backtest import (
    BacktestParams,
    Choice,
    Origins,
    Progress,
    choose_models,
    error_variance,
    origins_of,
    past_forecasts,
    past_truth,
)
from salesyear.engine.forecast.base import base_forecasts
from salesyear.engine.forecast.panel import Panel, first_sales
from salesyear.engine.forecast.reconcile import reconcile_above_zero
from salesyear.engine.forecast.tree import Floats, Tree, tree_of


def silent(_step: str, _share: float) -> None:
    """Progress nobody asked for."""


@dataclass(frozen=True)
class Estimate:
    """mean: (leaves, horizon). past: forecasts of the leaves from each origin, (origins, leaves, horizon').

    Both add up by construction; horizon' may be shorter than the horizon when the history is. choices: one per view.
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
    progress: Progress = silent,
) -> Estimate:
    """Coherent forecasts of the leaves.

    views: further orders of the same levels (lines before regions, say). Each gives a tree of its own over the same
    leaves; the answer is the mean of what the trees say, which adds up in every one of them.
    """
    parts = [_one_view(panel, horizon, params, progress)]
    for levels in views:
        other, order = reordered(panel, levels)
        seen = _one_view(other, horizon, params, progress)
        parts.append(replace(seen, mean=seen.mean[order], past=seen.past[:, order]))
    return Estimate(
        np.mean([part.mean for part in parts], axis=0),
        np.mean([part.past for part in parts], axis=0),
        parts[0].rolling,
        tuple(choice for part in parts for choice in part.choices),
    )


def _one_view(panel: Panel, horizon: int, params: BacktestParams, progress: Progress) -> Estimate:
    choice = choose_models(panel, params, horizon, progress)
    rolling = origins_of(panel.length, horizon, panel.season, params.origins)
    past = past_forecasts(panel, choice.models, rolling, progress)
    variance = error_variance(panel, past_truth(panel, rolling) - past)
    progress("reconcile", 0.0)
    tree, leaf = panel.tree, panel.tree.leaf_nodes
    settled = [reconcile_above_zero(tree, one, variance).values[leaf] for one in past]
    ahead = reconcile_above_zero(tree, base_forecasts(panel, choice.models, horizon), variance).values[leaf]
    return Estimate(ahead, np.stack(settled) if settled else past[:, leaf], rolling, (choice,))


def reordered(panel: Panel, levels: Sequence[str]) -> tuple[Panel, Floats]:
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


def scores_by_level(panel: Panel, made: Estimate, naive: Floats) -> pl.DataFrame:
    """Back-test by level: `mase` and `mape_total` of the coherent forecasts beside seasonal naive's, same origins.

    naive: seasonal naive's past forecasts, (origins, nodes, horizon'). mape_total: sum of absolute errors ÷ sum of sales.
    """
    truth = past_truth(panel, made.rolling)
    ours = np.abs(coherent_errors(panel, made))
    theirs = np.abs(truth - naive)
    scale = naive_scale_at(panel, made.rolling)
    rows = []
    for level, label in enumerate(panel.tree.levels):
        span = panel.tree.nodes(level)
        sold = max(float(np.abs(truth[:, span]).sum()), 1e-12)
        rows.append(
            {
                "level": label,
                "series": span.stop - span.start,
                "mase": float((ours[:, span].mean(axis=2) / scale[:, span]).mean()),
                "mase_naive": float((theirs[:, span].mean(axis=2) / scale[:, span]).mean()),
                "wape": float(ours[:, span].sum()) / sold,
                "wape_naive": float(theirs[:, span].sum()) / sold,
            }
        )
    return pl.DataFrame(rows)


def naive_scale_at(panel: Panel, rolling: Origins) -> Floats:
    """The unit of MASE as it was known at each origin, (origins, nodes)."""
    from salesyear.engine.forecast.backtest import naive_scale

    parts = [panel.up_to(length) for length in rolling.lengths]
    return np.stack([naive_scale(part.values, part.first, part.season) for part in parts])
