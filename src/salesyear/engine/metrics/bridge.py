"""From one period's sales to another's in steps: price, volume, mix, new and lost customers; exact to the unit.

Customers of the later period alone are new, of the earlier alone lost. What both bought is told apart item by item
(customer × product): price is what the later quantity costs more than at the earlier price; volume is what all
quantities together grew, at the earlier shares; mix is the rest: other products, other customers. After Horngren,
Datar & Rajan, Cost Accounting, ch. 14.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import polars as pl

from salesyear.engine.metrics.asking import Period, Where
from salesyear.engine.metrics.facts import Facts
from salesyear.engine.metrics.measuring import measure

STEPS = ("price", "volume", "mix", "new", "lost")
ITEM = ("customer", "product")
Key = tuple[object, ...]
Exact = dict[str, Fraction]


@dataclass(frozen=True)
class Bridge:
    """The steps in whole minor units.

    rows: one row for each combination of `by` (one in all without any): `before`, the steps, `after`; before and the
    steps make up after, in each row and in the total. total: the same for all rows together.
    """

    by: tuple[str, ...]
    rows: pl.DataFrame
    total: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Item:
    """One customer's product (or a line of the plan) on both sides."""

    group: Key
    customer: object
    before: int
    after: int
    quantity_before: int
    quantity_after: int


def bridge(
    facts: Facts, before: Period, after: Period, *, by: Sequence[str] = (), where: Where | None = None
) -> Bridge:
    """Explain the change of sales (ordered) from one period to another.

    Raises NotSplitBy for a split that sales are not known by.
    """
    splits = [*by, *(name for name in ITEM if name not in by)]
    figures = ["ordered", "quantity"]
    left, right = (measure(figures, facts, by=splits, where=where, period=period) for period in (before, after))
    both = left.join(right, on=splits, how="full", coalesce=True, suffix="_after").fill_null(0)
    items = [
        _Item(
            tuple(row[name] for name in by),
            row["customer"],
            row["ordered"],
            row["ordered_after"],
            row["quantity"],
            row["quantity_after"],
        )
        for row in both.iter_rows(named=True)
    ]
    return _made(tuple(by), both.select(by), items)


def bridge_to_plan(facts: Facts, period: Period, *, by: Sequence[str] = (), where: Where | None = None) -> Bridge:
    """Explain what sales (ordered) of a period are more or less than the plan: volume at the plan's shares, and mix.

    A plan has no prices and names few customers, so it is compared by product line: price, new and lost stay 0.
    """
    splits = [*by, *(["line"] if "line" not in by else [])]
    both = measure(["target", "ordered"], facts, by=splits, where=where, period=period)
    items = [
        _Item(tuple(row[name] for name in by), 0, row["target"], row["ordered"], row["target"], row["ordered"])
        for row in both.iter_rows(named=True)
    ]
    return _made(tuple(by), both.select(by), items)


def _made(by: tuple[str, ...], keys: pl.DataFrame, items: Sequence[_Item]) -> Bridge:
    exact = _exact(items)
    groups = sorted(set(keys.iter_rows())) if by else [()]
    rows = []
    for group in groups:
        mine = [item for item in items if item.group == group]
        start, end = sum(item.before for item in mine), sum(item.after for item in mine)
        steps = _whole(exact.get(group, dict.fromkeys(STEPS, Fraction(0))), end - start)
        rows.append((*group, start, *steps, end))
    kinds = {name: keys.schema[name] for name in by} | dict.fromkeys(("before", *STEPS, "after"), pl.Int64())
    table = pl.DataFrame(rows, schema=kinds, orient="row")
    total = {name: int(table[name].sum()) for name in ("before", *STEPS, "after")}
    return Bridge(by, table, total)


def _exact(items: Sequence[_Item]) -> dict[Key, Exact]:
    """Every group's steps as fractions."""
    bought = _customers(items)
    stayed = [item for item in items if _stays(item, bought)]
    growth = _growth(stayed)
    found: dict[Key, Exact] = {}
    for item in items:
        steps = found.setdefault(item.group, dict.fromkeys(STEPS, Fraction(0)))
        if not _stays(item, bought):
            steps["new" if item.after else "lost"] += item.after - item.before
            continue
        price = _price(item)
        steps["price"] += price
        steps["volume"] += item.before * growth
        steps["mix"] += item.after - item.before - price - item.before * growth
    return found


def _customers(items: Iterable[_Item]) -> dict[object, list[bool]]:
    """Whether each customer bought before and after, in whatever group."""
    found: dict[object, list[bool]] = {}
    for item in items:
        one = found.setdefault(item.customer, [False, False])
        one[0] |= item.before != 0
        one[1] |= item.after != 0
    return found


def _stays(item: _Item, bought: Mapping[object, list[bool]]) -> bool:
    return all(bought[item.customer]) or not any(bought[item.customer])


def _growth(stayed: Iterable[_Item]) -> Fraction:
    """By how much all quantities together grew; without quantities, by how much the amounts did."""
    kept = list(stayed)
    old, new = sum(item.quantity_before for item in kept), sum(item.quantity_after for item in kept)
    return Fraction(new - old, old) if old > 0 else Fraction(0)


def _price(item: _Item) -> Fraction:
    if min(item.quantity_before, item.quantity_after) <= 0:
        return Fraction(0)
    return item.after - Fraction(item.before * item.quantity_after, item.quantity_before)


def _whole(steps: Exact, change: int) -> list[int]:
    """The steps in whole units that make up the change: floors, and one more for the largest remainders."""
    floors = [floor(steps[name]) for name in STEPS]
    by_remainder = sorted(range(len(STEPS)), key=lambda place: floors[place] - steps[STEPS[place]])
    for place in by_remainder[: change - sum(floors)]:
        floors[place] += 1
    return floors
