"""Rolling origins: what each model would have said before, how far off it was, and which one a level gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import polars as pl

from salesyear.engine.forecast.base import SEASONAL_NAIVE, base_forecasts, level_forecasts, thin
from salesyear.engine.forecast.fan import Fan
from salesyear.engine.forecast.models import DEFAULT, MODELS
from salesyear.engine.forecast.panel import Panel
from salesyear.engine.forecast.seasons import seasonal_indices
from salesyear.engine.forecast.tree import Bools, Floats, Ints


class Watch(Protocol):
    """Who looks on: is told of progress (and may raise to stop the work), may keep what has been computed."""

    def progress(self, step: str, share: float) -> None:
        """`share` of `step` is done, 0 to 1."""

    def keep(self, key: str, make: Callable[[], Floats]) -> Floats:
        """What was kept under `key`, or what `make` makes of it."""


class Nobody:
    """Nobody looks on: no progress is told, nothing is kept."""

    def progress(self, step: str, share: float) -> None:
        """Say nothing."""

    def keep(self, key: str, make: Callable[[], Floats]) -> Floats:
        """Make it."""
        return make()


NOBODY = Nobody()


@dataclass(frozen=True)
class BacktestParams:
    """origins: how many past forecasts to make at most. candidates: model names, the default first. budget_ms: what a
    model may cost for a whole level (its measured price × series × forecasts); sample: series per level the choice is
    made on; margin: by how much a model must beat the default. most_fits: forecasts of single series that the
    back-test may make.
    """

    origins: int = 24
    candidates: tuple[str, ...] = (
        "level_and_theta",
        "level",
        "theta",
        "dynamic_theta",
        "two_thetas",
        "ces",
        "ets",
        SEASONAL_NAIVE,
    )
    budget_ms: float = 2_000.0
    sample: int = 40
    choice_origins: int = 4
    margin: float = 0.01
    most_fits: int = 100_000

    def origins_for(self, nodes: int) -> int:
        """How many past forecasts a tree of so many nodes gets: large trees have errors enough with fewer."""
        return min(self.origins, max(6, self.most_fits // nodes))


@dataclass(frozen=True)
class Origins:
    """lengths: how many periods each past forecast knew. horizon: how many it looked ahead, all known by now."""

    lengths: tuple[int, ...]
    horizon: int

    @property
    def blocks(self) -> float:
        """How many of the past forecasts are independent of each other: they overlap within a horizon."""
        return 1 + (self.lengths[-1] - self.lengths[0]) / self.horizon if self.lengths else 1.0


@dataclass(frozen=True)
class Choice:
    """models: one name per level. scores: `level`, `model`, `mase`, `series`, one row for each model that was tried."""

    models: tuple[str, ...]
    scores: pl.DataFrame


def origins_of(length: int, horizon: int, season: int, wanted: int) -> Origins:
    """Evenly spaced origins, the latest one `horizon` before the end; the first knows a third of what there is.

    A history under six years lets the first origin know two years, or half of what there is; one under four is looked
    ahead upon for half of the rest only, so that there is more than one origin to judge by. Early origins matter: the
    errors of one calm stretch make intervals too narrow for the next storm.
    """
    least = max(length // 3, min(2 * season, length // 2), 2)
    room = length - least
    ahead = max(1, min(horizon, room if length >= 4 * season else (room + 1) // 2))
    if ahead > room:
        return Origins((), ahead)
    count = min(wanted, room - ahead + 1)
    lengths = np.unique(np.linspace(least, length - ahead, count).round().astype(int))
    return Origins(tuple(int(one) for one in lengths), ahead)


def naive_scale(values: Floats, first: Ints, season: int) -> Floats:
    """Mean absolute error of seasonal naive within each row, the unit of MASE (Hyndman & Koehler 2006).

    A row with less than a year and three periods since its first sale is measured by its steps from period to period;
    one that moved in neither way by its mean, and one that never sold by the smallest unit of the others.
    """
    scale = _mean_step(values, first, season, least=3)
    for lag, least in ((1, 2), (0, 1)):
        scale = np.where(scale > 0, scale, _mean_step(values, first, lag, least))
    smallest = scale[scale > 0].min(initial=np.inf)
    return np.asarray(np.where(scale > 0, scale, smallest if np.isfinite(smallest) else 1.0))


def _mean_step(values: Floats, first: Ints, lag: int, least: int) -> Floats:
    """Mean absolute difference over `lag` periods (lag 0: mean size) since the first sale; 0 under `least` of them."""
    if values.shape[1] <= lag:
        return np.zeros(len(values))
    steps = np.abs(values[:, lag:] - values[:, : values.shape[1] - lag]) if lag else np.abs(values)
    known = np.arange(steps.shape[1]) >= first[:, None]
    count = known.sum(axis=1)
    return np.asarray(np.where(count >= least, (steps * known).sum(axis=1) / np.maximum(count, 1), 0.0))


def born(panel: Panel, rolling: Origins) -> Bools:
    """Which nodes had sold anything by each origin, (origins, nodes): the others' errors say nothing about them."""
    return np.asarray(panel.first[None, :] < np.array(rolling.lengths, dtype=np.int64)[:, None])


