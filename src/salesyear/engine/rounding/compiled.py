"""The same rounding as `halving` in plain loops, for who has a compiler of Python installed (numba) and asks for it.

Nothing here runs unless `warm_up` was called: nobody waits for a compiler at first use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.rounding.noise import Words

Cells = NDArray[np.int32]
Kernel = Callable[[Cells, Words, Cells, Cells, Cells, Cells, int], None]
_kernels: list[Kernel] = []


def warm_up() -> bool:
    """Compile (once per machine, then from numba's cache) and use it from now on; False without numba."""
    try:
        import numba
    except ImportError:
        return False
    if not _kernels:
        kernel: Any = numba.njit(cache=True)(clear_digits)
        empty = np.zeros(0, dtype=np.int32)
        steps = np.zeros((1, 0), dtype=np.int32)
        kernel(empty, np.zeros(0, dtype=np.uint64), empty, steps, empty, steps, 1)
        _kernels.append(kernel)
    return True


def cool_down() -> None:
    """Go back to the NumPy reference."""
    _kernels.clear()


def ready() -> Kernel | None:
    """The compiled loops, if somebody has asked for them."""
    return _kernels[0] if _kernels else None


def clear_digits(
    value: Cells,
    coins: Words,
    year_order: Cells,
    year_groups: Cells,
    month_order: Cells,
    month_groups: Cells,
    bits: int,
) -> None:
    """Clear the lowest `bits` digits of the cells' values in place; plain Python, slow but the same, without numba."""
    size = value.size
    mates = np.empty((2, 2 * size + 1), dtype=np.int32)
    items = np.empty(size + 1, dtype=np.int32)
    seen = np.empty(2 * size + 1, dtype=np.int32)
    seen[:] = -1
    for digit in range(bits):
        for family in range(2):
            order = year_order if family == 0 else month_order
            groups = year_groups if family == 0 else month_groups
            mate = mates[family]
            loose = 0
            for place in range(size):
                items[loose] = place
                loose += value[order[place]] >> digit & 1
            for step in range(groups.shape[0]):
                group = groups[step]
                count, loose, at = loose, 0, 0
                while at < count:
                    here = items[at]
                    if at + 1 < count and group[here] == group[items[at + 1]]:
                        mate[order[here]] = order[items[at + 1]]
                        mate[order[items[at + 1]]] = order[here]
                        at += 2
                    else:
                        items[loose] = here
                        loose += 1
                        at += 1
            for at in range(loose):
                mate[order[items[at]]] = size + at
                mate[size + at] = order[items[at]]
        for first in range(size):
            if value[first] >> digit & 1 == 0 or seen[first] == digit:
                continue
            push = (1 << digit) if coins[first] >> np.uint64(digit) & np.uint64(1) else -(1 << digit)
            cell = first
            while seen[cell] != digit:
                for family in range(2):
                    seen[cell] = digit
                    if cell < size:
                        value[cell] += push
                    push = -push
                    cell = mates[family][cell]
