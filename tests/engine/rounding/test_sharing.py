"""Largest remainder and spreading with holds: the exact cases of the semantics page, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.rounding import HeldTooMuch, NothingToShareBy, share_out, share_rows, spread

pytestmark = pytest.mark.once

amounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


def test_the_larger_remainder_gets_the_unit() -> None:
    # 10 · (1, 2, 4) / 7 = 1.43, 2.86, 5.71: floors 1 + 2 + 5, two units left for .86 and .71.
    assert share_out(10, [1, 2, 4]) == [1, 3, 6]


def test_equal_remainders_go_to_the_earlier() -> None:
    assert share_out(5, [1, 1, 1]) == [2, 2, 1]


def test_no_weight_at_all_shares_evenly() -> None:
    assert share_out(7, [0, 0]) == [4, 3]


def test_a_weight_of_zero_gets_nothing() -> None:
    assert share_out(100, [0.1, 0.0, 0.2]) == [33, 0, 67]


def test_parts_are_whole_steps() -> None:
    assert share_out(1_000, [600, 300, 0, 100], step=100) == [600, 300, 0, 100]
    with pytest.raises(NothingToShareBy, match="1050 is not a whole number of 100"):
        share_out(1_050, [1, 1], step=100)


def test_a_return_is_shared_like_a_sale() -> None:
    assert share_out(-10, [1, 2, 4]) == [-1, -3, -6]


def test_nobody_to_share_among() -> None:
    assert share_out(0, []) == []
    with pytest.raises(NothingToShareBy, match="Nobody to share 5"):
        share_out(5, [])
    with pytest.raises(NothingToShareBy, match="-1 is not a weight"):
        share_out(5, [2, -1])


def test_floats_are_taken_exactly() -> None:
    # One fen of 90 trillion: no float product could tell the two remainders apart.
    assert share_out(90_000_000_000_000_01, [0.5, 0.5]) == [4_500_000_000_000_001, 4_500_000_000_000_000]


@settings(derandomize=True, max_examples=200)
@given(st.integers(-(10**12), 10**12), amounts)
def test_parts_add_up_and_stay_next_to_their_share(total: int, weights: list[int]) -> None:
    parts = share_out(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_a_held_cell_stays_and_the_others_take_the_rise() -> None:
    assert spread([10, 20, 30], 100, held=[False, True, False]) == [20, 20, 60]


def test_a_held_total_takes_an_edit_out_of_the_other_cells() -> None:
    assert spread([20, 20, 30], 60, held=[True, False, False]) == [20, 16, 24]


def test_proportions_are_kept() -> None:
    assert spread([15, 10, 5], 60) == [30, 20, 10]


def test_all_zero_spreads_evenly() -> None:
    assert spread([0, 0, 0], 10) == [4, 3, 3]
    assert spread([0, 7, 0], 17, held=[False, True, False]) == [5, 7, 5]


def test_a_total_below_its_held_cells_is_refused_and_says_which() -> None:
    with pytest.raises(HeldTooMuch, match=r"held are south \(20\), west \(50\), together 70"):
        spread([10, 20, 50], 60, held=[False, True, True], names=["east", "south", "west"])


def test_everything_held_is_refused_unless_it_fits() -> None:
    assert spread([1, 2], 3, held=[True, True]) == [1, 2]
    with pytest.raises(HeldTooMuch, match=r"1 \(1\), 2 \(2\)"):
        spread([1, 2], 4, held=[True, True])


def test_returns_keep_their_sign() -> None:
    assert spread([-10, 40], 60) == [-20, 80]
    assert spread([-10, -30], -80) == [-20, -60]


def test_cells_that_cancel_out_share_the_difference_by_size() -> None:
    assert spread([-10, 10], 6) == [-7, 13]


def test_lowering_to_the_held_cells_leaves_the_others_at_zero() -> None:
    assert spread([10, 20, 30], 20, held=[False, True, False]) == [0, 20, 0]


@settings(derandomize=True, max_examples=200)
@given(amounts, st.data())
def test_a_spread_adds_up_and_touches_no_held_cell(values: list[int], data: st.DataObject) -> None:
    held = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    held[0] = False
    floor = sum(value for value, keep in zip(values, held, strict=True) if keep)
    total = floor + data.draw(st.integers(0, 10**9))
    parts = spread(values, total, held=held)
    assert sum(parts) == total
    assert all(part == value for part, value, keep in zip(parts, values, held, strict=True) if keep)
    assert min(parts) >= 0


@settings(derandomize=True, max_examples=60)
@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=6), amounts.filter(any))
def test_many_totals_are_shared_like_one(totals: list[int], weights: list[int]) -> None:
    assert share_rows(np.array(totals), weights).tolist() == [share_out(total, weights) for total in totals]
