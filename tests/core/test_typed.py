"""Amounts as people type them."""

from __future__ import annotations

import pytest

from salesyear.core.typed import NotAnAmount, typed_minor

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("", None),
        ("  ", None),
        ("0", 0),
        ("1200", 120_000),
        ("1,200.50", 120_050),
        ("1.2万", 1_200_000),
        ("１２００", 120_000),
        ("￥ 300", 30_000),
        ("3 亿", 30_000_000_000),
        ("2M", 200_000_000),
        ("1.5百万", 150_000_000),
        ("-5k", -500_000),
        ("0.005", 1),
    ],
)
def test_what_was_meant(text: str, minor: int | None) -> None:
    assert typed_minor(text, 2) == minor


def test_a_currency_without_decimals() -> None:
    assert typed_minor("1.2万", 0) == 12_000


@pytest.mark.parametrize("text", ["about 5", "1.2.3", "--3", "5%", "=1+1", "1e9", "9" * 30])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        typed_minor(text, 2)
