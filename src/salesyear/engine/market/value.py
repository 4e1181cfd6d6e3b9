"""What every customer is expected to bring next year, and who has gone quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from salesyear.engine.market.bgnbd import BgNbd
from salesyear.engine.market.histories import LEAST_AMOUNT, purchase_gaps, purchase_histories
from salesyear.engine.market.regular import Regular, fit_buying
from salesyear.engine.market.rhythm import Rhythm, fit_rhythm
from salesyear.engine.market.spend import GammaGamma, fit_gamma_gamma
from salesyear.engine.market.tables import Sentence, floats
from salesyear.engine.messages import noop


@dataclass(frozen=True)
class ValueParams:
    """horizon: days ahead. sure: a silence longer than this share of the customer's own gaps is a loss.
    fixed_days: the policy's own limit in days instead of the rhythm. least: smallest amount of a purchase day.
    """

    horizon: int = 365
    sure: float = 0.95
    fixed_days: int | None = None
    least: float = LEAST_AMOUNT


@dataclass(frozen=True)
class CustomerValues:
    """One row per customer, and the three models the figures come from (fitted in days).

    table: `customer`, `first`, `last`, `repeats`, `recency`, `age`, `bought`, `repeat_spend`, `silent` (days since the
    last purchase), `alive` (chance), `expected_purchases`, `expected_spend` (per purchase), `expected_value` (over the
    horizon), `value_if_back` (the same if he is known to be still there), `usual_gap` (half of his gaps are shorter),
    `longest_gap` (the limit) and `churned`.
    """

    table: pl.DataFrame
    purchases: BgNbd | Regular
    spend: GammaGamma
    rhythm: Rhythm


def customer_values(purchases: pl.DataFrame, as_of: date, params: ValueParams | None = None) -> CustomerValues:
    """Expected next-year value, purchase gap and churn of each customer.

    purchases: `customer`, `date`, `amount`; all of the history, later rows than `as_of` are not looked at. Raises
    TooFewHistories. Value = expected purchases (BG/NBD, or BG/CNBD-k where they buy regularly) × expected spend per
    purchase (gamma-gamma).
    """
    params = params or ValueParams()
    table = purchase_histories(purchases, as_of, least=params.least)
    repeats, recency, age = (floats(table, name) for name in ("repeats", "recency", "age"))
    model = fit_buying(repeats, recency, age, floats(table, "log_gaps"))
    spend = fit_gamma_gamma(repeats, floats(table, "repeat_spend"))
    rhythm = fit_rhythm(purchase_gaps(purchases, as_of, least=params.least))
    silent = age - recency
    longest = rhythm.gap(repeats, recency, params.sure)
    limit = longest if params.fixed_days is None else np.full(len(silent), float(params.fixed_days))
    per_purchase = spend.expected(repeats, floats(table, "repeat_spend"))
    bought = model.purchases(repeats, recency, age, params.horizon)
    return CustomerValues(
        table.with_columns(
            silent=pl.Series(silent.astype(np.int64)),
            alive=pl.Series(model.alive(repeats, recency, age)),
            expected_purchases=pl.Series(bought),
            expected_spend=pl.Series(per_purchase),
            expected_value=pl.Series(bought * per_purchase),
            value_if_back=pl.Series(model.purchases_if_alive(repeats, recency, age, params.horizon) * per_purchase),
            usual_gap=pl.Series(rhythm.gap(repeats, recency, 0.5)),
            longest_gap=pl.Series(limit),
            churned=pl.Series(silent > limit),
        ),
        model,
        spend,
        rhythm,
    )


def why_churned(row: Mapping[str, Any], params: ValueParams) -> Sentence:
    """Why a row of the values is, or is not, marked as churned."""
    values = {"silent": row["silent"], "limit": round(row["longest_gap"]), "sure": round(100 * params.sure)}
    if params.fixed_days is not None:
        return Sentence(noop("No purchase for %(silent)s days; the policy's limit is %(limit)s days."), values)
    text = noop(
        "No purchase for %(silent)s days; %(sure)s %% of this customer's gaps are expected to be within %(limit)s days."
    )
    return Sentence(text, values)
