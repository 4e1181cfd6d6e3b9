"""Collection (cash) targets from sales targets: what falls due, and how much of it must come in, on the same
tree."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.sharing import share_rows
from salesyear.engine.rounding.tree import Ints, OrgTree

DAYS = 30  # A month of trade credit: 30, 60, 90 days are one, two, three months.


class NotATerm(EngineError):
    """Payment terms or a collection rate that mean nothing."""


@dataclass(frozen=True)
class Terms:
    """Which part of an invoice falls due after how many days: (days, part); parts count relative to each
    other."""

    parts: tuple[tuple[int, int], ...]

    def by_month(self) -> list[int]:
        """Weights of falling due 0, 1, 2 ... months after the month of sale, as integers.

        Sales are spread evenly over a month of 30 days, so of what is due after 45 days half falls one month
        later and half two months later. Raises NotATerm.
        """
        if (
            not self.parts
            or any(days < 0 or part < 0 for days, part in self.parts)
            or not any(part for _, part in self.parts)
        ):
            raise NotATerm(noop("Payment terms need days and parts of 0 or more, at least one part above 0."))
        weights = [0] * (max(days for days, _ in self.parts) // DAYS + 2)
        for days, part in self.parts:
            months, rest = divmod(days, DAYS)
            weights[months] += part * (DAYS - rest)
            weights[months + 1] += part * rest
        return weights


@dataclass(frozen=True)
class CollectionRule:
    """At least `rate` of what is due is collected, for a node and all below it; month None is every month.

    A rule nearer to the rep stands before one above, one for a month before one for the year.
    """

    node: int
    rate: Fraction
    month: int | None = None


@dataclass(frozen=True)
class CollectionParams:
    """How sales become cash: terms of a leaf (or of every leaf), rates, and what sales before tax carry in
    tax."""

    terms: Terms
    rules: tuple[CollectionRule, ...]
    terms_by_leaf: dict[int, Terms] = field(default_factory=dict)
    tax: Fraction = Fraction(0)


@dataclass(frozen=True)
class CollectionPlan:
    """Cash targets in the currency's smallest unit: all (leaves, months); `later` (leaves,) falls due after
    the year.

    invoiced: sales with tax; falling_due: new in the month; due: that and what was left overdue; cash: the
    target; overdue: due less cash; receivables: all that is owed at the month's end.
    """

    invoiced: Ints
    falling_due: Ints
    due: Ints
    cash: Ints
    overdue: Ints
    receivables: Ints
    later: Ints

    def at_nodes(self, tree: OrgTree) -> Ints:
        """Cash targets of every node: (nodes, months), sums of the leaves below."""
        return tree.roll_up(self.cash)

    def days_outstanding(self, tree: OrgTree, days: int = 365) -> list[float | None]:
        """DSO (simple) of each node at the year's end: receivables / sales x days; None without sales."""
        owed = tree.roll_up(self.receivables[:, -1])
        sold = tree.roll_up(self.invoiced.sum(axis=1))
        return [float(o) / float(s) * days if s > 0 else None for o, s in zip(owed, sold, strict=True)]


def collect(
    sales: Ints,
    tree: OrgTree,
    months: Sequence[Hashable],
    params: CollectionParams,
    *,
    opening_due: Ints | None = None,
    opening_overdue: Ints | None = None,
) -> CollectionPlan:
    """Cash targets of leaves and months from their sales targets.

    sales: (leaves, months), before tax; opening_due: (leaves, months) receivables of earlier years by the
    month they fall due; opening_overdue: (leaves,) those due already. Everything in the currency's smallest
    unit. An invoice month is shared over the months it falls due by largest remainder; the cash target is
    the rate of what is due, rounded up, so the rate holds for every node above too; what is not collected
    stays due. So opening receivables + invoiced - cash = closing receivables, to the unit, at every node and
    month. Raises NotATerm for wrong terms or rates. Collection rate: cash / amount due (semantics, "Cash").
    """
    invoiced = _with_tax(sales, params.tax)
    falling, later = _falling_due(invoiced, params)
    falling = falling + (0 if opening_due is None else opening_due)
    overdue = np.zeros(sales.shape[0], dtype=np.int64) if opening_overdue is None else opening_overdue
    opening = overdue + (0 if opening_due is None else opening_due.sum(axis=1))
    tops, bottoms = _rates(tree, len(months), params.rules)
    due, cash = np.zeros_like(invoiced), np.zeros_like(invoiced)
    for month in range(len(months)):
        due[:, month] = overdue + falling[:, month]
        cash[:, month] = _rounded_up(np.maximum(due[:, month], 0), tops[:, month], bottoms[:, month])
        overdue = due[:, month] - cash[:, month]
    owed = opening[:, None] + np.cumsum(invoiced - cash, axis=1)
    return CollectionPlan(invoiced, falling, due, cash, due - cash, owed, later)


def _with_tax(sales: Ints, tax: Fraction) -> Ints:
    """Sales and tax, each leaf-month rounded half up to the smallest unit."""
    top, bottom = (1 + tax).numerator, (1 + tax).denominator
    whole, rest = np.divmod(sales, bottom)
    taxed: Ints = whole * top + (2 * rest * top + bottom) // (2 * bottom)
    return taxed


def _rounded_up(amount: Ints, top: Ints, bottom: Ints) -> Ints:
    """amount x top / bottom, rounded up, without a product larger than needed."""
    whole, rest = np.divmod(amount, bottom)
    up: Ints = whole * top - (-rest * top // bottom)
    return up


def _falling_due(invoiced: Ints, params: CollectionParams) -> tuple[Ints, Ints]:
    """What falls due in each month of the year, and what after it; a credit note like a sale, with the other sign."""
    leaves, months = invoiced.shape
    falling, later = np.zeros_like(invoiced), np.zeros(leaves, dtype=np.int64)
    of_leaf = [params.terms_by_leaf.get(leaf, params.terms) for leaf in range(leaves)]
    for terms in set(of_leaf):
        rows = np.array([leaf for leaf in range(leaves) if of_leaf[leaf] == terms])
        for month in range(months):
            parts = share_rows(invoiced[rows, month], terms.by_month())
            inside = parts[:, : months - month]
            falling[rows, month : month + inside.shape[1]] += inside
            later[rows] += parts[:, months - month :].sum(axis=1)
    return falling, later


def _rates(tree: OrgTree, months: int, rules: Sequence[CollectionRule]) -> tuple[Ints, Ints]:
    """Numerators and denominators of each leaf's rate per month; 1 where nothing is said: (leaves,
    months)."""
    bad = next((rule.rate for rule in rules if not 0 <= rule.rate <= 1), None)
    if bad is not None:
        raise NotATerm(noop("A collection rate lies between 0 and 1, not at %(rate)s."), rate=str(bad))
    tops, bottoms = np.ones((2, tree.leaves.size, months), dtype=np.int64)
    for rule in sorted(rules, key=lambda rule: (tree.depth[rule.node], rule.month is not None)):
        under = tree.ancestors[tree.depth[rule.node]] == rule.node
        columns = slice(None) if rule.month is None else slice(rule.month, rule.month + 1)
        tops[under, columns], bottoms[under, columns] = rule.rate.numerator, rule.rate.denominator
    return tops, bottoms
