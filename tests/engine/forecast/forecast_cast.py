"""One believable region for the forecast's tests: two areas, four reps, monthly sales with a known shape."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from salesyear.engine.forecast.panel import Panel, PanelParams, panel_from
from salesyear.engine.forecast.tree import Floats, tree_of

SHAPE = np.array([0.6, 0.7, 1.1, 1.0, 1.0, 1.1, 0.9, 0.9, 1.1, 1.1, 1.2, 1.3])
REPS = pl.DataFrame({"area": ["east", "east", "north", "north"], "rep": ["Li", "Wang", "Zhao", "Zhou"]})
PARAMS = PanelParams(levels=("area", "rep"))


def months(count: int, start: int = 2021) -> list[date]:
    return [date(start + step // 12, step % 12 + 1, 1) for step in range(count)]


def panel_of_reps(bottom: Floats) -> Panel:
    """A panel of the four reps from their monthly sales (4, months)."""
    return panel_from(tree_of(REPS, PARAMS.levels), months(bottom.shape[1]), bottom, PARAMS)


def shaped(levels: list[float], count: int, noise: float = 0.0, seed: int = 0) -> Floats:
    """Sales of reps at constant levels times the shape of the year, with noise in the logarithm."""
    rng = np.random.default_rng(seed)
    base = np.array(levels)[:, None] * np.resize(SHAPE, count)
    return np.asarray(base * np.exp(noise * rng.standard_normal(base.shape)))
