"""The same rounding as `halving` in plain loops, for who has a compiler for Python (numba) and asks for it.

Nothing here runs unless `warm_up` was called: nobody waits for a compiler at first use.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.rounding.noise import Words

Cells = NDArray[np.int32]


def pair_off(value: Cells, digit: int, order: Cells, groups: Cells, items: Cells, mate: Cells) -> None:
    """Write into `mate` with whom each odd cell is paired off in one tree; `items` is room to work in."""
    size = value.size
    loose = 0
    for place in range(size):
        items[loose] = place
        loose += value[order[place]] >> digit & 1
    for step in range(groups.shape[0]):
        group = groups[step]
        count, loose, at = loose, 0, 0
        while at < count:
            here, there = items[at], items[at + 1]
            if at + 1 < count and group[here] == group[there]:
                mate[order[here]], mate[order[there]] = order[there], order[here]
                at += 2
            else:
                items[loose] = here
                loose += 1
                at += 1
    for at in range(loose):
        mate[order[items[at]]], mate[size + at] = size + at, order[items[at]]


def walk(value: Cells, digit: int, coins: Words, by_year: Cells, by_month: Cells) -> None:
    """Push one digit round every cycle of the two pairings, up and down in turn, as its first cell's coin
    says."""
    size = value.size
    for first in range(size):
        if value[first] >> digit & 1 == 0:
            continue
        push = 1 << digit if coins[first] >> np.uint64(digit) & np.uint64(1) else -(1 << digit)
        cell = first
        while True:
            if cell < size:
                value[cell] += push
            cell = by_year[cell]
            if cell < size:
                value[cell] -= push
            cell = by_month[cell]
            if cell == first:
                break


def clear_digits(
    value: Cells, coins: Words, years: Cells, year_totals: Cells, months: Cells, month_totals: Cells, bits: int
) -> None:
    """Clear the lowest `bits` digits of the cells in place; order and groups of the tree of years, then of months."""
    items = np.zeros(value.size + 2, dtype=np.int32)
    by_year = np.zeros(2 * value.size + 1, dtype=np.int32)
    by_month = np.zeros(2 * value.size + 1, dtype=np.int32)
    for digit in range(bits):
        pair_off(value, digit, years, year_totals, items, by_year)
        pair_off(value, digit, months, month_totals, items, by_month)
        walk(value, digit, coins, by_year, by_month)


Loops = Callable[[Cells, Words, Cells, Cells, Cells, Cells, int], None]

_asked_for: list[Loops] = []


def warm_up() -> bool:
    """Compile (once per machine, then from numba's cache) and use it from now on; False without numba.

    All digits are one call: handing arrays over costs more than the work on a plan of a hundred reps.
    """
    try:
        import numba
    except ImportError:
        return False
    if not _asked_for:
        jit = numba.njit(cache=True)
        inside = {**globals(), "pair_off": jit(pair_off), "walk": jit(walk)}
        loops = jit(FunctionType(clear_digits.__code__, inside, "clear_digits"))
        one, tree = np.zeros(1, dtype=np.int32), np.zeros((1, 1), dtype=np.int32)
        loops(one, np.zeros(1, dtype=np.uint64), one, tree, one.copy(), tree, 1)
        _asked_for.append(loops)
    return True


def cool_down() -> None:
    """Go back to the NumPy reference."""
    _asked_for.clear()


def ready() -> Loops | None:
    """The compiled loops, if somebody has asked for them."""
    return _asked_for[0] if _asked_for else None
