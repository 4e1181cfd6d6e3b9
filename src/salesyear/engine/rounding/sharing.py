"""A total shared out in whole steps: by weights, or over cells of which some are held."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.tree import Ints

Number = int | float | Fraction


class NothingToShareBy(EngineError):
    """There is nobody to give the total to, or a weight is no weight."""


class HeldTooMuch(EngineError):
    """The held cells leave no way to reach the total."""


def share_out(total: int, weights: Sequence[Number], *, step: int = 1) -> list[int]:
    """Share `total` in whole `step`s by weights; the parts always sum to the total. All weights 0: evenly.

    Largest remainder (Hamilton's method; Pukelsheim, Proportional Representation, 2014, ch. 5), in exact
    arithmetic; equal remainders go to the earlier. A negative total is shared like a positive one.
    Raises NothingToShareBy for no weights, a negative one, or a total that is no number of steps.
    """
    if not weights and total:
        raise NothingToShareBy(noop("Nobody to share %(total)d among."), total=total)
    if total % step:
        raise NothingToShareBy(noop("%(total)d is not a whole number of %(step)d."), total=total, step=step)
    bad = next((w for w in weights if not 0 <= w < float("inf")), None)
    if bad is not None:
        raise NothingToShareBy(noop("%(weight)s is not a weight: 0 or more is needed."), weight=bad)
    if total < 0:
        return [-part for part in share_out(-total, weights, step=step)]
    exact = whole_numbers(weights if any(weights) else [1] * len(weights))
    return [step * part for part in largest_remainder(total // step, exact)]


def whole_numbers(weights: Sequence[Number]) -> list[int]:
    """The same proportions in integers, nothing rounded: a float is a fraction of a power of two."""
    ratios = [Fraction(weight) for weight in weights]
    scale = lcm(*(ratio.denominator for ratio in ratios))
    return [ratio.numerator * (scale // ratio.denominator) for ratio in ratios]


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Floors of total · w / Σw, and one more for the largest remainders, the earlier first. Needs Σw > 0."""
    whole = sum(weights)
    if not weights:
        return []
    floors, remainders = zip(*(divmod(total * weight, whole) for weight in weights), strict=True)
    parts = list(floors)
    by_remainder = sorted(range(len(parts)), key=lambda place: -remainders[place])
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def share_rows(totals: Ints, weights: Sequence[int]) -> Ints:
    """Share many totals by the same weights, as `share_out` does: (rows,) -> (rows, parts). Needs Σw > 0."""
    weight = np.asarray(weights, dtype=np.int64)
    whole, size = int(weight.sum()), np.abs(totals)
    times, rest = np.divmod(size, whole)  # size · w / whole without a product that could overflow
    floors, remainders = np.divmod(rest[:, None] * weight, whole)
    parts = times[:, None] * weight + floors
    missing = size - parts.sum(axis=1)
    by_remainder = np.argsort(-remainders, axis=1, kind="stable")
    first = np.arange(weight.size) < missing[:, None]
    more = np.zeros_like(parts)
    np.put_along_axis(more, by_remainder, first.astype(np.int64), axis=1)
    return (parts + more) * np.sign(totals)[:, None]


def spread(
    values: Sequence[int], total: int, *, held: Sequence[bool] | None = None, names: Sequence[str] = ()
) -> list[int]:
    """Change cells so that they sum to `total`: held ones stay, the others keep their proportions.

    Cells that are all 0 share evenly; where positive and negative cells cancel out, the difference is shared
    by their size. Parts are whole (largest remainder). names: what the cells are called in the refusal.
    Raises HeldTooMuch when held cells exceed the total, or when every cell is held and does not fit it.
    """
    kept = list(held) if held is not None else [False] * len(values)
    free = [place for place, keep in enumerate(kept) if not keep]
    rest = total - sum(value for value, keep in zip(values, kept, strict=True) if keep)
    _refuse_what_cannot_fit(values, kept, total, rest, names)
    parts = list(values)
    for place, part in zip(free, _proportional([values[place] for place in free], rest), strict=True):
        parts[place] = part
    return parts


def _proportional(values: Sequence[int], total: int) -> list[int]:
    present = sum(values)
    if total == present:
        return list(values)
    if not any(values) or min(values) >= 0:
        return share_out(total, values)
    if present == 0:
        added = share_out(total, [abs(value) for value in values])
        return [value + more for value, more in zip(values, added, strict=True)]
    return largest_remainder(total, values if present > 0 else [-value for value in values])


def _refuse_what_cannot_fit(
    values: Sequence[int], kept: Sequence[bool], total: int, rest: int, names: Sequence[str]
) -> None:
    if not values and total:
        raise NothingToShareBy(noop("Nobody to share %(total)d among."), total=total)
    below_held = any(kept) and rest < 0 and min(values) >= 0
    if not below_held and not (rest and all(kept)):
        return
    labels = names or [str(place + 1) for place in range(len(values))]
    held = [f"{label} ({value:,})" for label, value, keep in zip(labels, values, kept, strict=True) if keep]
    raise HeldTooMuch(
        noop(
            "The total %(total)d cannot be met: held are %(cells)s, together %(sum)d. Release one or change the total."
        ),
        total=total,
        cells=", ".join(held),
        sum=total - rest,
    )
