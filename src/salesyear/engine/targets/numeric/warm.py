"""The first step after an edit, from the point at hand: no class is worked out anew, and the step is looked over.

Few multipliers change in an edit, and each acts on a whole branch of the tree: e^t changes by a product of a few
factors of nodes, and needs no power of e per class. Steps are short, so what they leave to do is known to second order
before they are taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from salesyear.engine.targets.numeric.newton import (
    Effort,
    Last,
    Outcome,
    Point,
    Quadratic,
    climb,
    correct,
    residual,
    room_of,
    worst_row,
)
from salesyear.engine.targets.numeric.response import Distance, Response
from salesyear.engine.targets.numeric.rows import Block, Bounds, spans
from salesyear.engine.targets.numeric.system import System, TreeSystem
from salesyear.engine.targets.numeric.tree import Bools, Floats, Tree

SHORT = 0.1  # change of a log factor up to which two terms of e^d say enough


@dataclass(frozen=True)
class State:
    """A solved problem: its linear algebra, how its classes answered, and where it ended."""

    system: System
    response: Response
    point: Point


def carried_over(was: State, system: System, response: Response, y: Floats) -> Point | None:
    """Point of a neighbouring problem at given multipliers; None where the classes must be worked out anew."""
    if response.distance is not Distance.PRO_RATA or response.bounded is not None:
        return None
    if not (isinstance(was.system, TreeSystem) and isinstance(system, TreeSystem)):
        return None
    own = _own_changes(was.system, was.point.y, system, y)
    t, slope = was.point.t, was.point.slope
    if own:
        shape = (system.tree.leaves, -1)
        t = (t.reshape(shape) + _down(system.tree, own)).ravel()
        slope = (slope.reshape(shape) * _down(system.tree, own, growth=True)).ravel()
    if response is not was.response:
        other = np.flatnonzero(response.gain != was.response.gain)
        slope = slope.copy()
        slope[other] = response.gain[other] * np.exp(t[other])
    sales = slope + response.held
    return Point(y, t, sales, slope, system.push(sales))


def _own_changes(old: TreeSystem, before: Floats, new: TreeSystem, after: Floats) -> dict[int, Floats]:
    """What the multipliers of each level add to the t of its classes; levels of which nothing changed are left out."""
    found = {}
    for (level, span), (_, place) in zip(spans(new.tree, old.blocks), spans(new.tree, new.blocks), strict=True):
        was, block = old.blocks[level], new.blocks[level]
        if block is was:
            if (difference := after[place] - before[span]).any():
                found[level] = _acting(block, difference)
        else:
            found[level] = _acting(block, after[place]) - _acting(was, before[span])
    return found


def _acting(block: Block, y: Floats) -> Floats:
    """Sum of a level's multipliers on each class; one column where no row of it tells them apart."""
    mine = y.reshape(block.low.shape)
    return mine @ block.pattern[:, :1] if block.even else block.acting(mine)


def _down(tree: Tree, own: dict[int, Floats], *, growth: bool = False) -> Floats:
    """Changes of all levels together at every leaf: their sum, or the product of their powers of e."""
    total = np.full((1, 1), 1.0 if growth else 0.0)
    for level in range(tree.depth):
        total = total[tree.up[level]] if level else total
        if level in own:
            total = total * np.exp(own[level]) if growth else total + own[level]
    return total


def climb_from_near(
    system: System, response: Response, bounds: Bounds, point: Point, tolerance: Floats, effort: Effort
) -> Outcome:
    """Take one step that is mended before it is taken, then go on as usual from wherever that is better."""
    missing = residual(point, bounds)
    worst = worst_row(missing, point.y, bounds, tolerance)
    clashing = (np.abs(point.y) >= bounds.give_up).any()
    if worst <= 1.0 or clashing or not isinstance(system, TreeSystem):
        return climb(system, response, bounds, point, tolerance, effort)
    model = Quadratic(system, point, missing, np.zeros_like(missing))
    ahead, last = _mended_step(model, system, response, bounds, tolerance)
    if ahead is None or worst_row(residual(ahead, bounds), ahead.y, bounds, tolerance) >= worst:
        return climb(system, response, bounds, point, tolerance, effort)
    ahead = correct(model, response, ahead, last, bounds, tolerance)
    if (worst := worst_row(residual(ahead, bounds), ahead.y, bounds, tolerance)) <= 1.0:
        return Outcome(ahead, worst, 1, "newton")
    outcome = climb(system, response, bounds, ahead, tolerance, effort)
    return replace(outcome, steps=outcome.steps + 1)


def _mended_step(
    model: Quadratic, system: TreeSystem, response: Response, bounds: Bounds, tolerance: Floats
) -> tuple[Point | None, Last]:
    """One Newton step, and what it would leave to do taken along (Chebyshev's method with an active set).

    Rows that the step would push out of their room stop at its edge; rows at rest that it would push out of their
    bounds take part in the mending. None where the step is not short.
    """
    point = model.point
    low, high = room_of(point.y, model.missing, bounds)
    free = low < high
    factored = model.newton.factor(np.where(free, model.missing, 0.0), free)
    step = np.clip(factored.step, low, high)
    none = np.zeros(len(free), bool)
    last = Last(free, none, none, factored)
    change = _down(system.tree, _own_changes(system, np.zeros_like(step), system, step))
    if np.abs(change).max(initial=0.0) > SHORT:
        return None, last
    y = point.y + step
    left = residual(_foreseen(point, system, y, change), bounds)
    if worst_row(left, y, bounds, tolerance) > 1.0:
        last = _other_rows(model, last, left, (free & (step == factored.step), y), tolerance)
        right = np.where(last.free, left, 0.0)
        more = last.factored.step if last.factored is not factored else factored.again(right)
        low, high = room_of(y, left, bounds)
        y = y + np.clip(more, low, high)
    return carried_over(State(system, response, point), system, response, y), last


def _foreseen(point: Point, system: TreeSystem, y: Floats, change: Floats) -> Point:
    """Rows after a short step, to second order: e^d is nearly 1 + d + d^2/2."""
    slope = point.slope.reshape(system.tree.leaves, -1)
    value = point.value + system.push((slope * (change * (1.0 + change / 2))).ravel())
    return Point(y, point.t, point.sales, point.slope, value)


def _other_rows(model: Quadratic, last: Last, left: Floats, after: tuple[Bools, Floats], tolerance: Floats) -> Last:
    """Factors for the rows that are to act after a step: without those that stopped, with those that woke."""
    going, y = after
    woken = ~last.free & (y == 0) & (np.abs(left) > tolerance)
    free = going | woken
    if (free == last.free).all():
        return last
    return replace(last, free=free, factored=model.newton.factor(np.where(free, left, 0.0), free))
