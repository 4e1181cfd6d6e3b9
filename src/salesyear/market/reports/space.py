"""White space by segment, district and product line, and coverage by city tier."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope
from salesyear.market import frames
from salesyear.sales.frames import NONE

if TYPE_CHECKING:
    import polars as pl

Rows = list[dict[str, Any]]


def white_spaces(
    scope: Scope, closed: pl.DataFrame, units: pl.DataFrame, as_of: date, *, best: float, reach: float
) -> tuple[Rows, str]:
    """Every segment × territory × line of the last twelve months, and the name of the measure that counts the firms.

    A customer who buys in two territories counts in both. Firms are those an indicator with segments counts; without
    one (an empty name) they are the customers we know, so that only customers who do not buy a line are found.
    """
    import polars as pl

    from salesyear.engine.market.whitespace import WhiteSpaceParams, white_space

    named = closed.filter((pl.col("territory") != NONE) & (pl.col("line") != NONE))
    held = named.join(frames.segments(scope), on="customer", how="left").with_columns(
        customer=pl.concat_str("customer", "territory", separator="@"),
        district=pl.col("territory").cast(pl.String),
        category=pl.col("line").cast(pl.String),
    )
    known = held.select("customer", "segment", "district").unique()
    if known.is_empty():
        return [], ""
    firms, universe = _firms(scope, known, units)
    recent = held.filter(pl.col("day") > _year_before(as_of)).select("customer", "category", "amount")
    made = white_space(firms, known, recent, WhiteSpaceParams(best=best, reach=reach))
    return [_space(row) for row in made.iter_rows(named=True)], universe


def _firms(scope: Scope, known: pl.DataFrame, units: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    import polars as pl

    counted = frames.indicators(scope).filter(pl.col("segment") != "")
    placed = counted.join(units.select("unit", "territory"), on="unit").filter(pl.col("territory") != NONE)
    if placed.is_empty():
        return known.group_by("segment", "district").agg(firms=pl.len().cast(pl.Int64)), ""
    measure = placed["measure"].sort()[0]
    newest = placed.filter(pl.col("measure") == measure).filter(pl.col("year") == pl.col("year").max())
    sums = newest.group_by("segment", "territory").agg(firms=pl.col("units").sum().round().cast(pl.Int64))
    return sums.select("segment", "firms", district=pl.col("territory").cast(pl.String)), measure


def _space(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit_id": int(row["district"]),
        "segment": row["segment"],
        "line_id": int(row["category"]),
        "firms": row["firms"],
        "customers": row["customers"],
        "buyers": row["buyers"],
        "gap": round(row["gap"] * frames.MICRO),
        "worth": round(row["worth"]),
        "expected": round(row["expected"]),
    }


def tiers(scope: Scope, closed: pl.DataFrame, as_of: date) -> Rows:
    """Cities and customers of each territory and city tier, the last twelve months beside the twelve before."""
    import polars as pl

    cut, earlier = _year_before(as_of), _year_before(_year_before(as_of))
    placed = closed.filter(pl.col("territory") != NONE).join(frames.order_cities(scope), on="order")
    now = (pl.col("day") > cut) & (pl.col("amount") > 0)
    before = (pl.col("day") > earlier) & (pl.col("day") <= cut) & (pl.col("amount") > 0)
    by = ["territory", "tier"]
    counts = placed.group_by(by).agg(
        cities=pl.col("city").filter(now).n_unique(),
        cities_before=pl.col("city").filter(before).n_unique(),
        customers=pl.col("customer").n_unique(),
        covered=pl.col("customer").filter(now).n_unique(),
        covered_before=pl.col("customer").filter(before).n_unique(),
        sold=pl.col("amount").filter(pl.col("day") > cut).sum().round().cast(pl.Int64),
    )
    return counts.sort(by).rename({"territory": "unit_id"}).to_dicts()


def _year_before(day: date) -> date:
    """The same day a year ago (a 29 February is the 28th)."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
