"""The whole look at the market: reads facts and sales, has the engine compute, returns the rows that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.market import frames
from salesyear.market.reports import inflow, space
from salesyear.market.reports.customers import month_end
from salesyear.market.reports.potential import PotentialParams, market_cells
from salesyear.org.models import UnitKind
from salesyear.sales.frames import NONE, sold
from salesyear.sales.money import rates_of

if TYPE_CHECKING:
    import polars as pl

PAIRS = 2  # years whose buying is compared with the year before
Told = Callable[[str, float], None]
Rows = list[dict[str, Any]]


class NothingToStudy(ValueError):
    """There are no sales to look at; the text says what is missing and how to mend it."""


@dataclass(frozen=True)
class StudyParams:
    """weights: of the indicators' measures (none: all alike). best: the mark that good districts set, a share below it.
    reach: part of a gap that can be won in a year. look_back: months without a purchase that make a customer new.
    false_share: how many of the marked shifts may be false. seed: of the swaps that test them.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    best: float = 0.8
    reach: float = 0.2
    look_back: int = 24
    false_share: float = 0.05
    seed: int = 1


@dataclass(frozen=True)
class MarketStudy:
    """What is to be kept: rows with the columns of the models of the same names, and how they came about."""

    params: StudyParams
    as_of: date
    currency: str
    cells: Rows
    spaces: Rows
    tiers: Rows
    cohorts: Rows
    shifts: Rows
    record: dict[str, Any]


def market_study(scope: Scope, params: StudyParams, today: date, told: Told) -> MarketStudy:
    """Study the market as of the last closed month with sales. Raises NothingToStudy, NoRate, the engine's refusals."""
    import polars as pl

    told(noop("Reading the sales"), 0.0)
    closed = sold(scope).filter(pl.col("day") < today.replace(day=1))
    if closed.is_empty():
        raise NothingToStudy(_("There is no sale in a month that has ended: import order lines first."))
    as_of = month_end(closed)
    units = frames.units_today(scope, today)
    told(noop("Estimating how large the market is"), 0.1)
    cells = market_cells(scope, PotentialParams(params.weights, params.best), today)
    told(noop("Looking for white space"), 0.3)
    spaces, universe = space.white_spaces(scope, closed, units, as_of, best=params.best, reach=params.reach)
    tiers = space.tiers(scope, closed, as_of)
    told(noop("Counting new customers"), 0.5)
    cohorts = list(inflow.cohorts(closed, _top(units), as_of, params.look_back))
    told(noop("Testing what has shifted"), 0.6)
    shifts = list(_shifts(scope, _top(units), as_of, params))
    told(noop("Keeping the result"), 0.9)
    record = {"asked": asdict(params), "universe": universe, "years": sorted(set(cells["year"].to_list()))}
    return MarketStudy(
        params, as_of, rates_of(scope).base, _cells(cells), spaces, tiers, cohorts, shifts, record | _measures(scope)
    )


def _top(units: pl.DataFrame) -> int:
    company = units.filter(units["kind"] == UnitKind.COMPANY.value)["unit"]
    return int(company[0]) if len(company) else NONE


def _measures(scope: Scope) -> dict[str, Any]:
    told = frames.indicators(scope).sort("measure", "as_of")
    rows = told.group_by("measure", maintain_order=True).last().select("measure", "source", "as_of")
    return {"measures": [[name, source, f"{day}"] for name, source, day in rows.iter_rows()]}


def _cells(made: pl.DataFrame) -> Rows:
    amounts = ("size", "low", "high", "sold", "potential")
    return [
        {
            "unit_id": row["unit"],
            "line_id": row["line"],
            "year": row["year"],
            "estimated": bool(row["estimated"]),
            "source": row["source"] or "",
            "source_on": row["as_of"],
            **{name: None if row[name] is None else round(row[name]) for name in amounts},
        }
        for row in made.iter_rows(named=True)
    ]


def _shifts(scope: Scope, company: int, as_of: date, params: StudyParams) -> Iterator[dict[str, Any]]:
    """The shifts of the last whole years, the company and each of its regions."""
    import polars as pl

    from salesyear.engine.market.shifts import ShiftParams, shifts

    lines = frames.bought(scope).with_columns(pl.col("region").cast(pl.String))
    both = pl.concat([lines.filter(pl.col("region") != str(NONE)), lines.with_columns(region=pl.lit(str(company)))])
    last = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    for year in range(last, last - PAIRS, -1):
        found = shifts(both, year - 1, year, ShiftParams(false_share=params.false_share, seed=params.seed))
        yield from (_shift(row, year) for row in found.iter_rows(named=True))


def _shift(row: Mapping[str, Any], year: int) -> dict[str, Any]:
    return {
        "unit_id": int(row["region"]),
        "year": year,
        "figure": row["figure"],
        "before": _micros(row["before"]),
        "after": _micros(row["after"]),
        "moved": _micros(row["moved"]),
        "into": row["into"],
        "p": _micros(row["p"]),
        "q": _micros(row["q"]),
        "marked": row["marked"],
    }


def _micros(value: float | None) -> int | None:
    return None if value is None else round(value * frames.MICRO)
