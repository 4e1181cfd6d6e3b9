"""Customers who come back, by a planted law and by cases one can follow by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from salesyear.engine.market.churn import ChurnPolicy, new_customer_inflow, repurchase_rate, value_customers
from salesyear.engine.market.repeat import (
    BuyingParams,
    NobodyCameBack,
    SpendParams,
    chance_alive,
    expected_amount,
    expected_purchases,
    fit_buying,
    fit_spend,
    purchase_histories,
)

pytestmark = pytest.mark.once

PUBLISHED = BuyingParams(0.243, 4.414, 0.793, 2.426, -9582.4)


def history(repeats: float, recency: float, age: float, amount: float = 0.0) -> pl.DataFrame:
    return pl.DataFrame(
        {"customer": ["c"], "repeats": [repeats], "recency": [recency], "age": [age], "mean_amount": [amount]}
    )


def planted(count: int = 1500, seed: int = 4) -> pl.DataFrame:
    """Purchases of a year drawn from the model's own law: r 0.8, alpha 6 weeks, a 0.9, b 3; amounts gamma."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(count):
        day, rate, quits = float(rng.uniform(0, 20)), rng.gamma(0.8, 1 / 6.0), rng.beta(0.9, 3.0)
        size = rng.gamma(4, 25)
        while day < 52:
            rows.append(
                (customer, date(2025, 1, 1) + timedelta(days=round(day * 7)), float(size * rng.uniform(0.7, 1.3)))
            )
            if rng.uniform() < quits and len(rows) > 1 and rows[-1][0] == rows[-2][0]:
                break
            day += rng.exponential(1 / rate)
    return pl.DataFrame(rows, schema=["customer", "date", "amount"], orient="row")


def test_two_purchases_a_day_are_one_occasion() -> None:
    purchases = pl.DataFrame(
        {
            "customer": ["Li", "Li", "Li", "Wu"],
            "date": [date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 15), date(2026, 1, 8)],
            "amount": [100, 30, 20, 70],
        }
    )
    rows = purchase_histories(purchases, date(2026, 1, 29))
    assert rows.select("customer", "repeats", "recency", "age", "mean_amount").rows() == [
        ("Li", 1.0, 2.0, 4.0, 50.0),
        ("Wu", 0.0, 0.0, 3.0, 0.0),
    ]


def test_the_paper_s_example_customer() -> None:
    """x = 2, t_x = 30.43, T = 38.86, the published CDNOW fit: 1.226 purchases in 39 weeks (the 2005 paper)."""
    one = history(2, 30.43, 38.86)
    assert expected_purchases(PUBLISHED, one, 39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_who_never_came_back_cannot_have_left_in_this_model() -> None:
    assert chance_alive(PUBLISHED, history(0, 0, 30))[0] == 1.0


def test_a_long_silence_lowers_the_chance_to_be_alive_and_the_purchases_to_come() -> None:
    fresh, silent = history(10, 38, 39), history(10, 10, 39)
    assert chance_alive(PUBLISHED, fresh)[0] > 0.85
    assert chance_alive(PUBLISHED, silent)[0] < 0.1
    assert expected_purchases(PUBLISHED, silent, 39)[0] < 0.1 * expected_purchases(PUBLISHED, fresh, 39)[0]


def test_a_customer_s_amount_is_drawn_to_everybody_s() -> None:
    """Published gamma-gamma fit: everybody's mean is p × gamma ÷ (q - 1) = 35.2; one purchase of 100 moves part way."""
    spend = SpendParams(6.25, 3.74, 15.44, 0.0)
    assert expected_amount(spend, history(0, 0, 9))[0] == pytest.approx(35.2, abs=0.05)
    assert 35.2 < expected_amount(spend, history(1, 3, 9, 100.0))[0] < 100
    assert expected_amount(spend, history(50, 8, 9, 100.0))[0] == pytest.approx(100, rel=0.03)


def test_a_planted_law_is_found_again() -> None:
    histories = purchase_histories(planted(), date(2025, 12, 31))
    fitted = fit_buying(histories)
    assert fitted.r / fitted.alpha == pytest.approx(0.8 / 6, rel=0.3)
    spend = fit_spend(histories)
    assert spend.p * spend.gamma / (spend.q - 1) == pytest.approx(100, rel=0.1)


def test_too_few_repeaters_is_said() -> None:
    with pytest.raises(NobodyCameBack, match="Only 1 customers"):
        fit_buying(history(1, 2, 4))


def test_every_customer_gets_a_value_and_the_silent_a_reason() -> None:
    customers = value_customers(purchase_histories(planted(), date(2025, 12, 31)), ChurnPolicy())
    table = customers.table
    lost, kept = table.filter("lost"), table.filter(~pl.col("lost"))
    assert 0 < lost.height < table.height
    assert lost["alive"].mean() < kept["alive"].mean()  # type: ignore[operator]  # means of floats
    assert (lost["win_back"] > 0).all()
    assert (kept["win_back"] == 0).all()
    assert table["value"].min() >= 0  # type: ignore[operator]  # a float column
    silent = lost.row(0, named=True)
    sentence = silent["reason"] % silent["values"]
    assert "silent for" in sentence
    assert str(silent["silence_days"]) in sentence


def test_the_policy_s_fixed_days_go_before_the_model() -> None:
    customers = value_customers(purchase_histories(planted(300), date(2025, 12, 31)), ChurnPolicy(fixed_days=90))
    assert (customers.table["lost"] == (customers.table["silence_days"] > 90)).all()


def test_repurchase_rate_counts_days_not_lines() -> None:
    purchases = pl.DataFrame({"customer": [1, 1, 2, 2, 3], "date": [1, 1, 1, 2, 5]})
    assert repurchase_rate(purchases) == pytest.approx(1 / 3)
    assert repurchase_rate(purchases.clear()) is None


def test_new_customers_bring_their_curve() -> None:
    """Two new customers every month, each 100 in the month he comes and 50 in the next: a plan year brings 24 of them.

    Their sales: 12 × 200 of first months, 11 × 100 of second months inside the year.
    """
    rows = []
    for month in range(48):
        for one in range(2):
            rows += [(f"{month}-{one}", month, 100.0), (f"{month}-{one}", month + 1, 50.0)]
    start = pl.Series([date(2022, 1, 1)])
    dated = [
        {"customer": who, "date": start.dt.offset_by(f"{month}mo").item(), "amount": amount}
        for who, month, amount in rows
        if month < 48
    ]
    months = pl.Series([date(2026, month, 1) for month in range(1, 13)])
    inflow = new_customer_inflow(pl.DataFrame(dated), months, total=10_000.0)
    assert inflow.expected["customers"].to_list() == [2.0] * 12
    assert inflow.curve["sales"].to_list()[:3] == [100.0, 50.0, 0.0]
    assert inflow.expected["sales"].sum() == pytest.approx(12 * 200 + 11 * 100)
    assert inflow.share == pytest.approx(0.35)
