"""The lost: what each would be worth again, which offer brings him back, and whether it pays to try."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.market.rates import shrunk, wilson
from salesyear.engine.market.tables import floats, need
from salesyear.engine.market.value import CustomerValues


@dataclass(frozen=True)
class WinBackParams:
    """usual: chance that an offer brings somebody back while nothing has been tried (policy: 30 %). strength: how many
    tries that counts for. window: days within which a purchase counts as coming back. margin: earned on a sale.
    """

    usual: float = 0.30
    strength: float = 20.0
    window: int = 180
    margin: float = 1.0


def win_back_rates(outcomes: pl.DataFrame, *, by: tuple[str, ...] = ("offer",)) -> pl.DataFrame:
    """Win-back rate: `tried`, `back`, `rate`, `low`, `high` per group, sum ÷ sum (plan: at least 30 %).

    outcomes: one row per customer targeted; `back` (true when he bought again within the window) and the columns of
    `by`, such as `offer` and `reason`.
    """
    need(outcomes, "back", *by)
    counts = outcomes.group_by(*by).agg(tried=pl.len().cast(pl.Int64), back=pl.col("back").cast(pl.Int64).sum())
    return counts.with_columns(wilson("back", "tried")).sort(*by)


def win_back_list(
    values: CustomerValues, offers: pl.DataFrame, outcomes: pl.DataFrame, params: WinBackParams | None = None
) -> pl.DataFrame:
    """One row per lost customer with his best offer, most gain first.

    values: of `customer_values`. offers: `offer`, `cost` of making it. outcomes: `offer`, `back` of earlier tries (may
    be empty). `alone`: chance that he comes back in the window without any offer (by the model of purchases);
    `chance`: with the offer, of earlier tries, pulled towards the usual one; `value_if_back`: his expected sales over
    the horizon if he is there; `gain` = (chance - alone, not below 0) × value × margin - cost. `worth_it` says whether
    the best offer gains.
    """
    params = params or WinBackParams()
    need(offers, "offer", "cost")
    lost = values.table.filter("churned").select(
        "customer", "silent", "alive", "repeats", "recency", "age", "value_if_back"
    )
    lost = lost.with_columns(alone=pl.Series(_alone(lost, values, params.window), dtype=pl.Float64))
    gain = (pl.col("chance") - pl.col("alone")).clip(lower_bound=0.0) * pl.col("value_if_back") * params.margin
    return (
        lost.join(_chances(offers, outcomes, params), how="cross")
        .with_columns(gain=gain - pl.col("cost"))
        .sort("customer", "gain", "offer", descending=[False, True, False])
        .unique("customer", keep="first", maintain_order=True)
        .with_columns(worth_it=pl.col("gain") > 0)
        .sort("gain", "customer", descending=[True, False])
        .select("customer", "silent", "alone", "offer", "cost", "chance", "value_if_back", "gain", "worth_it")
    )


def _alone(lost: pl.DataFrame, values: CustomerValues, window: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Chance of a purchase in the window without any offer: still there, and not silent for that long again."""
    repeats, recency, age = (floats(lost, name) for name in ("repeats", "recency", "age"))
    silence = values.purchases.silence(repeats, recency, age, window)
    return np.asarray(floats(lost, "alive") * (1.0 - silence))


def _chances(offers: pl.DataFrame, outcomes: pl.DataFrame, params: WinBackParams) -> pl.DataFrame:
    """`offer`, `cost`, `chance`."""
    seen = win_back_rates(outcomes).select("offer", "tried", "back")
    chance = shrunk(pl.col("back"), pl.col("tried"), pl.lit(params.usual), params.strength)
    return (
        offers.join(seen, on="offer", how="left")
        .with_columns(pl.col("tried", "back").fill_null(0))
        .select("offer", "cost", chance=chance)
    )
