"""Slots: what a leaf's plan is made of (key customers, the other customers, new ones; each by product line)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.rounding import share_rows
from salesyear.plans.months import months_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesyear.targets.planning.facts import Leaf, Window

Ints = NDArray[np.int64]
MONTHS = 12
LEAST_SHARE = 0.005  # of a leaf's sales: below it nobody is planned by name
WEIGHT = 10**6
PAIR = ["unit", "rep"]


@dataclass(frozen=True)
class Slots:
    """One row a slot, leaf after leaf: its leaf's number, [customer, line, new], and (slots, months) of amounts."""

    leaf: Ints
    keys: Ints
    last_year: Ints
    baseline: Ints


def slots_of(
    leaves: Sequence[Leaf],
    expected: pl.DataFrame,
    sold: pl.DataFrame,
    key_customers: frozenset[int],
    window: Window,
    most_key: int,
) -> Slots:
    """Divide every leaf into slots, and its last year and its baseline over them.

    What is expected of a line is divided as the last twelve months were: each key customer's own part, what customers
    new in that year brought, and the rest. It adds up to the baseline's own whole numbers.
    """
    first = _months_before(window.sold_until, MONTHS - 1)
    year = _slotted(_since(sold, window.sold_until), sold, first, window, key_customers, most_key)
    before = months_from(window.start.replace(year=window.start.year - 1))
    slots = _all_slots(leaves, expected, year, sold.filter(pl.col("day") >= before[0]))
    weights = year.group_by([*PAIR, "customer", "line", "new"]).agg(weight=pl.col("amount").sum())
    slots = slots.join(weights, on=[*PAIR, "customer", "line", "new"], how="left", maintain_order="left")
    slots = slots.with_columns(pl.col("weight").fill_null(0.0).clip(0.0))
    months = months_from(window.start)
    baseline = _divided(slots, expected, months)
    known = [month for month in before if month <= window.sold_until]
    last = _divided(slots, expected, before)
    last[:, : len(known)] = _sold_by_slot(slots, sold, known, window, key_customers, most_key)
    keys = slots.select("customer", "line", "new").to_numpy().astype(np.int64)
    return Slots(slots["leaf"].to_numpy().astype(np.int64), keys, last, baseline)


def _since(sold: pl.DataFrame, until: date) -> pl.DataFrame:
    return sold.filter(pl.col("day") >= months_from(until.replace(year=until.year - 1))[1])


def _slotted(
    part: pl.DataFrame, sold: pl.DataFrame, start: date, window: Window, key_customers: frozenset[int], most: int
) -> pl.DataFrame:
    """Sales of a stretch with the slot each belongs to: `customer` (0: not by name), `line`, `new`."""
    named = _named(_since(sold, window.sold_until), key_customers, most)
    back = months_from(start.replace(day=1))[0]
    earlier = sold.filter((pl.col("day") < back) & (pl.col("day") >= _months_before(back, window.lookback)))
    known = earlier.select("customer").unique().with_columns(known=True)
    rows = part.join(named, on=[*PAIR, "customer"], how="left").join(known, on="customer", how="left")
    by_name = pl.col("by_name").fill_null(value=False)
    new = (~by_name & ~pl.col("known").fill_null(value=False)).cast(pl.Int64)
    customer = pl.when(by_name).then("customer").otherwise(0)
    return rows.with_columns(new=new, customer=customer).drop("by_name", "known")


def _months_before(day: date, count: int) -> date:
    place = day.year * 12 + day.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def _named(year: pl.DataFrame, key_customers: frozenset[int], most: int) -> pl.DataFrame:
    """Key customers planned by name with each salesperson: the largest, so many at most, none that hardly shows."""
    sums = year.group_by([*PAIR, "customer"]).agg(pl.col("amount").sum())
    sums = sums.with_columns(whole=pl.col("amount").sum().over(PAIR))
    large = sums.filter(
        pl.col("customer").is_in(list(key_customers)) & (pl.col("amount") >= LEAST_SHARE * pl.col("whole"))
        & (pl.col("amount") > 0)
    )  # fmt: skip
    ranked = large.sort(["amount", "customer"], descending=[True, False])
    return ranked.group_by(PAIR, maintain_order=True).head(most).select(*PAIR, "customer", by_name=True)


