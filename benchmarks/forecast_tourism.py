"""Tourism, 425 series, rolling origins: our forecasts beside AutoETS reconciled by MinT with a shrunken covariance.

Run: python benchmarks/forecast_tourism.py. Seven origins (2009 Q4 to 2015 Q4, one a year), eight quarters ahead; the
score is the mean MASE over all 425 series (total, states, regions, purposes and their crossings) and all origins.
Time is that of forecasting and reconciling, imports left out, one process.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import polars as pl
from shared_data import tourism

from salesyear.engine.forecast.backtest import BacktestParams, naive_scale
from salesyear.engine.forecast.estimate import estimate
from salesyear.engine.forecast.models import seasonal_naive
from salesyear.engine.forecast.panel import Panel, PanelParams, panel_of
from salesyear.engine.forecast.tree import Floats

HORIZON, SEASON = 8, 4
LEVELS = ("State", "Region", "Purpose")
CROSSED = ("Purpose", "State", "Region")
CHEAP = ("level_and_theta", "level", "theta", "seasonal_naive")


def all_series(panel: Panel, bottom: Floats) -> Floats:
    """The 425 series from the 304 at the bottom: the tree's 389, the purposes, and purposes by state."""
    leaves = panel.tree.leaves.with_row_index("leaf")
    crossed = [leaves.group_by(by, maintain_order=True).agg("leaf") for by in (["Purpose"], ["State", "Purpose"])]
    rows = [bottom[one].sum(axis=0) for table in crossed for one in table["leaf"].to_list()]
    return np.vstack([panel.tree.add_up(bottom), np.array(rows)])


def summing(panel: Panel) -> Floats:
    """The summing matrix, (425, 304)."""
    return all_series(panel, np.eye(panel.tree.leaves.height))


def mint_shrink(base: Floats, residuals: Floats, total: Floats) -> Floats:
    """MinT with the covariance shrunken to its diagonal (Schäfer & Strimmer 2005): the anchor of the literature."""
    count = residuals.shape[1]
    centred = residuals - residuals.mean(axis=1, keepdims=True)
    sd = np.sqrt((centred**2).mean(axis=1))
    unit = centred / sd[:, None]
    corr = unit @ unit.T / count
    noise = ((unit**2) @ (unit**2).T / count - corr**2) / (count - 1)
    off = ~np.eye(len(corr), dtype=bool)
    intensity = float(np.clip(noise[off].sum() / (corr[off] ** 2).sum(), 0, 1))
    shrunken = np.where(off, (1 - intensity) * corr, 1.0) * np.outer(sd, sd)
    weighted = np.linalg.solve(shrunken, total).T
    return np.asarray(total @ np.linalg.solve(weighted @ total, weighted @ base))


def anchor(series: Floats, total: Floats) -> tuple[Floats, Floats]:
    """AutoETS for each of the 425 series: base forecasts, and the same reconciled."""
    from statsforecast.models import AutoETS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AutoETS(season_length=SEASON)
        made = [model.forecast(y=np.ascontiguousarray(one), h=HORIZON, fitted=True) for one in series]
    base = np.array([one["mean"] for one in made])
    residuals = series - np.array([one["fitted"] for one in made])
    return base, mint_shrink(base, residuals[:, 1:], total)


def main() -> None:
    """All origins; a line each, then the means and the ratios."""
    panel = panel_of(tourism(), PanelParams(LEVELS, every="1q", season=SEASON))
    truth = all_series(panel, panel.values[panel.tree.leaf_nodes])
    total = summing(panel)
    estimate(panel.up_to(24), HORIZON, BacktestParams(candidates=CHEAP))  # imports happen here
    rows = []
    for length in range(48, 73, 4):
        known = panel.up_to(length)
        scale = naive_scale(truth[:, :length], np.zeros(len(truth), dtype=np.int64), SEASON)
        ahead = truth[:, length : length + HORIZON]
        row: dict[str, object] = {"origin": str(known.periods[-1])}
        for name, views, params in (
            ("tree", (), BacktestParams(candidates=CHEAP)),
            ("two trees", (CROSSED,), BacktestParams(candidates=CHEAP)),
            ("two trees, all models", (CROSSED,), BacktestParams()),
        ):
            start = time.perf_counter()
            made = all_series(known, estimate(known, HORIZON, params, views).mean)
            row |= {name: mase(made, ahead, scale), f"{name} s": time.perf_counter() - start}
        start = time.perf_counter()
        base, settled = anchor(truth[:, :length], total)
        row |= {"ETS": mase(base, ahead, scale), "ETS+shrink": mase(settled, ahead, scale)}
        row |= {"ETS+shrink s": time.perf_counter() - start}
        row |= {"naive": mase(seasonal_naive(truth[:, :length], HORIZON, SEASON), ahead, scale)}
        rows.append(row)
    report(pl.DataFrame(rows))


def mase(made: Floats, truth: Floats, scale: Floats) -> float:
    """Mean over the series of mean absolute error ÷ naive scale."""
    return float((np.abs(made - truth).mean(axis=1) / scale).mean())


def report(table: pl.DataFrame) -> None:
    """The table, and what the bars ask: error and time as shares of the anchor's."""
    with pl.Config(tbl_cols=-1, tbl_width_chars=160, float_precision=3):
        print(table)
    mean = table.select(pl.exclude("origin").mean()).row(0, named=True)
    for name in ("tree", "two trees", "two trees, all models", "ETS", "naive"):
        against = f"{name:<22} MASE {mean[name]:.4f} = {mean[name] / mean['ETS+shrink']:.3f} × AutoETS + mint_shrink"
        seconds = mean.get(f"{name} s")
        print(
            against + (f", time 1/{mean['ETS+shrink s'] / seconds:.0f} ({seconds:.2f} s an origin)" if seconds else "")
        )


if __name__ == "__main__":
    main()
