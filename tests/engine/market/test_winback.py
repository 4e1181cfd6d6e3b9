"""Which of the lost to go after, with what, and how it went."""

from __future__ import annotations

import polars as pl
import pytest

import cdnow
from salesyear.engine.market.value import CustomerValues, customer_values
from salesyear.engine.market.winback import WinBackParams, win_back_list, win_back_rates

pytestmark = pytest.mark.once

OUTCOMES = pl.DataFrame(
    {"offer": ["price"] * 10 + ["service"] * 10, "back": [True] * 6 + [False] * 4 + [True] * 1 + [False] * 9}
)
OFFERS = pl.DataFrame({"offer": ["price", "service", "visit"], "cost": [10.0, 1.0, 500.0]})


@pytest.fixture(scope="module")
def values() -> CustomerValues:
    return customer_values(cdnow.purchases(), cdnow.CALIBRATION_END)


def test_rates_are_sums_with_their_doubt() -> None:
    rates = win_back_rates(OUTCOMES)
    assert rates.select("offer", "tried", "back", "rate").rows() == [("price", 10, 6, 0.6), ("service", 10, 1, 0.1)]
    assert all(low < rate < high for low, rate, high in rates.select("low", "rate", "high").iter_rows())


def test_every_lost_customer_gets_his_best_offer(values: CustomerValues) -> None:
    found = win_back_list(values, OFFERS, OUTCOMES)
    assert sorted(found["customer"]) == sorted(values.table.filter("churned")["customer"])
    assert found["gain"].is_sorted(descending=True)
    # Tries 6 of 10 count with 20 at the usual 30 %: (6 + 6) / 30 = 40 %; 1 of 10: 7 / 30; a visit never tried: 30 %.
    chances = dict(found.select("offer", "chance").unique().iter_rows())
    assert chances["price"] == pytest.approx(0.4)
    assert chances["service"] == pytest.approx(7 / 30)
    assert "visit" not in chances


def test_the_gain_is_what_the_offer_adds_less_its_cost(values: CustomerValues) -> None:
    for row in win_back_list(values, OFFERS, OUTCOMES, WinBackParams(margin=0.5)).head(20).iter_rows(named=True):
        added = max(row["chance"] - row["alone"], 0.0) * row["value_if_back"] * 0.5
        assert row["gain"] == pytest.approx(added - row["cost"])
        assert row["worth_it"] == (row["gain"] > 0)


def test_a_customer_who_comes_back_anyway_is_not_worth_an_offer(values: CustomerValues) -> None:
    sure = win_back_list(values, OFFERS, OUTCOMES, WinBackParams(usual=0.0, strength=1e9))
    assert not sure["worth_it"].any()


def test_no_tries_yet_means_the_policy_s_rate(values: CustomerValues) -> None:
    found = win_back_list(values, OFFERS.head(1), OUTCOMES.clear(), WinBackParams(usual=0.25))
    assert found["chance"].unique().to_list() == [0.25]
