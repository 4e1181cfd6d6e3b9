"""The baseline of a plan: expected sales of every node and month if nothing new is done, with its chances and its
record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl

from salesyear.engine.forecast.backtest import NOBODY, BacktestParams, Watch, naive_scale
from salesyear.engine.forecast.base import thin
from salesyear.engine.forecast.calendars import CalendarEffect, calendar_of, fit_calendar, no_effect
from salesyear.engine.forecast.estimate import Estimate, errors_in_todays_size, estimate, scores_by_level
from salesyear.engine.forecast.fan import Fan
from salesyear.engine.forecast.panel import Panel, TooShort
from salesyear.engine.forecast.paths import Paths, draw_paths
from salesyear.engine.forecast.record import Record, record_of
from salesyear.engine.forecast.spread import SpreadParams, fit_spread
from salesyear.engine.forecast.tree import Floats
from salesyear.engine.messages import noop


@dataclass(frozen=True)
class BaselineParams:
    """horizon: periods ahead. seed, paths: of the sample paths. country: whose holidays count (None: no calendar).

    views: further orders of the levels that the forecasts of whole lines, customers … are made in as well.
    """

    horizon: int = 12
    seed: int = 1
    paths: int = 400
    country: str | None = None
    views: tuple[tuple[str, ...], ...] = ()
    backtest: BacktestParams = field(default_factory=BacktestParams)
    spread: SpreadParams = field(default_factory=SpreadParams)


@dataclass(frozen=True)
class Baseline:
    """panel: the history. periods: those forecast. mean: (nodes, horizon), coherent, none below 0. record: how it was
    made.
    """

    panel: Panel
    periods: tuple[date, ...]
    mean: Floats
    paths: Paths
    record: Record

    def table(self, covers: tuple[float, ...] = (0.8, 0.95)) -> pl.DataFrame:
        """One row per node and period: `node`, `level`, the path, `period`, `baseline`, `low_80`, `high_80` …"""
        steps = len(self.periods)
        nodes = self.panel.tree.table()
        rows = nodes[np.repeat(np.arange(len(nodes)), steps)]
        columns = {"period": np.tile(np.arange(steps), len(nodes)), "baseline": self.mean.ravel()}
        for cover in covers:
            low, high = self.paths.interval(cover)
            columns |= {f"low_{100 * cover:.0f}": low.ravel(), f"high_{100 * cover:.0f}": high.ravel()}
        return rows.with_columns(**{name: pl.Series(one) for name, one in columns.items()}).with_columns(
            period=pl.Series(self.periods).gather(pl.Series(columns["period"]))
        )


def baseline(panel: Panel, params: BaselineParams, watch: Watch = NOBODY, fan: Fan | None = None) -> Baseline:
    """Forecast every node of the panel, make the forecasts add up, and draw the years that may come.

    Give a panel that ends with the last closed month: mid-year the actuals to date are history like any other, and
    `Year` joins them to what is still to come. fan: a cluster that forecasts the past, if not this
    machine. Raises TooShort under four periods of history, and UnknownCountry.
    """
    if panel.length < 4:
        raise TooShort(
            noop("A forecast needs at least %(least)s periods of sales; there are %(count)s."),
            least=4,
            count=panel.length,
        )
    effect = _calendar_effect(panel, params)
    plain = replace(panel, values=panel.values / effect.past)
    made = estimate(plain, params.horizon, params.backtest, params.views, watch, fan)
    mean = panel.tree.add_up(made.mean * effect.future)
    watch.progress("paths", 0.0)
    paths = _paths(plain, made, mean, effect, params)
    record = record_of(panel, params, made, effect, scores_by_level(plain, made), int(thin(plain).sum()))
    watch.progress("paths", 1.0)
    return Baseline(panel, panel.ahead(params.horizon), mean, paths, record)


def _calendar_effect(panel: Panel, params: BaselineParams) -> CalendarEffect:
    if not params.country:
        return no_effect(panel.length, params.horizon)
    ahead = panel.ahead(params.horizon + 1)
    calendar = calendar_of(params.country, [*panel.periods, *ahead[:-1]], ahead[-1])
    return fit_calendar(panel.values[0], calendar, panel.season)


def _paths(plain: Panel, made: Estimate, mean: Floats, effect: CalendarEffect, params: BaselineParams) -> Paths:
    scale = naive_scale(plain.values, plain.first, plain.season)
    errors = errors_in_todays_size(plain, made)
    spread = fit_spread(plain.tree, errors, mean, scale, made.rolling.blocks, params.spread)
    drawn = replace(spread, profile=spread.profile * effect.future)
    return draw_paths(plain.tree, mean, drawn, count=params.paths, seed=params.seed)
