"""The baseline of a plan year: reads the sales, has the engine forecast them, returns what is to be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from salesyear import __version__
from salesyear.core.scope import Scope
from salesyear.core.steps import Steps, mark_of
from salesyear.engine.messages import noop
from salesyear.org import tree
from salesyear.plans.months import months_from
from salesyear.sales import frames
from salesyear.sales.money import rates_of
from salesyear.targets.models import Level

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from salesyear.engine.forecast.baseline import Baseline as Forecast
    from salesyear.engine.forecast.panel import Panel
    from salesyear.engine.forecast.year import Year

LEVELS = ("region", "territory", "rep", "line")
HISTORY = 36  # months of actuals that are kept beside a forecast
COVERS = (0.8, 0.95)
OUTCOMES = 41  # quantiles kept of what may come: steps of 2.5 %, as fine as 400 paths can tell
MOST_AHEAD = 36

Told = Callable[[str, float], None]


class NoBaseline(ValueError):
    """There is nothing to forecast from; the text says what is missing and how to mend it."""


@dataclass(frozen=True)
class BaselineParams:
    """year: the plan year, a calendar year (None: the one after the last closed month's). seed, paths: of the possible
    years that are drawn. country: whose holidays count, as a code (empty: none). fiscal: first month of the fiscal year
    that ends in that year, whose chances are kept as well (1: it is the calendar year).
    """

    year: int | None = None
    seed: int = 1
    paths: int = 400
    country: str = ""
    fiscal: int = 1


@dataclass(frozen=True)
class Cell:
    """A month or a year of a node: what has been sold, what is expected, bounds; minor units, rounded.

    grid: evenly spaced quantiles of what may come, as whole numbers of 64 bits.
    """

    node: int
    starts_on: date
    months: int
    actual: int | None
    mean: int | None
    bounds: tuple[int | None, ...]
    grid: bytes | None = None


@dataclass(frozen=True)
class Node:
    """A node of the tree by its keys (0: none named) and its ancestors' numbers, the company's first, its own last."""

    number: int
    level: Level
    lineage: tuple[int, ...]
    unit: int
    rep: int
    line: int


@dataclass(frozen=True)
class YearsBaseline:
    """A baseline to be kept: nodes with their cells, and the record of every step."""

    params: BaselineParams
    year: int
    currency: str
    months: tuple[date, date]
    fingerprint: str
    nodes: list[Node]
    cells: list[Cell]
    record: dict[str, Any]


def baseline_of_year(
    scope: Scope, params: BaselineParams, today: date, told: Told, *, steps: Path | None = None
) -> YearsBaseline:
    """Forecast what will be sold until the end of the plan year, every node of the tree, adding up.

    today: months that have not ended by then are not counted. told: hears of each step and may raise to stop. steps: a
    folder where each step is kept, so that work killed in the middle goes on from there; steps made from other facts,
    parameters or versions of the software are not taken. Raises NoBaseline, NoRate, and the engine's own refusals.
    """
    told(noop("Reading the sales"), 0.0)
    currency = rates_of(scope).base
    panel = _panel(frames.sold(scope), today)
    last = panel.periods[-1]
    year = params.year or last.year + 1
    ahead = _months_ahead(last, year)
    made = _forecast(panel, params, ahead, _Watch(told, _kept_in(steps, panel, params, ahead)))
    told(noop("Keeping the result"), 0.0)
    return YearsBaseline(
        params,
        year,
        currency,
        (panel.periods[0], last),
        panel.fingerprint,
        list(_nodes(panel, _company(scope))),
        [*_month_cells(made), *_year_cells(made, year, params.fiscal)],
        _plain(made.record.as_json()) | {"asked": asdict(params)},
    )


def _company(scope: Scope) -> int:
    """The unit that the whole tree stands for: whoever is given it sees the total."""
    top = tree.company(scope)
    return top.pk if top else frames.NONE


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything that JSON holds
    """Turn “not a number” into nothing: JSON has no word for it, and PostgreSQL refuses it."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _panel(sold: pl.DataFrame, today: date) -> Panel:
    """Monthly series up to the last closed month in which something was sold."""
    import polars as pl

    from salesyear.engine.forecast.panel import PanelParams, panel_of

    closed = sold.filter(pl.col("day") < today.replace(day=1))
    if closed.is_empty():
        raise NoBaseline(
            _("There is no sale in a month that has ended, so there is nothing to forecast from. Import order lines.")
        )
    # A node that stands for “none named” is a node like any other.
    return panel_of(closed, PanelParams(LEVELS, day="day"))


def _months_ahead(last: date, year: int) -> int:
    ahead = (year - last.year) * 12 + 12 - last.month
    if not 0 < ahead <= MOST_AHEAD:
        raise NoBaseline(
            _("%(year)d cannot be forecast from sales until %(last)s: choose a year from %(from)d to %(to)d.")
            % {"year": year, "last": f"{last:%Y-%m}", "from": last.year + (last.month == 12), "to": last.year + 2}
        )
    return ahead


@dataclass(frozen=True)
class _Watch:
    """Hands the engine's word on; keeps its steps where somebody named a folder for them."""

    told: Told
    steps: Steps | None

    def progress(self, step: str, share: float) -> None:
        self.told(STEPS.get(step, step), share)

    def keep(self, key: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - the engine's arrays
        return self.steps.keep(key, make) if self.steps else make()


def _kept_in(folder: Path | None, panel: Panel, params: BaselineParams, ahead: int) -> Steps | None:
    mark = mark_of(panel.fingerprint, params, ahead, __version__)
    return Steps(folder / mark) if folder else None


STEPS = {
    "choose": noop("Comparing models at every level"),
    "backtest": noop("Forecasting the past, to learn how far off the models are"),
    "reconcile": noop("Making the forecasts add up"),
    "paths": noop("Drawing the years that may come"),
}


def _forecast(panel: Panel, params: BaselineParams, ahead: int, watch: _Watch) -> Forecast:
    from salesyear.engine.forecast.baseline import BaselineParams as Params
    from salesyear.engine.forecast.baseline import baseline
    from salesyear.engine.forecast.fan import fan_for

    wanted = Params(horizon=ahead, seed=params.seed, paths=params.paths, country=params.country or None)
    return baseline(panel, wanted, watch, fan_for(settings.ENGINE))


def _nodes(panel: Panel, company: int) -> Iterator[Node]:
    """Name every node by what it is about; a territory that nobody named stands for its region."""
    tree = panel.tree
    for row in tree.table().iter_rows(named=True):
        number = int(row["node"])
        above, lineage = number, [number]
        while (above := int(tree.parent[above])) >= 0:
            lineage.append(above)
        keys = {name: row[name] or 0 for name in LEVELS}
        level = Level(len(lineage) - 1)
        unit = company if level is Level.COMPANY else keys["territory"] or keys["region"]
        yield Node(number, level, tuple(reversed(lineage)), unit, keys["rep"], keys["line"])


def _month_cells(made: Forecast) -> Iterator[Cell]:
    """The last months as they were, and those to come as they are expected."""
    known = made.panel.periods[-HISTORY:]
    past, ahead = _whole(made)
    past = past[:, -HISTORY:]
    bounds = [bound for cover in COVERS for bound in made.paths.interval(cover)]
    grids = made.paths.quantiles(_steps())
    for node in range(made.panel.tree.size):
        for place, month in enumerate(known):
            yield Cell(node, month, 1, int(past[node, place]), None, (None,) * 4)
        for place, month in enumerate(made.periods):
            limits = tuple(round(bound[node, place]) for bound in bounds)
            yield Cell(node, month, 1, None, int(ahead[node, place]), limits, _packed(grids[:, node, place]))


def _whole(made: Forecast) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Months sold and months expected in whole minor units, rounded at the leaves so that every level adds up."""
    import numpy as np

    tree = made.panel.tree
    both = (np.rint(values[tree.leaf_nodes]) for values in (made.panel.values, made.mean))
    past, ahead = (np.rint(tree.add_up(leaves)).astype(np.int64) for leaves in both)
    return past, ahead


def _year_cells(made: Forecast, until: int, fiscal: int) -> Iterator[Cell]:
    """Every calendar year that history and forecast cover, and the fiscal year that ends in the last of them.

    Months are not independent, so a year's bounds are its own.
    """
    first = made.panel.periods[0]
    for number in range(first.year + (first.month > 1), until + 1):
        yield from _one_year(made, date(number, 1, 1))
    if fiscal > 1 and first <= (start := date(until - 1, fiscal, 1)):
        yield from _one_year(made, start)


def _one_year(made: Forecast, start: date) -> Iterator[Cell]:
    from salesyear.engine.forecast.year import year_of

    span = set(months_from(start))
    months = [place for place, month in enumerate(made.panel.periods) if month in span]
    past, ahead = _whole(made)
    sold = past[:, months].sum(axis=1)
    if len(months) == 12:
        yield from (Cell(node, start, 12, int(one), None, (None,) * 4) for node, one in enumerate(sold))
        return
    year = year_of(made, start, 12)
    bounds, grids = _bounds(year), _outcomes(year)
    rest = ahead[:, [place for place, month in enumerate(made.periods) if month in span]].sum(axis=1)
    for node, expected in enumerate(sold + rest):
        limits = tuple(round(bound[node]) for bound in bounds)
        yield Cell(node, start, 12, int(sold[node]) if months else None, int(expected), limits, _packed(grids[:, node]))


def _bounds(year: Year) -> npt.NDArray[np.float64]:
    """Bounds of the year's total, (4, nodes), in the order of `COVERS`."""
    import numpy as np

    chances = [edge for cover in COVERS for edge in ((1 - cover) / 2, (1 + cover) / 2)]
    return np.asarray(np.quantile(year.outcomes, chances, axis=1))


def _steps() -> list[float]:
    return [step / (OUTCOMES - 1) for step in range(OUTCOMES)]


def _outcomes(year: Year) -> npt.NDArray[np.float64]:
    import numpy as np

    return np.asarray(np.quantile(year.outcomes, _steps(), axis=1))


def _packed(points: npt.NDArray[np.float64]) -> bytes:
    import numpy as np

    return np.rint(points).astype("<i8").tobytes()
