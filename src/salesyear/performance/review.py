"""A month looked back on: sold against the plan by place, what moved sales, what is late, where the year will end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.engine.metrics import Period
from salesyear.engine.plans.ledger import ratio
from salesyear.performance import queries
from salesyear.performance.facts import facts_of
from salesyear.performance.lessons import lessons_of
from salesyear.performance.models import Alert, Lesson, Task
from salesyear.performance.tasks import tasks_of
from salesyear.plans.models import Initiative, InitiativeState, Plan, State, Version
from salesyear.plans.months import months_of
from salesyear.plans.reports import Ledger, LedgerNode, ledger

if TYPE_CHECKING:
    import polars as pl


Steps = Mapping[str, int]
Sold = Mapping[int, tuple[int, int]]  # key of a place → sold in the month, sold to date


@dataclass(frozen=True)
class Standing:
    """A place at the end of a month, in minor units.

    to_go: what is expected of the months left: the baseline, and the initiatives on top.
    """

    level: str
    key: int
    name: str
    sold: int
    target: int
    sold_to_date: int
    target_to_date: int
    target_year: int
    baseline_to_go: int
    expected_to_go: int

    @property
    def attainment(self) -> float | None:
        """Sold ÷ target of the month."""
        return ratio(self.sold, self.target)

    @property
    def attainment_to_date(self) -> float | None:
        """Sold ÷ target of the year's months so far."""
        return ratio(self.sold_to_date, self.target_to_date)

    @property
    def forecast(self) -> int:
        """Where the year ends: sold so far, and what the baseline and the initiatives bring in the months left."""
        return self.sold_to_date + self.baseline_to_go + self.expected_to_go

    @property
    def at_this_pace(self) -> int | None:
        """Where it ends if the months left attain what those so far did."""
        share = self.attainment_to_date
        return None if share is None else round(share * self.target_year)


@dataclass(frozen=True)
class Review:
    """A month of a plan as somebody sees it. months: (sold, target, year before) of the twelve; sold: None ahead.

    steps, steps_to_date: from the same days of the year before to sales. unbegun: initiatives whose day to begin is
    past; unfinished: whose last day is. alerts: read when they are first asked for. lessons: of this month and before.
    """

    plan: Plan
    version: Version
    month: date
    total: Standing
    regions: tuple[Standing, ...]
    reps: tuple[Standing, ...]
    months: tuple[tuple[int | None, int, int | None], ...]
    steps: Steps
    steps_to_date: Steps
    alerts: ScopedQuerySet[Alert] = field(compare=False)
    tasks: tuple[Task, ...] = ()
    unbegun: tuple[Initiative, ...] = ()
    unfinished: tuple[Initiative, ...] = ()
    today: date = field(default=date.min)
    lessons: tuple[Lesson, ...] = ()

    @property
    def late(self) -> list[Task]:
        """The tasks that should be done by now."""
        return [task for task in self.tasks if task.overdue(self.today)]

    @property
    def decided(self) -> list[Task]:
        """What was decided in this very review."""
        return [task for task in self.tasks if task.month == self.month]


def review_of(scope: Scope, version: Version, month: date, today: date) -> Review:
    """Look back on a month of a version's year, within what `scope` sees. Raises NoRate as all figures do."""
    from salesyear.performance.board import sums

    plan, period = version.plan, Period.of_months(month, 1)
    facts = facts_of(scope, None if version.state == State.PUBLISHED else version)
    source = sums.Source(facts, plan.starts_on, min(period.last, today))
    cube, known = sums.cube(source), ledger(scope, version)
    place = months_of(plan).index(month)
    initiatives = [line.initiative for line in known.lines]
    total, regions, reps = _standings(cube, known, month, place)
    return Review(
        plan,
        version,
        month,
        total,
        regions,
        reps,
        _months(cube, known, month),
        sums.steps(source, {}, period),
        sums.steps(source, {}, source.year),
        queries.standing(scope).prefetch_related(None),  # what was done about each is on the alerts page
        tuple(tasks_of(scope, plan)),
        tuple(one for one in initiatives if one.state == InitiativeState.PROPOSED and one.starts_on <= today),
        tuple(one for one in initiatives if _unfinished(one, today)),
        today,
        tuple(lessons_of(scope, until=month)),
    )