def _all_slots(
    leaves: Sequence[Leaf], expected: pl.DataFrame, year: pl.DataFrame, last_year: pl.DataFrame
) -> pl.DataFrame:
    """Every slot of every leaf, in order: key customers by their lines, then the others and the new by all lines."""
    schema = {"leaf": pl.Int64, "unit": pl.Int64, "rep": pl.Int64}
    numbered = pl.DataFrame([(at, one.unit, one.rep) for at, one in enumerate(leaves)], schema=schema, orient="row")
    some = [table.filter(pl.col("amount") != 0).select(*PAIR, "line") for table in (expected, year, last_year)]
    lines = pl.concat(some).unique()
    everything = lines.select("line").unique()
    bare = numbered.join(lines, on=PAIR, how="anti").join(everything, how="cross")
    of_leaf = pl.concat([numbered.join(lines, on=PAIR, how="inner"), bare.select(*numbered.columns, "line")])
    kinds = pl.DataFrame({"new": [0, 1]}, schema={"new": pl.Int64})
    rest = of_leaf.join(kinds, how="cross").with_columns(customer=pl.lit(0, pl.Int64))
    by_name = year.filter(pl.col("customer") > 0).select(*PAIR, "customer", "line", "new").unique()
    named = numbered.join(by_name, on=PAIR, how="inner")
    columns = [*numbered.columns, "customer", "line", "new"]
    both = pl.concat([named.select(columns), rest.select(columns)])
    return both.sort("leaf", pl.col("customer") == 0, "new", "customer", "line")


def _divided(slots: pl.DataFrame, expected: pl.DataFrame, months: Sequence[date]) -> Ints:
    """What is expected of each salesperson and line, divided over its slots; whole, and adding up exactly."""
    wide = {}
    inside = expected.filter(pl.col("day").is_in(list(months)))
    for (unit, rep, line), part in inside.group_by([*PAIR, "line"]):
        amounts = np.zeros(MONTHS, np.int64)
        np.add.at(amounts, [months.index(day) for day in part["day"]], part["amount"].to_numpy())
        wide[unit, rep, line] = amounts
    out = np.zeros((len(slots), MONTHS), np.int64)
    places = slots.with_row_index("place").group_by([*PAIR, "line"], maintain_order=True)
    for (unit, rep, line), part in places:
        if (unit, rep, line) in wide:
            out[part["place"].to_numpy()] = share_rows(wide[unit, rep, line], _weights(part)).T
    return out


def _weights(part: pl.DataFrame) -> list[int]:
    """Weights as whole numbers; where nothing was sold, everything is expected of the customers one has."""
    weight = part["weight"].to_numpy()
    if weight.sum() <= 0:
        weight = ((part["customer"] == 0) & (part["new"] == 0)).to_numpy().astype(float)
    return [round(WEIGHT * one / weight.sum()) for one in weight]


def _sold_by_slot(
    slots: pl.DataFrame, sold: pl.DataFrame, months: Sequence[date], window: Window, keys: frozenset[int], most: int
) -> Ints:
    """What was sold in months that are over, by slot; what fits no slot counts for the other customers of its line."""
    out = np.zeros((len(slots), len(months)), np.int64)
    if not months:
        return out
    inside = sold.filter(pl.col("day").dt.truncate("1mo").is_in(list(months)))
    rows = _slotted(inside, sold, months[0], window, keys, most)
    rows = rows.with_columns(month=pl.col("day").dt.truncate("1mo"))
    sums = rows.group_by([*PAIR, "customer", "line", "new", "month"]).agg(pl.col("amount").sum())
    places = {tuple(row): at for at, row in enumerate(slots.select(*PAIR, "customer", "line", "new").iter_rows())}
    for unit, rep, customer, line, new, month, amount in sums.iter_rows():
        at = places.get((unit, rep, customer, line, new), places.get((unit, rep, 0, line, 0)))
        if at is not None:
            out[at, months.index(month)] += round(amount)
    return out
