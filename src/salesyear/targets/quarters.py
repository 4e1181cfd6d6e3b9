"""A1: the plan of a quarter for each region, from the annual plan, what was sold so far, and the initiatives due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from salesyear.core.scope import Scope
from salesyear.org.models import Unit
from salesyear.plans import frames
from salesyear.plans.models import Initiative, Plan, QuarterPlan
from salesyear.plans.months import months_of
from salesyear.plans.reports import Ledger, LedgerLine, LedgerNode
from salesyear.sales.frames import NONE, earned

MONTHS = 3


@dataclass(frozen=True)
class RegionQuarter:
    """A region's quarter. behind: target less sales of the quarters before it, as far as they are over."""

    unit: Unit
    quarter: int
    target: int
    baseline: int
    expected: int
    sold: int
    behind: int
    due: tuple[Initiative, ...]
    signed: QuarterPlan | None

    @property
    def gap(self) -> int:
        """Target less baseline."""
        return self.target - self.baseline

    @property
    def to_go(self) -> int:
        """What is still to be sold in the quarter."""
        return self.target - self.sold

    def figures(self) -> dict[str, Any]:
        """Return what is signed, as plain values."""
        amounts = {name: getattr(self, name) for name in ("target", "baseline", "expected", "sold", "behind")}
        return amounts | {"initiatives": [one.title for one in self.due]}


def quarter_of(plan: Plan, day: date) -> int:
    """Return which quarter of the plan's year a day falls in; the first before it, the fourth after."""
    months = (day.year - plan.starts_on.year) * 12 + day.month - plan.starts_on.month
    return min(max(months, 0), 11) // MONTHS + 1


def region_quarters(scope: Scope, ledger: Ledger, quarter: int, today: date) -> list[RegionQuarter]:
    """Return the quarter of each region that `scope` sees a part of, for the part it sees; three queries."""
    plan, first = ledger.plan, (quarter - 1) * MONTHS
    units = ledger.units
    sold = _sold(scope, plan, frames.regions_and_territories(units.values()), today)
    signed = {
        row.unit_id: row
        for row in QuarterPlan.objects.within(scope)
        .filter(plan=plan, quarter=quarter)
        .select_related("signed_by")
        .order_by("pk")
    }
    regions = [node for node in ledger.nodes if node.level == "region" and node.place[0] in units]
    return [
        _one(ledger, node, units[node.place[0]], quarter, sold[node.place[0]], signed.get(node.place[0]), first, today)
        for node in regions
    ]


def _one(
    ledger: Ledger,
    node: LedgerNode,
    unit: Unit,
    quarter: int,
    sold: Sequence[int],
    signed: QuarterPlan | None,
    first: int,
    today: date,
) -> RegionQuarter:
    part = slice(first, first + MONTHS)
    sums, months = node.sums, months_of(ledger.plan)
    over = sum(1 for month in months[:first] if month < today.replace(day=1))
    return RegionQuarter(
        unit,
        quarter,
        sum(sums.target[part]),
        sum(sums.baseline[part]),
        sum(sums.expected[part]),
        sum(sold[part]),
        sum(sums.target[:over]) - sum(sold[:over]),
        tuple(line.initiative for line in ledger.lines if _is_due(line, ledger, node, part)),
        signed,
    )


def _is_due(line: LedgerLine, ledger: Ledger, node: LedgerNode, part: slice) -> bool:
    """Whether an initiative is to bring something to the region in the quarter."""
    if line.lift is None:
        return False
    return any(any(months[part]) for at, months in line.lift.parts.items() if ledger.leaves[at][:1] == node.place)


def _sold(scope: Scope, plan: Plan, where: Mapping[int, frames.Where], today: date) -> dict[int, list[int]]:
    """Sales less returns by region and month of the plan's year until today, of a shared sale the part that is seen."""
    import polars as pl

    months = months_of(plan)
    place = {month: number for number, month in enumerate(months)}
    last = min(today, (months[-1] + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    found: dict[int, list[float]] = defaultdict(lambda: [0.0] * 12)
    facts = earned(scope, since=months[0], before=last + timedelta(days=1))
    by_month = facts.group_by("earned_in", pl.col("day").dt.truncate("1mo")).agg(pl.col("amount").sum())
    for unit, month, amount in by_month.iter_rows():
        found[where.get(unit, (NONE, NONE))[0]][place[month]] += amount
    return defaultdict(lambda: [0] * 12, {key: [round(amount) for amount in row] for key, row in found.items()})
