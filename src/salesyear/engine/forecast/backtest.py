"""Rolling origins: what each model would have said before, how far off it was, and which one a level gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.forecast.base import SEASONAL_NAIVE, base_forecasts, level_forecasts, thin
from salesyear.engine.forecast.models import DEFAULT, MODELS
from salesyear.engine.forecast.panel import Panel
from salesyear.engine.forecast.seasons import seasonal_indices
from salesyear.engine.forecast.tree import Floats, Ints

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class BacktestParams:
    """origins: how many past forecasts to make at most. candidates: model names, the default first.

    budget_ms: what a model may cost for a whole level (its measured price × series × forecasts); sample: series per
    level the choice is made on; margin: by how much a model must beat the default.
    """

    origins: int = 12
    candidates: tuple[str, ...] = ("level_and_theta", "level", "theta", "dynamic_theta", "ces", "ets", SEASONAL_NAIVE)
    budget_ms: float = 2_000.0
    sample: int = 40
    choice_origins: int = 4
    margin: float = 0.01


@dataclass(frozen=True)
class Origins:
    """lengths: how many periods each past forecast knew; horizon: how many it looked ahead, all of them known by now."""

    lengths: tuple[int, ...]
    horizon: int


@dataclass(frozen=True)
class Choice:
    """models: one name per level. scores: `level`, `model`, `mase`, `series`, one row for each model that was tried."""

    models: tuple[str, ...]
    scores: pl.DataFrame


def origins_of(length: int, horizon: int, season: int, wanted: int) -> Origins:
    """Evenly spaced origins, the latest one `horizon` before the end; the first knows half of what there is.

    A history under four years lets the first origin know up to two years, as far as that leaves something to look at.
    """
    least = max(length // 2, min(2 * season, length - horizon), 2)
    ahead = max(1, min(horizon, length - least))
    room = length - ahead - least
    count = min(wanted, room + 1) if room >= 0 else 0
    if count <= 0:
        return Origins((), ahead)
    lengths = np.unique(np.linspace(least, length - ahead, count).round().astype(int))
    return Origins(tuple(int(one) for one in lengths), ahead)


def naive_scale(values: Floats, first: Ints, season: int) -> Floats:
    """Mean absolute error of seasonal naive within each row, the unit of MASE (Hyndman & Koehler 2006); never 0."""
    lag = season if values.shape[1] > season else 1
    steps = np.abs(values[:, lag:] - values[:, :-lag])
    known = np.arange(steps.shape[1]) >= first[:, None]
    count = known.sum(axis=1)
    scale = (steps * known).sum(axis=1) / np.maximum(count, 1)
    fallback = np.abs(values).mean(axis=1)
    return np.where(scale > 0, scale, np.where(fallback > 0, fallback, 1.0))


def choose_models(panel: Panel, params: BacktestParams, horizon: int, progress: Progress) -> Choice:
    """For each level the model with the least mean MASE over past origins, among those the level can afford."""
    rolling = origins_of(panel.length, horizon, panel.season, params.choice_origins)
    rows: list[dict[str, object]] = []
    models = []
    for level, label in enumerate(panel.tree.levels):
        progress("choose", level / len(panel.tree.levels))
        nodes = _sample(panel, level, params.sample)
        names = _affordable(panel, level, params)
        errors = _scores(panel, rolling, nodes, names) if rolling.lengths and len(nodes) else {}
        rows += [
            {"level": label, "model": name, "mase": error, "series": len(nodes)} for name, error in errors.items()
        ]
        models.append(_best(errors, names[0], params.margin))
    schema = {"level": pl.String, "model": pl.String, "mase": pl.Float64, "series": pl.Int64}
    return Choice(tuple(models), pl.DataFrame(rows, schema=schema))


def _best(errors: dict[str, float], default: str, margin: float) -> str:
    best = min(errors, key=lambda name: errors[name], default=default)
    return best if errors and errors[best] < (1 - margin) * errors.get(default, np.inf) else default


def _sample(panel: Panel, level: int, most: int) -> Ints:
    """Up to `most` nodes of a level, evenly spaced, that have a shape of their own."""
    span = panel.tree.nodes(level)
    nodes = np.arange(span.start, span.stop)
    nodes = nodes[~thin(panel)[nodes]]
    return nodes[np.unique(np.linspace(0, len(nodes) - 1, min(most, len(nodes))).astype(int))] if len(nodes) else nodes


def _affordable(panel: Panel, level: int, params: BacktestParams) -> list[str]:
    """Candidates whose price for the whole level, all origins and the final forecast, stays within the budget."""
    span = panel.tree.nodes(level)
    fits = (span.stop - span.start) * (params.origins + 1)
    free = [SEASONAL_NAIVE, DEFAULT]
    return [name for name in params.candidates if name in free or MODELS[name].cost_ms * fits <= params.budget_ms]


def _scores(panel: Panel, rolling: Origins, nodes: Ints, names: Sequence[str]) -> dict[str, float]:
    totals = dict.fromkeys(names, 0.0)
    for length in rolling.lengths:
        known = panel.up_to(length)
        shape = seasonal_indices(known.tree, known.values, known.first, known.season)
        truth = panel.values[nodes, length : length + rolling.horizon]
        scale = naive_scale(known.values[nodes], known.first[nodes], known.season)
        for name in names:
            ahead = level_forecasts(known, shape, nodes, name, rolling.horizon)
            totals[name] += float((np.abs(truth - ahead).mean(axis=1) / scale).mean())
    return {name: total / len(rolling.lengths) for name, total in totals.items()}


def past_forecasts(panel: Panel, models: Sequence[str], rolling: Origins, progress: Progress) -> Floats:
    """Base forecasts from every origin, (origins, nodes, horizon)."""
    out = np.empty((len(rolling.lengths), panel.tree.size, rolling.horizon))
    for place, length in enumerate(rolling.lengths):
        progress("backtest", place / len(rolling.lengths))
        out[place] = base_forecasts(panel.up_to(length), models, rolling.horizon)
    return out


def past_truth(panel: Panel, rolling: Origins) -> Floats:
    """What came after every origin, (origins, nodes, horizon)."""
    cuts = [panel.values[:, length : length + rolling.horizon] for length in rolling.lengths]
    return np.stack(cuts) if cuts else np.empty((0, panel.tree.size, rolling.horizon))


def error_variance(panel: Panel, errors: Floats) -> Floats:
    """Weights for reconciliation, (nodes,), from base forecast errors (origins, nodes, horizon).

    Each node's mean squared error is drawn to what its level makes of a node of its size (median of error variance ÷
    squared naive scale), as if that were worth `horizon` more errors. A level whose errors move together then counts
    for what its sum errs by: all its variances are multiplied by mean((sum of errors)^2) ÷ sum of variances, so that
    the diagonal stands for the common part too.
    """
    scale = naive_scale(panel.values, panel.first, panel.season) ** 2
    if not len(errors):
        return scale
    weight = len(errors) / (len(errors) + 1)
    raw = (errors**2).mean(axis=(0, 2))
    out = np.empty_like(raw)
    for level in range(len(panel.tree.levels)):
        span = panel.tree.nodes(level)
        law = max(float(np.median(raw[span] / scale[span])), 1e-12)
        own = weight * raw[span] + (1 - weight) * law * scale[span]
        common = float((errors[:, span].sum(axis=1) ** 2).mean())
        out[span] = own * max(common / float(own.sum()), 1e-6)
    return out
