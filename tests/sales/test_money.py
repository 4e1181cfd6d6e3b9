"""Two currencies never add without a dated rate (case 2)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from cast import Cast
from salesyear.core.scope import Scope
from salesyear.sales.models import Currency, Rate
from salesyear.sales.money import NoRate, rates_of, round_half_up, total_in_base

SYSTEM = Scope.system("test")
JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture
def dollars_and_yen(cast: Cast) -> None:
    Currency.objects.create(code="USD", name="US dollar", digits=2)
    Currency.objects.create(code="JPY", name="日元", digits=0)
    Rate.objects.create(currency_id="USD", starts_on=JANUARY, micros=7_000_000)
    Rate.objects.create(currency_id="USD", starts_on=JULY, micros=7_250_000)
    Rate.objects.create(currency_id="JPY", starts_on=JANUARY, micros=47_300)


def test_each_amount_counts_at_the_rate_of_its_own_day(dollars_and_yen: None) -> None:
    rates = rates_of(SYSTEM)
    assert total_in_base([("USD", date(2026, 6, 30), 100_00)], rates) == 700_00
    assert total_in_base([("USD", JULY, 100_00), ("CNY", JULY, 5_00)], rates) == 730_00
    assert total_in_base([("JPY", JANUARY, 1_000)], rates) == 47_30  # 1,000 yen, which have no minor unit


def test_without_a_rate_nothing_is_added(dollars_and_yen: None) -> None:
    with pytest.raises(NoRate, match="no rate of USD for 2025-12-31"):
        total_in_base([("CNY", JANUARY, 1_00), ("USD", date(2025, 12, 31), 1_00)], rates_of(SYSTEM))


def test_no_currency_of_its_own_is_said(db: None) -> None:
    with pytest.raises(NoRate, match="marked as the company's own"):
        rates_of(SYSTEM)


def test_the_sum_is_rounded_once(dollars_and_yen: None) -> None:
    # Three amounts of 0.05 dollars are 0.3625 × 3 = 1.0875 yuan: 1.09, where rounding each would give 1.08.
    assert total_in_base([("USD", JULY, 5)] * 3, rates_of(SYSTEM)) == 109


@pytest.mark.parametrize(("exact", "whole"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("1/3", 0), ("-5/3", -2)])
def test_halves_go_away_from_zero(exact: str, whole: int) -> None:
    assert round_half_up(Fraction(exact)) == whole
