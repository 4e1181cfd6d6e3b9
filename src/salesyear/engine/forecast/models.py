"""The forecasting models that compete at each level: statsforecast's, on series freed of the shape of the year."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salesyear.engine.forecast.tree import Floats, Ints

# The library's larger models refuse series of fewer points.
ENOUGH = 10

# (values (n, T) without the shape of the year, first sale (n,), horizon) -> (n, horizon)
Forecaster = Callable[[Floats, Ints, int], Floats]


@dataclass(frozen=True)
class Model:
    """A competitor: its name, what one series costs (measured, in milliseconds), and its code."""

    name: str
    cost_ms: float
    forecast: Forecaster


def level(values: Floats, first: Ints, horizon: int) -> Floats:
    """Simple exponential smoothing: the last level goes on (Hyndman & Athanasopoulos, FPP3, 8.1)."""
    return np.repeat(_smooth(values, first)[:, None], horizon, axis=1)


def theta(values: Floats, first: Ints, horizon: int) -> Floats:
    """The Theta method: mean of the trend line and the smoothed series of doubled curvature.

    Assimakopoulos & Nikolopoulos (2000), IJF 16:521-530, with theta lines 0 and 2.
    """
    slope, intercept = _lines(values, first)
    time = np.arange(values.shape[1])
    bent = 2 * values - (intercept[:, None] + slope[:, None] * time)
    line = intercept[:, None] + slope[:, None] * (values.shape[1] + np.arange(horizon))
    return np.asarray(0.5 * line + 0.5 * _smooth(bent, first)[:, None])


def level_and_theta(values: Floats, first: Ints, horizon: int) -> Floats:
    """Mean of the two: a quarter of the trend. Combinations are hard to beat (Makridakis & Hibon 2000)."""
    return 0.5 * level(values, first, horizon) + 0.5 * theta(values, first, horizon)


def dynamic_theta(values: Floats, first: Ints, horizon: int) -> Floats:
    """Dynamic optimised Theta (Fiorucci et al. 2016, IJF 32:1151-1161)."""
    from statsforecast.models import DynamicOptimizedTheta

    return _one_by_one(DynamicOptimizedTheta(season_length=1), values, first, horizon)


def two_thetas(values: Floats, first: Ints, horizon: int) -> Floats:
    """Mean of Theta and its dynamic optimised form: the steadier half of either."""
    return 0.5 * theta(values, first, horizon) + 0.5 * dynamic_theta(values, first, horizon)


def ces(values: Floats, first: Ints, horizon: int) -> Floats:
    """Complex exponential smoothing (Svetunkov, Kourentzes & Ord 2022, Naval Research Logistics 69:1108-1123)."""
    from statsforecast.models import AutoCES

    return _one_by_one(AutoCES(season_length=1, model="N"), values, first, horizon)


def ets(values: Floats, first: Ints, horizon: int) -> Floats:
    """Exponential smoothing, error and trend chosen by AICc (Hyndman et al. 2002, IJF 18:439-454)."""
    from statsforecast.models import AutoETS

    return _one_by_one(AutoETS(season_length=1, model="ZZN"), values, first, horizon)


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model("level_and_theta", 0.03, level_and_theta),
        Model("level", 0.01, level),
        Model("theta", 0.02, theta),
        Model("dynamic_theta", 1.6, dynamic_theta),
        Model("two_thetas", 1.7, two_thetas),
        Model("ces", 2.8, ces),
        Model("ets", 2.8, ets),
    )
}
DEFAULT = "level_and_theta"


def seasonal_naive(values: Floats, horizon: int, season: int) -> Floats:
    """Last year's figure of the same season: the measure every model has to beat. Values carry their seasons."""
    if values.shape[1] < season:
        return np.repeat(values[:, -1:], horizon, axis=1)
    return values[:, values.shape[1] - season + np.arange(horizon) % season]


def _smooth(values: Floats, first: Ints) -> Floats:
    """Last level of each row by simple exponential smoothing with its own best weight."""
    from statsforecast.models import SimpleExponentialSmoothingOptimized

    model = SimpleExponentialSmoothingOptimized()
    return _one_by_one(model, values, first, 1, least=4)[:, 0]


def _one_by_one(model: object, values: Floats, first: Ints, horizon: int, least: int = ENOUGH) -> Floats:
    out = np.empty((len(values), horizon))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row, (series, start) in enumerate(zip(values, first, strict=True)):
            out[row] = _single(model, np.ascontiguousarray(series[start:]), horizon, least)
    return out


def _single(model: object, series: Floats, horizon: int, least: int) -> Floats:
    """One forecast; a series too short or too flat for the model keeps its mean."""
    if len(series) < least or np.ptp(series) == 0:
        return np.full(horizon, series.mean() if len(series) else 0.0)
    out = np.asarray(model.forecast(y=series, h=horizon)["mean"], dtype=np.float64)  # type: ignore[attr-defined]  # statsforecast has no base type
    return out if np.isfinite(out).all() else np.full(horizon, series.mean())


def _lines(values: Floats, first: Ints) -> tuple[Floats, Floats]:
    """Least-squares slope and intercept of each row from its first sale on."""
    time = np.arange(values.shape[1], dtype=np.float64)
    mask = time >= first[:, None]
    count = np.maximum(mask.sum(axis=1), 1)
    mean_t = (mask * time).sum(axis=1) / count
    mean_y = (mask * values).sum(axis=1) / count
    off = np.where(mask, time - mean_t[:, None], 0.0)
    spread = (off**2).sum(axis=1)
    slope = (off * (values - mean_y[:, None])).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    return slope, mean_y - slope * mean_t
