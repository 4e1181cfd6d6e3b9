"""A file's total is exact to the cent, and each line within one cent of what it states (ADR 0002)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.importing.cents import carried, rounded

pytestmark = pytest.mark.once


def test_three_thirds_make_a_whole() -> None:
    third = 3_333_333  # 3.333333 of the unit
    assert carried([third, third, third], 2) == [333, 334, 333]
    assert carried([third, third, third], 0) == [3, 4, 3]


def test_exact_cents_stay_as_they_are() -> None:
    assert carried([1_250_000, -750_000, 0], 2) == [125, -75, 0]


def test_halves_go_away_from_zero() -> None:
    assert carried([5_000], 2) == [1]
    assert carried([-5_000], 2) == [-1]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), max_size=40), st.sampled_from([0, 2, 3]))
def test_the_total_is_the_rounded_total_and_no_line_is_off_by_more_than_a_unit(stated: list[int], digits: int) -> None:
    step = 10 ** (6 - digits)
    amounts = carried(stated, digits)
    assert sum(amounts) == rounded(sum(stated), step)
    assert all(abs(amount * step - one) <= step for amount, one in zip(amounts, stated, strict=True))
