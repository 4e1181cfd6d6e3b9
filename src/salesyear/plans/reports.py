"""The gap ledger of a version, and the coverage that every page of a plan shows: reads, computes, keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from salesyear.core.scope import Scope
from salesyear.engine.plans import ledger as engine
from salesyear.engine.plans.ledger import Lift, Sums, ratio
from salesyear.org import tree
from salesyear.org.models import Rep, Unit
from salesyear.plans import frames, policy, queries
from salesyear.plans.models import Initiative, Plan, Version

Year = tuple[dict[int, frames.Where], list[engine.Leaf]]


@dataclass(frozen=True)
class LedgerNode:
    """A place of the organisation in the ledger. level: company, region, territory or rep; depth counts from 0."""

    place: engine.Place
    level: str
    name: str
    sums: Sums

    @property
    def depth(self) -> int:
        """How far below the company it stands."""
        return len(self.place)


@dataclass(frozen=True)
class LedgerLine:
    """An initiative with what it does in this version; `lift` is None for one that was dropped."""

    initiative: Initiative
    lift: Lift | None
    overlaps: tuple[str, ...]

    @property
    def expected(self) -> int:
        """What it brings on average over the year; 0 for one that lifts nothing here."""
        return sum(self.lift.expected) if self.lift and self.lift.parts else 0


@dataclass(frozen=True)
class Ledger:
    """The gap ledger as somebody sees it. nodes: the top first, depth first. least: the coverage that is enough.

    leaves: the places that the parts of an initiative's lift are numbered by.
    """

    plan: Plan
    version: Version
    nodes: tuple[LedgerNode, ...]
    leaves: tuple[engine.Place, ...]
    lines: tuple[LedgerLine, ...]
    units: Mapping[int, Unit]
    least: float

    @property
    def total(self) -> Sums:
        """All that this person sees, added up."""
        return self.nodes[0].sums

    @property
    def empty(self) -> bool:
        """Whether this person sees no part of the version at all."""
        return not self.total.target


@dataclass(frozen=True)
class Coverage:
    """The coverage of a version as the bar shows it, over the year, for what somebody sees.

    gap: target − baseline. needed: the gaps above 0 added up; covered: as much of them as is closed where it is.
    """

    plan: Plan
    version: Version
    gap: int
    expected: int
    hoped: int
    needed: int
    covered: int
    least: float
    initiatives: int
    rows: tuple[Initiative, ...] = ()

    @property
    def share(self) -> float | None:
        """Covered where it is needed ÷ needed; None when nothing is."""
        return ratio(self.covered, self.needed)

    @property
    def sum_share(self) -> float | None:
        """Expected ÷ gap, wherever it comes in; None when there is no gap."""
        return ratio(self.expected, self.gap)

    @property
    def open(self) -> int:
        """How much of the gap no initiative closes."""
        return self.needed - self.covered

    @property
    def enough(self) -> bool:
        """Whether the plan counts as covered by the policy."""
        return self.share is None or self.share >= self.least


def ledger(scope: Scope, version: Version) -> Ledger:
    """Return the gap ledger of a version for what `scope` sees: by node and month, and by initiative."""
    units = {unit.pk: unit for unit in tree.units(scope)}
    where = frames.regions_and_territories(units.values())
    rows = list(queries.initiatives(scope, version.plan))
    leaves = frames.leaves(scope, version, where)
    made = engine.ledger(leaves, frames.ideas(rows, where))
    names = dict(Rep.objects.within(scope).values_list("pk", "name"))
    nodes = tuple(_node(node, units, names) for node in made.nodes)
    least = _least(version)
    places = tuple(leaf.place for leaf in leaves)
    return Ledger(version.plan, version, nodes, places, _lines(rows, made), units, least)


def coverage(scope: Scope, plan: Plan, version: Version | None = None, *, year: Year | None = None) -> Coverage | None:
    """Return what the bar shows of a version (the published one, else the newest): None where there is no plan to see.

    year: its leaves, where the page has read them anyway. Takes two queries more than where units stand, and unpacks no
    sheet; the same figures as the year's in the ledger.
    """
    version = version or queries.shown(plan)
    if version is None:
        return None
    where, leaves = year or year_of(scope, version)
    if not leaves:
        return None
    rows = list(queries.initiatives(scope, plan))
    made = engine.ledger(leaves, frames.ideas(rows, where))
    total = made.total
    return Coverage(
        plan,
        version,
        sum(total.gap),
        sum(total.expected),
        sum(total.hoped),
        total.needed,
        total.covered,
        _least(version),
        sum(1 for lift in made.lifts if lift.parts),
        tuple(rows),
    )


def coverage_of(ledger: Ledger) -> Coverage:
    """Return what the bar shows of a ledger that is there already."""
    total, rows = ledger.total, tuple(line.initiative for line in ledger.lines)
    counted = sum(1 for line in ledger.lines if line.lift and line.lift.parts)
    return Coverage(
        ledger.plan,
        ledger.version,
        sum(total.gap),
        sum(total.expected),
        sum(total.hoped),
        total.needed,
        total.covered,
        ledger.least,
        counted,
        rows,
    )


def year_of(scope: Scope, version: Version) -> Year:
    """Return where units stand, and the leaves with their year's sums."""
    where = frames.regions_and_territories(tree.units(scope))
    return where, frames.yearly_leaves(scope, version, where)


def _least(version: Version) -> float:
    return policy.values_of(version)["coverage_least"]


def _node(node: engine.Node, units: Mapping[int, Unit], reps: Mapping[int, str]) -> LedgerNode:
    if not node.place:
        return LedgerNode((), "company", gettext("In all"), node.sums)
    level, key = engine.LEVELS[len(node.place) - 1], node.place[-1]
    known = reps.get(key, "") if level == "rep" else str(units.get(key, ""))
    return LedgerNode(node.place, level, known or _unnamed(level), node.sums)


def _unnamed(level: str) -> str:
    return gettext("vacant") if level == "rep" else gettext("not named")


def _lines(rows: list[Initiative], made: engine.Ledger) -> tuple[LedgerLine, ...]:
    titles = {row.pk: row.title for row in rows}
    lifts = {lift.key: lift for lift in made.lifts}
    return tuple(
        LedgerLine(
            row,
            lifts.get(row.pk),
            tuple(titles[key] for key in lifts[row.pk].overlaps) if row.pk in lifts else (),
        )
        for row in rows
    )


__all__ = ["Coverage", "Ledger", "LedgerLine", "LedgerNode", "coverage", "ledger"]
