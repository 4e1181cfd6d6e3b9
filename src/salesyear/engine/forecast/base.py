"""Forecasts of every node by itself, before they are made to add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesyear.engine.forecast.models import MODELS, seasonal_naive
from salesyear.engine.forecast.panel import Panel
from salesyear.engine.forecast.seasons import seasonal_indices, unfold
from salesyear.engine.forecast.tree import Bools, Floats, Ints

SEASONAL_NAIVE = "seasonal_naive"


def base_forecasts(panel: Panel, models: Sequence[str], horizon: int) -> Floats:
    """Forecasts (nodes, horizon), the model of each level named in `models`, none below 0; see `thin` for the rest."""
    shape = seasonal_indices(panel.tree, panel.values, panel.first, panel.season)
    out = np.empty((panel.tree.size, horizon))
    few = thin(panel)
    for level, name in enumerate(models):
        nodes = np.arange(*panel.tree.nodes(level).indices(panel.tree.size))
        own = nodes[~few[nodes]]
        out[own] = level_forecasts(panel, shape, own, name, horizon)
        if few[nodes].any():
            pooled = nodes[few[nodes]]
            out[pooled] = _by_parents_shape(panel, pooled, out[panel.tree.parent[pooled]])
    return out


def level_forecasts(panel: Panel, shape: Floats, nodes: Ints, name: str, horizon: int) -> Floats:
    """Forecasts of some nodes by one model: the year's shape taken out first and laid on again."""
    values = panel.values[nodes]
    if name == SEASONAL_NAIVE:
        return np.maximum(seasonal_naive(values, horizon, panel.season), 0.0)
    freed = values / unfold(shape[nodes], 0, panel.length)
    ahead = MODELS[name].forecast(freed, panel.first[nodes], horizon)
    return np.maximum(ahead * unfold(shape[nodes], panel.length, horizon), 0.0)


def thin(panel: Panel) -> Bools:
    """Nodes with less than a year and a half of history, or without a sale in more than half of the periods since.

    They have no shape of their own worth the name (intermittence by the average interval between sales, over 2;
    Syntetos, Boylan & Croston 2005, JORS 56:495-503, draw the line at 1.32): they follow their parent's. The root
    never is one.
    """
    since = panel.length - panel.first
    sold = (panel.values != 0).sum(axis=1)
    few = (2 * since < 3 * panel.season) | (2 * sold < since)
    few[0] = False
    return np.asarray(few)


def _by_parents_shape(panel: Panel, nodes: Ints, above: Floats) -> Floats:
    """The parent's forecast times the node's share of it over the last year, or since its first sale if that is
    later.
    """
    window = np.arange(panel.length) >= np.maximum(panel.first[nodes], panel.length - panel.season)[:, None]
    own = (panel.values[nodes] * window).sum(axis=1)
    parent = (panel.values[panel.tree.parent[nodes]] * window).sum(axis=1)
    share = np.divide(own, parent, out=np.zeros_like(own), where=parent > 0)
    return np.asarray(np.clip(share, 0.0, 1.0)[:, None] * above)
