"""What the page of the gap ledger shows: the tree, the months of a node, the initiatives, the bridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language

from salesyear.core.charts import Chart
from salesyear.engine.plans.ledger import LEVELS, Sums, ratio
from salesyear.plans import charts
from salesyear.plans.models import InitiativeKind
from salesyear.plans.months import months_of
from salesyear.plans.reports import Ledger, LedgerLine, LedgerNode


@dataclass(frozen=True)
class NodeRow:
    """A place of the organisation with its year."""

    node: LedgerNode
    url: str
    chosen: bool

    @property
    def target(self) -> int:
        """The year's target."""
        return sum(self.node.sums.target)

    @property
    def baseline(self) -> int:
        """The year's baseline."""
        return sum(self.node.sums.baseline)

    @property
    def gap(self) -> int:
        """The year's target less its baseline."""
        return self.target - self.baseline

    @property
    def hoped(self) -> int:
        """What the initiatives bring if all of them work."""
        return sum(self.node.sums.hoped)

    @property
    def expected(self) -> int:
        """What they bring on average."""
        return sum(self.node.sums.expected)

    @property
    def open(self) -> int:
        """How much of the gap nothing closes, where it is."""
        return self.node.sums.needed - self.node.sums.covered

    @property
    def indent(self) -> str:
        """The class that sets it in."""
        return f"depth-{self.node.depth}"


@dataclass(frozen=True)
class MonthRow:
    """A month of a node: what is still open counts from the plan's first month on."""

    words: str
    target: int
    baseline: int
    expected: int
    open: int

    @property
    def gap(self) -> int:
        """Target less baseline."""
        return self.target - self.baseline

    @property
    def coverage(self) -> float | None:
        """Expected ÷ gap; None without a gap."""
        return ratio(self.expected, self.gap)


@dataclass(frozen=True)
class KindRow:
    """What the initiatives of one kind bring together."""

    words: str
    expected: int


class LedgerPage:
    """The ledger with one node chosen: the top one, or what the URL names (`region:3/territory:7`)."""

    do_not_call_in_templates = True

    def __init__(self, ledger: Ledger, asked: str = "") -> None:
        self.ledger = ledger
        self.node = _found(ledger, asked)

    @property
    def nodes(self) -> list[NodeRow]:
        """The tree; a level at which everybody has one place only is left out."""
        return [NodeRow(node, "?" + urlencode({"node": key_of(node)}), node is self.node) for node in self.ledger.nodes]

    @property
    def months(self) -> list[MonthRow]:
        """The chosen node by month."""
        sums, rows, still = self.node.sums, [], 0
        columns = (sums.target, sums.baseline, sums.expected or (0,) * len(sums.target))
        for month, target, baseline, expected in zip(months_of(self.ledger.plan), *columns, strict=True):
            still += target - baseline - expected
            rows.append(MonthRow(month_words(month), target, baseline, expected, still))
        return rows

    @property
    def kinds(self) -> list[KindRow]:
        """The chosen node's initiatives by kind, in the order of the kinds."""
        return kinds_of(self.node.sums)

    @property
    def chosen(self) -> NodeRow:
        """The chosen node's year."""
        return NodeRow(self.node, "", chosen=True)

    @cached_property
    def chart(self) -> Chart:
        """The bridge from the baseline over the initiatives to the target."""
        return charts.gap_bridge(self.ledger.plan, self.chosen.baseline, self.kinds, self.chosen.target)

    @property
    def lines(self) -> Sequence[LedgerLine]:
        """The initiatives that lift the chosen node; at the top also those that lift nothing or were dropped."""
        depth = len(self.node.place)
        if not depth:
            return self.ledger.lines
        members = {at for at, place in enumerate(self.ledger.leaves) if place[:depth] == self.node.place}
        return [line for line in self.ledger.lines if line.lift and members & set(line.lift.parts)]

    @property
    def file(self) -> str:
        """The address of the ledger as a workbook."""
        asked = {"plan": self.ledger.plan.pk, "version": self.ledger.version.number}
        return reverse("ledger-export", args=["xlsx"]) + "?" + urlencode(asked)


def key_of(node: LedgerNode) -> str:
    """Return a node's key in the URL: the path of `level:key` pairs, empty for the top."""
    return "/".join(f"{level}:{key}" for level, key in zip(LEVELS, node.place, strict=False))


def kinds_of(sums: Sums) -> list[KindRow]:
    """Return a node's expected amounts by kind of initiative."""
    return [
        KindRow(str(kind.label), sum(sums.kinds[kind.value])) for kind in InitiativeKind if kind.value in sums.kinds
    ]


def month_words(month: date) -> str:
    """Write a month briefly: 3月, or Mar."""
    return f"{month.month}月" if (get_language() or "").startswith("zh") else f"{month:%b}"


def _found(ledger: Ledger, asked: str) -> LedgerNode:
    found = next((node for node in ledger.nodes if key_of(node) == asked), None)
    if found is None:
        raise Http404
    return found
