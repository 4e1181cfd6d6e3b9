"""Who has fallen silent by his own rhythm, what everybody is worth next year, and the lost if they were won back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.market.repeat import (
    DAYS_A_WEEK,
    WEEKS_A_YEAR,
    BuyingParams,
    SpendParams,
    chance_alive,
    expected_amount,
    expected_purchases,
    fit_buying,
    fit_spend,
)
from salesyear.engine.messages import noop

SILENT = noop(
    "Buys about every %(gap)s days, silent for %(silence)s: the chance of that while still buying is %(chance)s."
)
ON_RHYTHM = noop("Buys about every %(gap)s days, last bought %(silence)s days ago: within the usual rhythm.")
FIXED = noop("No purchase for %(silence)s days; the policy counts %(limit)s days as lost.")
ONCE = noop("Bought once, %(silence)s days ago: customers like this come back with a chance of %(chance)s.")


@dataclass(frozen=True)
class ChurnPolicy:
    """silence: chance under which a silence counts as lost. fixed_days: a fixed limit instead, where the firm has one.

    weeks: how far "next year" reaches. win_back_share: share of the lost that an approach wins back (policy: 30 %).
    """

    silence: float = 0.05
    fixed_days: int | None = None
    weeks: float = WEEKS_A_YEAR
    win_back_share: float = 0.30


@dataclass(frozen=True)
class Customers:
    """One row per customer, and the fitted laws.

    table: `customer`, `gap_days` (own expected gap), `silence_days`, `silence_chance`, `lost`, `alive` (chance that he
    still buys), `purchases`, `amount`, `value` (expected of the next year), `once_value` (what a customer of his
    kind brings in a year while he buys), `win_back` (value of approaching him; 0 unless lost), `reason`, `values`.
    """

    table: pl.DataFrame
    buying: BuyingParams
    spend: SpendParams


def value_customers(histories: pl.DataFrame, policy: ChurnPolicy) -> Customers:
    """Judge each customer of `purchase_histories`. Raises NobodyCameBack when there is no rhythm to learn.

    The chance of a silence is that of a gamma-mixed Poisson buyer with his own past: ((alpha + recency) / (alpha +
    age))^(r + repeats). The value of winning back is `win_back_share` × what he would bring in a year if he bought
    again at his old pace.
    """
    buying, spend = fit_buying(histories), fit_spend(histories)
    amount = expected_amount(spend, histories)
    often = expected_purchases(buying, histories, policy.weeks)
    rate = (buying.r + pl.col("repeats")) / (buying.alpha + pl.col("recency"))
    silence = ((buying.alpha + pl.col("recency")) / (buying.alpha + pl.col("age"))) ** (buying.r + pl.col("repeats"))
    quiet = (pl.col("age") - pl.col("recency")) * DAYS_A_WEEK
    known = histories.select(
        "customer",
        "repeats",
        gap_days=DAYS_A_WEEK / rate,
        silence_days=quiet.round(0).cast(pl.Int64),
        silence_chance=silence,
        alive=pl.Series(chance_alive(buying, histories)),
        purchases=pl.Series(often),
        amount=pl.Series(amount),
        once_value=rate * policy.weeks * pl.Series(amount),
    ).with_columns(value=pl.col("purchases") * pl.col("amount"), lost=_lost(policy))
    table = known.with_columns(
        win_back=pl.when("lost").then(policy.win_back_share * pl.col("once_value")).otherwise(0.0)
    )
    return Customers(_explained(table, policy), buying, spend)


def _lost(policy: ChurnPolicy) -> pl.Expr:
    if policy.fixed_days is not None:
        return pl.col("silence_days") > policy.fixed_days
    return pl.col("silence_chance") < policy.silence


def _explained(table: pl.DataFrame, policy: ChurnPolicy) -> pl.DataFrame:
    """Add `reason`, a sentence with places, and `values`, what goes into them."""
    if policy.fixed_days is not None:
        reason = pl.when("lost").then(pl.lit(FIXED)).otherwise(pl.lit(ON_RHYTHM))
    else:
        reason = pl.when("lost").then(pl.lit(SILENT)).otherwise(pl.lit(ON_RHYTHM))
    reason = pl.when((pl.col("repeats") == 0) & ~pl.col("lost")).then(pl.lit(ONCE)).otherwise(reason)
    values = pl.struct(
        gap=pl.col("gap_days").round(0).cast(pl.Int64),
        silence="silence_days",
        chance=pl.col("silence_chance").round(3),
        limit=pl.lit(policy.fixed_days, dtype=pl.Int64),
    )
    return table.with_columns(reason=reason, values=values).drop("repeats")


def repurchase_rate(purchases: pl.DataFrame) -> float | None:
    """Customers with two purchase days or more ÷ customers with one or more, in the period given; None without any."""
    days = purchases.group_by("customer").agg(days=pl.col("date").n_unique())
    return int((days["days"] >= 2).sum()) / days.height if days.height else None


@dataclass(frozen=True)
class Inflow:
    """expected: `month`, `customers`, `sales` of the plan year's new customers. curve: `age`, mean sales a new customer
    brings in each month of his first year. cohorts: `cohort`, `customers`, `sales` of the first twelve months so far.
    share: their part of `total`.
    """

    expected: pl.DataFrame
    curve: pl.DataFrame
    cohorts: pl.DataFrame
    share: float | None


def new_customer_inflow(purchases: pl.DataFrame, months: pl.Series, total: float, lookback: int = 24) -> Inflow:
    """What customers still to be won will bring in the plan year.

    purchases: `customer`, `date`, `amount`, closed months only. months: the plan year's first days, following them.
    total: the plan year's baseline with them, for the share. lookback: months at the start of the data whose "new"
    customers may be old ones; they are left out, as far as a year of cohorts remains. New customers are expected as
    many as in the same month of the last years on average, and each to spend along the mean curve of those before.
    """
    starts = _with_age(purchases)
    span = _months_between(starts["month"].min(), starts["month"].max()) + 1
    skip = max(0, min(lookback, span - 12))
    first_month = pl.Series([starts["month"].min()]).dt.offset_by(f"{skip}mo").item()
    fresh = starts.filter(pl.col("cohort") >= first_month)
    cohorts = (
        fresh.filter(pl.col("age") < 12)
        .group_by("cohort")
        .agg(customers=pl.col("customer").n_unique(), sales=pl.col("amount").sum())
    )
    curve = _curve(fresh, cohorts, starts["month"].max())
    arrivals = _arrivals(cohorts, first_month, starts["month"].max(), months)
    sales = np.convolve(arrivals["customers"].to_numpy(), curve["sales"].to_numpy())[: len(months)]
    expected = arrivals.with_columns(sales=pl.Series(sales))
    return Inflow(expected, curve, cohorts.sort("cohort"), float(sales.sum()) / total if total > 0 else None)


def _with_age(purchases: pl.DataFrame) -> pl.DataFrame:
    month = pl.col("date").cast(pl.Date).dt.truncate("1mo")
    rows = purchases.select("customer", pl.col("amount").cast(pl.Float64), month=month).with_columns(
        cohort=pl.col("month").min().over("customer")
    )
    return rows.with_columns(age=_month_number("month") - _month_number("cohort"))


def _month_number(name: str) -> pl.Expr:
    return pl.col(name).dt.year() * 12 + pl.col(name).dt.month().cast(pl.Int32)


def _months_between(first: object, last: object) -> int:
    rows = pl.DataFrame({"first": [first], "last": [last]})
    return int(rows.select(_month_number("last") - _month_number("first")).item())


def _curve(fresh: pl.DataFrame, cohorts: pl.DataFrame, last: object) -> pl.DataFrame:
    """Mean sales of a new customer at each age, over the cohorts old enough to have reached it."""
    rows = []
    for age in range(12):
        old = cohorts.filter(_months_to(last) >= age)
        spent = fresh.filter((pl.col("age") == age) & pl.col("cohort").is_in(old["cohort"].implode()))
        heads = int(old["customers"].sum())
        rows.append({"age": age, "sales": float(spent["amount"].sum()) / heads if heads else 0.0})
    return pl.DataFrame(rows)


def _months_to(last: object) -> pl.Expr:
    end = pl.lit(last, dtype=pl.Date)
    return end.dt.year() * 12 + end.dt.month().cast(pl.Int32) - _month_number("cohort")


def _arrivals(cohorts: pl.DataFrame, first: object, last: object, months: pl.Series) -> pl.DataFrame:
    """New customers of each plan month: the mean of the same month of the years seen, or of all months."""
    every = pl.DataFrame({"cohort": pl.date_range(pl.lit(first), pl.lit(last), "1mo", eager=True)})
    counts = every.join(cohorts.select("cohort", "customers"), on="cohort", how="left").fill_null(0)
    usual = counts.group_by(season=pl.col("cohort").dt.month()).agg(customers=pl.col("customers").mean())
    plan = pl.DataFrame({"month": months}).with_columns(season=pl.col("month").dt.month())
    overall = float(counts["customers"].mean())  # type: ignore[arg-type]  # a mean of counts is a float
    return plan.join(usual, on="season", how="left", maintain_order="left").select(
        "month", pl.col("customers").fill_null(overall)
    )