def begun(plan: Plan, today: date) -> list[date]:
    """Return the months of a plan's year that have begun, the newest first."""
    return [month for month in reversed(months_of(plan)) if month <= today]


def last_ended(plan: Plan, today: date) -> date | None:
    """Return the month to look back on: the last that has ended, else the one that runs; None before the year."""
    found = begun(plan, today)
    ended = [month for month in found if Period.of_months(month, 1).last < today]
    return next(iter(ended or found), None)


def _unfinished(one: Initiative, today: date) -> bool:
    over = {InitiativeState.DONE, InitiativeState.DROPPED}
    return one.state not in over and one.ends_on is not None and one.ends_on < today


def _standings(
    cube: pl.DataFrame, known: Ledger, month: date, place: int
) -> tuple[Standing, tuple[Standing, ...], tuple[Standing, ...]]:
    found = {level: _sold(cube, level, month) for level in ("region", "rep")}
    whole = _sold(cube, "", month)
    total = _standing([known.nodes[0]], whole, 0, place)
    regions = _by_level(known, "region", found["region"], place)
    return total, regions, _by_level(known, "rep", found["rep"], place)


def _by_level(known: Ledger, level: str, sold: Sold, place: int) -> tuple[Standing, ...]:
    """The places of a level, the furthest behind first; a salesperson of two territories is one."""
    nodes: dict[int, list[LedgerNode]] = {}
    for node in known.nodes:
        if node.level == level and node.place[-1]:
            nodes.setdefault(node.place[-1], []).append(node)
    made = [_standing(parts, sold, key, place) for key, parts in nodes.items()]
    return tuple(sorted(made, key=lambda one: (one.sold_to_date - one.target_to_date, one.name)))


def _standing(nodes: Sequence[LedgerNode], sold: Sold, key: int, place: int) -> Standing:
    month, to_date = sold.get(key, (0, 0))

    def added(name: str, start: int, end: int) -> int:
        return sum(sum(getattr(node.sums, name)[start:end]) for node in nodes)

    return Standing(
        nodes[0].level,
        key,
        nodes[0].name,
        month,
        added("target", place, place + 1),
        to_date,
        added("target", 0, place + 1),
        added("target", 0, 12),
        added("baseline", place + 1, 12),
        added("expected", place + 1, 12),
    )


def _sold(cube: pl.DataFrame, level: str, month: date) -> Sold:
    """What each place of a level sold in the month and to date; key 0 is the whole where no level is named."""
    import polars as pl

    key = pl.col(level) if level else pl.lit(0)
    rows = cube.filter(pl.col("month") <= month).group_by(key.alias("key"))
    in_month = pl.col("ordered").filter(pl.col("month") == month).sum()
    return {
        row[0]: (row[1] or 0, row[2] or 0) for row in rows.agg(in_month, pl.col("ordered").sum().alias("all")).rows()
    }


def _months(cube: pl.DataFrame, known: Ledger, month: date) -> tuple[tuple[int | None, int, int | None], ...]:
    import polars as pl

    rows = cube.group_by("month").agg(pl.col("ordered", "ordered_year_before").sum())
    by_month = {row[0]: (row[1] or 0, row[2] or 0) for row in rows.rows()}
    targets: Iterable[int] = known.total.target or (0,) * 12
    shown = []
    for day, target in zip(months_of(known.plan), targets, strict=True):
        sold, before = by_month.get(day, (0, 0))
        shown.append((sold, target, before) if day <= month else (None, target, None))
    return tuple(shown)
