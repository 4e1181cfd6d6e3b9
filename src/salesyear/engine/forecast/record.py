"""What a forecast was made from and how, so that it can be made again and judged later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from salesyear.engine.forecast.calendars import CalendarEffect
from salesyear.engine.forecast.estimate import Estimate
from salesyear.engine.forecast.panel import Panel

if TYPE_CHECKING:
    from salesyear.engine.forecast.baseline import BaselineParams

LIBRARIES = ("numpy", "scipy", "polars", "statsforecast", "holidays")


@dataclass(frozen=True)
class Record:
    """fingerprint: of the facts. params: all of them, the seed among them. models: view and level → model. tried:
    back-test of each candidate by level. backtest: error of the coherent forecast by level beside seasonal naive.
    pooled: series too short or too rare for a shape of their own. libraries: versions. No clock: whoever keeps it
    dates it.
    """

    fingerprint: str
    periods: tuple[str, str, int]
    params: dict[str, Any]
    models: list[dict[str, str]]
    tried: pl.DataFrame
    backtest: pl.DataFrame
    origins: tuple[int, ...]
    calendar: dict[str, float]
    calendar_gain: float
    calendar_provisional: bool
    pooled: int
    libraries: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The record as plain values."""
        return {
            name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in vars(self).items()
        }


def record_of(
    panel: Panel, params: BaselineParams, made: Estimate, effect: CalendarEffect, scores: pl.DataFrame, pooled: int
) -> Record:
    """Write down how a forecast was made."""
    views = [panel.tree.levels[1:], *params.views]
    return Record(
        fingerprint=panel.fingerprint,
        periods=(panel.periods[0].isoformat(), panel.periods[-1].isoformat(), panel.length),
        params=asdict(params),
        models=[
            dict(zip((panel.tree.levels[0], *view), one.models, strict=True)) for view, one in _choices(views, made)
        ],
        tried=pl.concat(
            [one.scores.with_columns(view=pl.lit(" > ".join(view))) for view, one in _choices(views, made)]
        ),
        backtest=scores,
        origins=made.rolling.lengths,
        calendar=dict(zip(effect.names, effect.coefficients, strict=True)),
        calendar_gain=effect.gain,
        calendar_provisional=effect.provisional,
        pooled=pooled,
        libraries={name: version(name) for name in LIBRARIES},
    )


def _choices(views: list[tuple[str, ...]], made: Estimate) -> list[tuple[tuple[str, ...], Any]]:
    return list(zip(views, made.choices, strict=True))
