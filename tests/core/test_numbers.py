"""Numbers in words: brief on the page, exact beside it, never a float in between."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.core import numbers

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "1.2万", "12.3K"),
        (12_345_678, "1234.6万", "12.3M"),
        (123_456_789, "1.2亿", "123.5M"),
        (-12_345, "-1.2万", "-12.3K"),
        (999_950, "100.0万", "1.0M"),
        (1_500_000_000, "15.0亿", "1.5B"),
    ],
)
def test_brief_in_both_languages(number: int, chinese: str, english: str) -> None:
    assert numbers.short(number, "zh-hans") == chinese
    assert numbers.short(number, "en") == english


def test_money_is_exact_beside_its_brief_form() -> None:
    shown = numbers.money(1_234_567_891, "CNY", language="zh-hans")
    assert (shown.text, shown.exact) == ("¥1234.6万", "CNY 12,345,678.91")
    assert numbers.money(-50_000, "CNY", language="zh-hans").text == "-¥500.00"


def test_money_follows_the_decimals_of_its_currency() -> None:
    assert numbers.money(500, "JPY", language="en").exact == "JPY 500"
    assert numbers.money(1_234, "KWD", language="en").exact == "KWD 1.234"


def test_nothing_is_two_dashes_and_not_zero() -> None:
    assert numbers.shown(None).text == "--"
    assert numbers.money(None, "CNY").text == "--"
    assert numbers.percent(None).text == "--"
    assert numbers.shown(0).text == "0"


def test_shares_are_parts_per_million() -> None:
    assert numbers.percent(300_000).text == "30.0%"
    assert numbers.percent(123_456).exact == "12.3456%"


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(-(10**17), 10**17), st.integers(0, 4))
def test_minor_units_come_back(minor: int, digits: int) -> None:
    assert int(numbers.major(minor, digits).scaleb(digits)) == minor
    assert Decimal(numbers.grouped(numbers.major(minor, digits)).replace(",", "")) == Decimal(minor).scaleb(-digits)