def choose_models(panel: Panel, params: BacktestParams, horizon: int, watch: Watch = NOBODY) -> Choice:
    """For each level the model of least mean MASE over past origins, among those the level can afford."""
    rolling = origins_of(panel.length, horizon, panel.season, params.choice_origins)
    rows: list[dict[str, object]] = []
    models = []
    for level, label in enumerate(panel.tree.levels):
        watch.progress("choose", level / len(panel.tree.levels))
        nodes = _sample(panel, level, params.sample)
        names = _affordable(panel, level, params)
        seen = watch.keep(_key("choice", panel, label), partial(_scores, panel, rolling, nodes, names))
        errors = dict(zip(names, seen.tolist(), strict=True)) if np.isfinite(seen).all() else {}
        rows += [{"level": label, "model": name, "mase": error, "series": len(nodes)} for name, error in errors.items()]
        models.append(_best(errors, names[0], params.margin))
    schema = {"level": pl.String, "model": pl.String, "mase": pl.Float64, "series": pl.Int64}
    return Choice(tuple(models), pl.DataFrame(rows, schema=schema))


def _key(*parts: object) -> str:
    """Name of a kept array: the step, the order of the tree's levels, and what tells it from its like."""
    step, panel, *rest = parts
    levels = panel.tree.levels[1:] if isinstance(panel, Panel) else ()
    return "-".join(str(part) for part in (step, *levels, *rest))


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
    fits = (span.stop - span.start) * (params.origins_for(panel.tree.size) + 1)
    free = [SEASONAL_NAIVE, DEFAULT]
    return [name for name in params.candidates if name in free or MODELS[name].cost_ms * fits <= params.budget_ms]


def _scores(panel: Panel, rolling: Origins, nodes: Ints, names: Sequence[str]) -> Floats:
    """Mean MASE of each model over the origins; not a number when there is nothing to judge by."""
    if not rolling.lengths or not len(nodes):
        return np.full(len(names), np.nan)
    totals = np.zeros(len(names))
    for length in rolling.lengths:
        known = panel.up_to(length)
        shape = seasonal_indices(known.tree, known.values, known.first, known.season)
        truth = panel.values[nodes, length : length + rolling.horizon]
        scale = naive_scale(known.values[nodes], known.first[nodes], known.season)
        for place, name in enumerate(names):
            ahead = level_forecasts(known, shape, nodes, name, rolling.horizon)
            totals[place] += float((np.abs(truth - ahead).mean(axis=1) / scale).mean())
    return totals / len(rolling.lengths)


def past_forecasts(
    panel: Panel, models: Sequence[str], rolling: Origins, watch: Watch = NOBODY, fan: Fan | None = None
) -> Floats:
    """Base forecasts from every origin, (origins, nodes, horizon); `fan` makes them somewhere else, all at once."""
    if fan is not None and rolling.lengths:
        watch.progress("backtest", 0.0)
        spread = partial(_from_origin, panel, tuple(models), rolling.horizon)
        return watch.keep(_key("past", panel, "all"), lambda: np.stack(list(fan(spread, rolling.lengths))))
    out = np.empty((len(rolling.lengths), panel.tree.size, rolling.horizon))
    for place, length in enumerate(rolling.lengths):
        watch.progress("backtest", place / len(rolling.lengths))
        make = partial(_from_origin, panel, tuple(models), rolling.horizon, length)
        out[place] = watch.keep(_key("past", panel, length), make)
    return out


def _from_origin(panel: Panel, models: Sequence[str], horizon: int, length: int) -> Floats:
    return base_forecasts(panel.up_to(length), models, horizon)


def past_truth(panel: Panel, rolling: Origins) -> Floats:
    """What came after every origin, (origins, nodes, horizon)."""
    cuts = [panel.values[:, length : length + rolling.horizon] for length in rolling.lengths]
    return np.stack(cuts) if cuts else np.empty((0, panel.tree.size, rolling.horizon))


def error_variance(panel: Panel, errors: Floats, seen: Bools) -> Floats:
    """Weights for reconciliation, (nodes,), from base forecast errors (origins, nodes, horizon).

    Each node's mean squared error over the origins that saw it (`seen`) is drawn to what its level makes of a node of
    its size (median of error variance ÷ squared naive scale), as if that were worth one more origin. A level whose
    errors move together then counts for what its sum errs by: all its variances are multiplied by mean((sum of
    errors)^2) ÷ sum of variances, so that the diagonal stands for the common part too.
    """
    scale = naive_scale(panel.values, panel.first, panel.season) ** 2
    if not len(errors):
        return np.asarray(scale)
    count = seen.sum(axis=0)
    raw = ((errors**2).mean(axis=2) * seen).sum(axis=0) / np.maximum(count, 1)
    out = np.empty_like(raw)
    for level in range(len(panel.tree.levels)):
        span = panel.tree.nodes(level)
        known = count[span] > 0
        law = max(float(np.median((raw[span] / scale[span])[known])), 1e-12) if known.any() else 1.0
        own = (count[span] * raw[span] + law * scale[span]) / (count[span] + 1)
        common = float((errors[:, span].sum(axis=1) ** 2).mean())
        out[span] = own * max(common / float(own.sum()), 1e-6)
    return np.asarray(out)
