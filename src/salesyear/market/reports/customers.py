"""Every customer's value, rhythm, grade and next product line: reads the sales, has the engine compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.sales import frames
from salesyear.sales.money import rates_of

if TYPE_CHECKING:
    import polars as pl

    from salesyear.engine.market.value import CustomerValues

YEAR = 365
Told = Callable[[str, float], None]


class NoCustomers(ValueError):
    """There are no purchases to learn from; the text says what is missing and how to mend it."""


@dataclass(frozen=True)
class GradeWeights:
    """What counts for a grade, each with its weight; top and middle are the shares graded A and B, in per cent.

    value: expected sales of the next year. alive: chance that the customer still buys. often: purchase days of the
    last year. breadth: product lines bought.
    """

    value: float = 50.0
    alive: float = 20.0
    often: float = 15.0
    breadth: float = 15.0
    top: float = 20.0
    middle: float = 30.0


@dataclass(frozen=True)
class Scores:
    """One row per customer who ever bought, with the columns of `market.Score`; amounts rounded to minor units."""

    weights: GradeWeights
    as_of: date
    currency: str
    rows: list[dict[str, Any]]
    record: dict[str, Any]


def customer_scores(scope: Scope, weights: GradeWeights, today: date, told: Told) -> Scores:
    """Score every customer as of the end of the last closed month with sales.

    Raises NoCustomers, NoRate, and the engine's own refusals (too few customers who bought twice; no weight).
    """
    import polars as pl

    from salesyear.engine.market.value import customer_values

    told(noop("Reading the sales"), 0.0)
    sold = frames.sold(scope).filter(pl.col("day") < today.replace(day=1))
    if sold.is_empty():
        raise NoCustomers(_("There is no sale in a month that has ended: import order lines first."))
    as_of = month_end(sold)
    told(noop("Learning how customers buy"), 0.3)
    values = customer_values(sold.select("customer", "amount", date="day"), as_of)
    told(noop("Looking for what each may buy next"), 0.5)
    offers = _next_lines(sold, as_of)
    told(noop("Grading"), 0.8)
    rows = values.table.join(_last_year(sold, as_of), on="customer", how="left").join(offers, on="customer", how="left")
    graded = _graded(rows.with_columns(pl.col("year", "often", "lines").fill_null(0)), weights)
    told(noop("Keeping the result"), 0.9)
    return Scores(
        weights,
        as_of,
        rates_of(scope).base,
        [_row(row) for row in graded.iter_rows(named=True)],
        {"weights": asdict(weights), **_models(values)},
    )


def month_end(sold: pl.DataFrame) -> date:
    """Return the last day of the month of the last sale."""
    last: date = max(sold["day"])
    return (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _next_lines(sold: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The product line each customer is most worth being offered: `customer`, `next_line`, `chance`, `worth`."""
    import polars as pl

    from salesyear.engine.market.nextbuy import NextBuyParams, next_categories

    named = sold.filter((pl.col("line") != frames.NONE) & (pl.col("amount") > 0))
    if named["line"].n_unique() < 2:
        return pl.DataFrame(
            schema={"customer": pl.Int64, "next_line": pl.Int64, "chance": pl.Float64, "worth": pl.Float64}
        )
    asked = named.select("customer", "amount", date="day", category=pl.col("line").cast(pl.String))
    best = next_categories(asked, as_of, NextBuyParams(days=YEAR)).unique("customer", keep="first", maintain_order=True)
    return best.select("customer", "chance", next_line=pl.col("category").cast(pl.Int64), worth="expected")


def _last_year(sold: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What each bought in the last twelve months: `customer`, `year` (amount), `often` (days), `lines`."""
    import polars as pl

    recent = sold.filter(pl.col("day") > as_of - timedelta(days=YEAR))
    bought = pl.col("amount") > 0
    return recent.group_by("customer").agg(
        year=pl.col("amount").sum(),
        often=pl.col("day").filter(bought).n_unique().cast(pl.Float64),
        lines=pl.col("line").filter(bought).n_unique().cast(pl.Float64),
    )


def _graded(rows: pl.DataFrame, weights: GradeWeights) -> pl.DataFrame:
    """Grade by weights; each criterion earns all of its weight at what the best tenth of the customers reach."""
    from salesyear.engine.market.grades import Criterion, GradePolicy, grade_by_weights

    columns = {"expected_value": weights.value, "often": weights.often, "lines": weights.breadth}
    criteria = [Criterion(name, weight, 0.0, _ninth(rows, name)) for name, weight in columns.items()]
    criteria.append(Criterion("alive", weights.alive))
    policy = GradePolicy(top=weights.top / 100, middle=weights.middle / 100)
    return grade_by_weights(rows, tuple(criteria), policy)


def _ninth(rows: pl.DataFrame, column: str) -> float:
    found = rows[column].quantile(0.9)
    return float(found) if found and found > 0 else 1.0


def _models(values: CustomerValues) -> dict[str, Any]:
    return {"purchases": _numbers(values.purchases), "spend": _numbers(values.spend), "rhythm": _numbers(values.rhythm)}


def _numbers(model: Any) -> dict[str, float]:  # noqa: ANN401 - any of the three fitted models
    return {name: round(float(value), 6) for name, value in asdict(model).items()}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    chance = row["chance"]
    return {
        "customer_id": row["customer"],
        "grade": row["grade"],
        "points": round(row["score"] * 10_000),
        "reasons": row["reasons"],
        "last_on": row["last"],
        "silent": row["silent"],
        "usual_gap": _days(row["usual_gap"]),
        "longest_gap": _days(row["longest_gap"]),
        "churned": row["churned"],
        "alive": round(row["alive"] * 1_000_000),
        "bought": round(row["year"]),
        "expected": round(row["expected_value"]),
        "if_back": round(row["value_if_back"]),
        "lines": round(row["lines"]),
        "next_line_id": row["next_line"],
        "next_chance": None if chance is None else round(chance * 1_000_000),
        "next_expected": None if chance is None else round(row["worth"] or 0),
    }


def _days(gap: float) -> int:
    return min(round(gap), 99_999)
