"""What each initiative has brought so far: sales in its cells above the version's baseline, with the interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesyear.core.scope import Scope
from salesyear.engine.plans.effect import Effect, uplift
from salesyear.org import tree
from salesyear.plans import frames, queries
from salesyear.plans.models import Initiative, InitiativeState, Version
from salesyear.plans.months import months_of
from salesyear.sales.frames import NONE, sold
from salesyear.targets.models import BaselineCell, Level

if TYPE_CHECKING:
    import polars as pl

    from salesyear.engine.plans.ledger import Initiative as Idea

ORGANISATION = ("region", "territory", "rep", "line")


@dataclass(frozen=True)
class Measured:
    """An effect to be kept. months: by month of the plan's year, None where nothing was measured."""

    initiative: Initiative
    effect: Effect
    months: list[int | None]
    until: date


def measured_effects(scope: Scope, version: Version, today: date) -> list[Measured]:
    """Measure every initiative that has been under way for a whole month of the plan's year by `today`.

    A month counts once sales of it are known: nothing sold anywhere is a file that has not come in yet. An initiative
    whose cells have no baseline with bounds is left out: its estimate stands. Raises NoRate.
    """
    import polars as pl

    months = months_of(version.plan)
    rows = [row for row in queries.initiatives(scope, version.plan) if row.state != InitiativeState.DROPPED]
    if not any(_counts(row, month, today) for row in rows for month in months):
        return []
    facts = sold(scope).with_columns(month=pl.col("day").dt.truncate("1mo"))
    newest = facts["month"].max()
    known = [month for month in months if isinstance(newest, date) and month <= newest]
    spans = {row.pk: [place for place, month in enumerate(known) if _counts(row, month, today)] for row in rows}
    where = frames.regions_and_territories(tree.units(scope))
    ideas = {idea.key: idea for idea in frames.ideas(rows, where)}
    cells = frames.sheet_cells(scope, version)
    found = (_one(scope, version, row, ideas[row.pk], spans[row.pk], facts, cells) for row in rows if spans[row.pk])
    return [one for one in found if one]


def _counts(row: Initiative, month: date, today: date) -> bool:
    """Whether a month is over, and the initiative was under way in it."""
    over = month < today.replace(day=1)
    return over and row.starts_on.replace(day=1) <= month and (row.ends_on is None or month <= row.ends_on)


def _one(
    scope: Scope,
    version: Version,
    row: Initiative,
    idea: Idea,
    places: Sequence[int],
    facts: pl.DataFrame,
    cells: pl.DataFrame,
) -> Measured | None:
    months = months_of(version.plan)
    measured = [months[place] for place in places]
    bounds = _bounds(scope, version, idea, measured)
    if bounds is None:
        return None
    actual = _actual(version, idea, facts, measured)
    anyway = _baseline(version, idea, facts, cells, measured)
    low = [round(amount * least) for amount, (least, _most) in zip(anyway, bounds, strict=True)]
    high = [round(amount * most) for amount, (_least, most) in zip(anyway, bounds, strict=True)]
    effect = uplift(actual, anyway, low, high)
    by_place = dict(zip(places, effect.months, strict=True))
    return Measured(row, effect, [by_place.get(place) for place in range(12)], _month_end(months[places[-1]]))


def _month_end(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _actual(version: Version, idea: Idea, facts: pl.DataFrame, months: Sequence[date]) -> list[int]:
    """What was sold in the cells named; to new customers only, where the initiative is about them."""
    import polars as pl

    rows = _lifted(facts, idea, (*ORGANISATION, "customer"))
    if "new" in idea.where:
        first = facts.group_by("customer").agg(first=pl.col("day").min())
        new = first.filter(pl.col("first") >= version.plan.starts_on).select("customer")
        rows = rows.join(new, on="customer", how="semi")
    return _by_month(rows, "amount", months)


def _baseline(
    version: Version, idea: Idea, facts: pl.DataFrame, cells: pl.DataFrame, months: Sequence[date]
) -> list[int]:
    """The baseline of the cells named. Customers without a line of their own in the plan: their part of the others'."""
    import polars as pl

    rows = _lifted(cells, idea, ORGANISATION)
    if "new" in idea.where:
        return _by_month(rows.filter("new"), "baseline", months)
    if "customer" not in idea.where:
        return _by_month(rows, "baseline", months)
    named = sorted(idea.where["customer"])
    own = _by_month(rows.filter(pl.col("customer").is_in(named)), "baseline", months)
    others = _by_month(rows.filter((pl.col("customer") == NONE) & ~pl.col("new")), "baseline", months)
    part = _part_of_others(version, idea, facts, set(rows["customer"].unique().to_list()))
    return [one + round(other * part) for one, other in zip(own, others, strict=True)]


def _part_of_others(version: Version, idea: Idea, facts: pl.DataFrame, in_plan: set[int]) -> float:
    """How much of the sales of all customers without a line of their own was theirs in the year before the plan's."""
    import polars as pl

    start = version.plan.starts_on
    before = (pl.col("day") < start) & (pl.col("day") >= start.replace(year=start.year - 1))
    others = _lifted(facts.filter(before), idea, ORGANISATION).filter(~pl.col("customer").is_in(sorted(in_plan)))
    whole = float(others["amount"].sum())
    named = float(others.filter(pl.col("customer").is_in(sorted(idea.where["customer"])))["amount"].sum())
    return max(named, 0.0) / whole if whole > 0 else 0.0


def _bounds(scope: Scope, version: Version, idea: Idea, months: Sequence[date]) -> list[tuple[float, float]] | None:
    """For each month how far below and above its mean the 95 % bounds of the baseline reach, as shares of it.

    They are those of the smallest nodes of the kept baseline that hold the cells. None where a month has none.
    """
    level, keys = _node(idea)
    rows = BaselineCell.objects.within(scope).filter(
        baseline=version.inputs.get("baseline"), level=level, months=1, starts_on__in=months, mean__isnull=False, **keys
    )
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for month, *amounts in rows.values_list("starts_on", "mean", "low_95", "high_95"):
        sums[month] = [known + (more or 0) for known, more in zip(sums[month], amounts, strict=True)]
    if set(sums) != set(months):
        return None
    return [(low / mean, high / mean) if mean > 0 else (1.0, 1.0) for mean, low, high in (sums[one] for one in months)]


def _node(idea: Idea) -> tuple[Level, dict[str, list[int]]]:
    where = {column: sorted(keys) for column, keys in idea.where.items()}
    if "rep" in where:
        line = {"line__in": where["line"]} if "line" in where else {}
        return (Level.LINE if line else Level.REP), {"rep__in": where["rep"], **line}
    if "territory" in where:
        return Level.TERRITORY, {"unit__in": where["territory"]}
    if "region" in where:
        return Level.REGION, {"unit__in": where["region"]}
    return Level.COMPANY, {}


def _lifted(table: pl.DataFrame, idea: Idea, columns: Sequence[str]) -> pl.DataFrame:
    """Keep the rows that an initiative names by these columns."""
    import polars as pl

    for column in columns:
        if column in idea.where:
            table = table.filter(pl.col(column).is_in(sorted(idea.where[column])))
    return table


def _by_month(table: pl.DataFrame, column: str, months: Sequence[date]) -> list[int]:
    import polars as pl

    sums = dict(table.group_by("month").agg(pl.col(column).sum()).iter_rows())
    return [round(sums.get(month, 0)) for month in months]
