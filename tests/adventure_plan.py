"""AdventureWorks as a draft plan: its 17 salespeople's own customers and lines, last year's months as the prior."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl

from metrics_data import adventureworks
from salesyear.org.models import Rep, Unit, UnitKind
from salesyear.plans.models import Plan, Sheet, Version
from salesyear.sales.models import Currency, Line
from salesyear.targets.editing.desk import open_desk, targets_now
from salesyear.targets.editing.held import Log
from salesyear.targets.editing.keeping import write_sheets
from salesyear.targets.editing.solving import amounts_of

YEAR = (date(2013, 6, 1), date(2014, 5, 31))  # the last twelve months of the data
LEAST = 0.005  # of a leaf's sales: smaller customers stand together
PLACE = ("region", "unit", "rep")


@dataclass(frozen=True)
class _Made:
    units: dict[int, Unit]
    reps: dict[int, Rep]
    lines: dict[int, Line]


def adventure_draft() -> Version:
    """Make a draft of 10 % more, rounded to whole dollars, with a share of the strategic line to keep."""
    cells = _cells()
    made = _masters(cells)
    total = int(cells["amount"].sum()) * 11 // 1000 * 100
    leaves = sorted(cells.select(PLACE).unique().rows())
    version = Version.objects.create(
        plan=_plan(),
        number=1,
        name="AdventureWorks",
        made_at=datetime.now(UTC),
        inputs={
            "unit": 100,
            "seed": 1,
            "total": total,
            "strategic": [made.lines[1].pk],
            "cash": {"terms": [[30, 1]], "rate": 0.95},
            "rules": {"total": [{"name": "Company total", "exactly": total}], "share": _shares()},
            "places": [[made.units[r].pk, made.units[u].pk, made.units[u].pk, made.reps[p].pk] for r, u, p in leaves],
        },
    )
    for region, unit, rep in leaves:
        own = cells.filter((pl.col("region") == region) & (pl.col("unit") == unit) & (pl.col("rep") == rep))
        Sheet.objects.create(version=version, unit=made.units[unit], rep=made.reps[rep], **_packed(own, made))
    _solve(version)
    return version


def _solve(version: Version) -> None:
    """Put the plan that follows into the sheets, as making a plan does."""
    desk = open_desk(version)
    write_sheets(version, desk, targets_now(version), amounts_of(desk, Log()))


def _shares() -> list[dict[str, Any]]:
    return [{"name": "Strategic lines", "at": "region", "of": {"strategic": ["1"]}, "at_least": 0.6}]


def _cells() -> pl.DataFrame:
    """What was sold by place, customer (0: all small ones), line and month of the plan's year, cents."""
    tables = adventureworks()
    sold = tables["sold"].filter(pl.col("day").is_between(*YEAR) & (pl.col("amount") > 0))
    sold = sold.join(tables["products"].select("product", "line"), on="product")
    sold = sold.join(tables["units"].select("unit", "region"), on="unit")
    own = pl.col("amount").sum().over("unit", "rep", "customer") >= LEAST * pl.col("amount").sum().over("unit", "rep")
    named = sold.with_columns(
        customer=pl.when(own).then("customer").otherwise(0), month=(pl.col("day").dt.month() + 6) % 12
    )
    return named.group_by(*PLACE, "customer", "line", "month").agg(pl.col("amount").sum())


def _masters(cells: pl.DataFrame) -> _Made:
    start = date(2011, 1, 1)
    top = Unit.objects.create(code="C", name="AdventureWorks", kind=UnitKind.COMPANY, starts_on=start)
    kinds = {"region": UnitKind.REGION, "unit": UnitKind.TERRITORY}
    units: dict[int, Unit] = {}
    for region, unit in sorted(cells.select("region", "unit").unique().rows()):
        above = units.setdefault(region, _unit(region, kinds["region"], top, start, units.get(region)))
        units[unit] = _unit(unit, kinds["unit"], above, start, None)
    first = {rep: units[unit] for unit, rep in sorted(cells.select("unit", "rep").unique().rows())}
    reps = {rep: Rep.objects.create(code=f"P{rep}", name=f"P{rep}", unit=unit) for rep, unit in first.items()}
    names = sorted(set(cells["line"]))
    return _Made(units, reps, {line: Line.objects.create(code=f"L{line}", name=f"L{line}") for line in names})


def _unit(number: int, kind: UnitKind, above: Unit, start: date, there: Unit | None) -> Unit:
    name = f"{kind}{number}"
    return there or Unit.objects.create(code=name, name=name, kind=kind, parent=above, starts_on=start)


def _plan() -> Plan:
    money = Currency.objects.create(code="USD", name="USD", digits=2, is_base=True)
    return Plan.objects.create(
        name="2015", year=2015, starts_on=date(2015, 1, 1), currency=money, made_at=datetime.now(UTC)
    )


def _packed(own: pl.DataFrame, made: _Made) -> dict[str, Any]:
    """A sheet's slots and amounts; customers are numbers of the data, not rows of the database."""
    keys = sorted(own.select("customer", "line").unique().rows(), key=lambda key: (key[0] == 0, key))
    place = {key: number for number, key in enumerate(keys)}
    amounts = np.zeros((len(keys), 12), np.int64)
    for customer, line, month, amount in own.select("customer", "line", "month", "amount").rows():
        amounts[place[customer, line], month] = amount
    whole = amounts.astype("<i8").tobytes()
    slots = [[customer, made.lines[line].pk, 0] for customer, line in keys]
    sums = {f"{name}_total": int(amounts.sum()) for name in ("last_year", "baseline", "target")}
    prior = amounts.astype("<f8").tobytes()
    return {"slots": slots, "last_year": whole, "baseline": whole, "target": whole, "prior": prior, **sums}
