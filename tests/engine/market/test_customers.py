"""Three customers and their rhythms; who is new; who came back."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

import cdnow
from salesyear.engine.market.bgnbd import TooFewHistories
from salesyear.engine.market.cohorts import (
    InflowParams,
    TooShortHistory,
    expected_inflow,
    new_customer_sales,
    new_customer_share,
    new_customers,
)
from salesyear.engine.market.histories import purchase_gaps, purchase_histories
from salesyear.engine.market.rates import repurchase_rate
from salesyear.engine.market.rhythm import Rhythm, fit_rhythm, regularity
from salesyear.engine.market.tables import MissingColumns
from salesyear.engine.market.value import ValueParams, customer_values, why_churned

pytestmark = pytest.mark.once

SOLD = pl.DataFrame(
    [
        ("bell", date(2024, 1, 10), 100.0),
        ("bell", date(2024, 1, 10), 50.0),
        ("bell", date(2024, 2, 10), 200.0),
        ("bell", date(2024, 2, 20), 300.0),
        ("bell", date(2024, 2, 20), -300.0),
        ("drum", date(2024, 3, 1), 80.0),
        ("drum", date(2024, 9, 1), 40.0),
    ],
    schema=["customer", "date", "amount"],
    orient="row",
)


def test_a_history_counts_days_not_lines_and_a_returned_day_not_at_all() -> None:
    history = purchase_histories(SOLD, date(2024, 3, 10))
    assert history.select("customer", "repeats", "recency", "age", "repeat_spend").rows() == [
        ("bell", 1, 31, 60, 200.0),
        ("drum", 0, 0, 9, None),
    ]


def test_gaps_run_from_purchase_to_purchase() -> None:
    assert purchase_gaps(SOLD, date(2024, 12, 31)).rows() == [
        ("bell", date(2024, 2, 10), 31),
        ("drum", date(2024, 9, 1), 184),
    ]


def test_a_table_without_amounts_is_refused_by_name() -> None:
    with pytest.raises(MissingColumns, match="no column amount"):
        purchase_histories(SOLD.drop("amount"), date(2024, 3, 10))


def test_one_in_two_gaps_is_longer_than_the_usual_gap() -> None:
    # k = 1, rate gamma(1, 30): the next gap is Lomax, of chance (30 / (30 + s)); s = 30 for a half, 570 for 1 in 20.
    rhythm = Rhythm(r=1.0, alpha=30.0, k=1.0)
    nobody = np.zeros(1)
    assert rhythm.gap(nobody, nobody, 0.5)[0] == pytest.approx(30.0)
    assert rhythm.gap(nobody, nobody, 0.95)[0] == pytest.approx(570.0)
    assert rhythm.longer(nobody, nobody, np.array([570.0]))[0] == pytest.approx(0.05)


def test_the_same_silence_is_a_loss_for_a_weekly_buyer_alone() -> None:
    rhythm = Rhythm(r=1.0, alpha=30.0, k=1.0)
    weekly, quarterly = rhythm.gap(np.array([20.0, 20.0]), np.array([140.0, 1800.0]), 0.95)
    assert weekly < 60 < quarterly


def test_regularity_is_one_at_random_and_large_like_clockwork() -> None:
    # 4,000 pairs of exponential gaps, and of gaps that are all 30 days.
    days = np.random.default_rng(1).exponential(100.0, 8000)
    random = pl.DataFrame({"customer": np.repeat(np.arange(4000), 2), "gap": days})
    assert regularity(random) == pytest.approx(1.0, abs=0.08)
    assert regularity(random.with_columns(gap=pl.lit(30))) == 50.0
    assert regularity(random.head(10)) == 1.0


def test_the_rhythm_of_made_buyers_is_found_again() -> None:
    # 2,000 customers, each of own rate gamma(2, 60), six gaps each, at random moments.
    draw = np.random.default_rng(2)
    rates = draw.gamma(2.0, 1 / 60.0, 2000)
    gaps = pl.DataFrame({"customer": np.repeat(np.arange(2000), 6), "gap": draw.exponential(1.0 / np.repeat(rates, 6))})
    found = fit_rhythm(gaps)
    assert found.k == pytest.approx(1.0, abs=0.1)
    assert found.r == pytest.approx(2.0, rel=0.15)
    assert found.alpha == pytest.approx(60.0, rel=0.2)


def test_a_rhythm_of_too_few_is_refused() -> None:
    with pytest.raises(TooFewHistories, match="here are 1"):
        fit_rhythm(pl.DataFrame({"customer": ["bell"], "gap": [31]}))


@pytest.fixture(scope="module")
def cdnow_values() -> pl.DataFrame:
    return customer_values(cdnow.purchases(), cdnow.CALIBRATION_END, ValueParams(horizon=273)).table


def test_those_marked_as_churned_do_come_back_less(cdnow_values: pl.DataFrame) -> None:
    later = cdnow.purchases().filter(pl.col("date") > cdnow.CALIBRATION_END)["customer"].unique()
    again = cdnow_values.filter(pl.col("repeats") > 0).with_columns(back=pl.col("customer").is_in(later.implode()))
    rates = dict(again.group_by("churned").agg(pl.col("back").mean()).rows())
    assert rates[True] < 0.6 * rates[False]


def test_the_expected_value_of_all_is_near_what_they_brought(cdnow_values: pl.DataFrame) -> None:
    brought = cdnow.purchases().filter(pl.col("date") > cdnow.CALIBRATION_END)["amount"].sum()
    assert cdnow_values["expected_value"].sum() == pytest.approx(brought, rel=0.2)
    assert (cdnow_values["value_if_back"] >= cdnow_values["expected_value"] - 1e-9).all()


def test_a_fixed_limit_takes_the_place_of_the_rhythm(cdnow_values: pl.DataFrame) -> None:
    params = ValueParams(fixed_days=100)
    table = customer_values(cdnow.purchases(), cdnow.CALIBRATION_END, params).table
    assert table.filter(pl.col("churned") != (pl.col("silent") > 100)).is_empty()
    lost = table.row(by_predicate=pl.col("customer") == "0001", named=True)
    assert str(why_churned(lost, params)) == "No purchase for 59 days; the policy's limit is 100 days."
    own = cdnow_values.row(by_predicate=pl.col("customer") == "0001", named=True)
    assert "95 % of this customer's gaps" in str(why_churned(own, ValueParams()))


def test_repurchase_is_by_purchase_days() -> None:
    # In February to September bell bought on one day (the other was taken back), drum on two: 1 of 2.
    found = repurchase_rate(SOLD, date(2024, 2, 1), date(2024, 9, 30)).row(0, named=True)
    assert (found["customers"], found["again"], found["rate"]) == (2, 1, 0.5)
    # Wilson for 1 of 2: 0.0945 to 0.9055.
    assert (round(found["low"], 4), round(found["high"], 4)) == (0.0945, 0.9055)


def test_repurchase_by_region_and_of_nobody() -> None:
    regions = SOLD.with_columns(
        region=pl.when(pl.col("customer") == "bell").then(pl.lit("east")).otherwise(pl.lit("west"))
    )
    found = repurchase_rate(regions, date(2024, 1, 1), date(2024, 12, 31), by=("region",))
    assert found.select("region", "again").rows() == [("east", 1), ("west", 1)]
    nobody = repurchase_rate(SOLD, date(2020, 1, 1), date(2020, 12, 31)).row(0, named=True)
    assert (nobody["customers"], nobody["rate"]) == (0, None)


def test_new_again_after_two_years_of_silence() -> None:
    sold = pl.DataFrame(
        [("bell", date(2021, 1, 5), 1.0), ("bell", date(2023, 1, 6), 1.0), ("bell", date(2024, 1, 6), 1.0)],
        schema=SOLD.schema,
        orient="row",
    )
    assert new_customers(sold, date(2024, 12, 31)).rows() == [
        ("bell", date(2021, 1, 5), False),
        ("bell", date(2023, 1, 6), True),
    ]


def test_sales_count_as_new_for_twelve_months() -> None:
    sold = pl.DataFrame(
        [("bell", date(2023, 3, 10), 10.0), ("bell", date(2024, 3, 9), 20.0), ("bell", date(2024, 3, 10), 40.0)],
        schema=SOLD.schema,
        orient="row",
    )
    found = new_customer_sales(sold, date(2024, 12, 31))
    assert found.select("age", "amount").rows() == [(0, 10.0), (12, 20.0)]
    share = new_customer_share(sold, date(2024, 12, 31))
    assert share.select("year", "sales", "new_sales").rows() == [(2023, 10.0, 10.0), (2024, 60.0, 20.0)]
    assert share["share"].to_list() == pytest.approx([1.0, 1 / 3])


def test_two_new_customers_a_month_go_on_being_two() -> None:
    # Each month of 2023 and 2024 two customers start, each buying 100 once and 100 again a month later.
    rows = [
        (
            f"c{year}-{month}-{who}",
            date(year, month, 5) if late == 0 else date(year, month, 28) + timedelta(days=10),
            100.0,
        )
        for year in (2023, 2024)
        for month in range(1, 13)
        for who in range(2)
        for late in range(2)
    ]
    sold = pl.DataFrame(rows, schema=SOLD.schema, orient="row")
    inflow = expected_inflow(sold, date(2024, 12, 31), date(2025, 1, 1), InflowParams(look_back=12))
    assert inflow.curve["per_customer"].to_list()[:3] == [100.0, 100.0, 0.0]
    assert inflow.months["month"].to_list()[0] == date(2025, 1, 1)
    assert inflow.months.height == 12
    assert inflow.months["customers"].to_list() == pytest.approx([2.0] * 12)
    assert inflow.months["new_sales"].to_list() == pytest.approx([400.0] * 12)


def test_an_inflow_from_nine_months_is_refused() -> None:
    with pytest.raises(TooShortHistory, match="here are 9"):
        expected_inflow(SOLD, date(2024, 9, 30), date(2025, 1, 1))
