"""Active-set Newton on the dual: a handful of steps to the last digit on ordinary plans (docs: target-solve).

The dual is concave and piecewise smooth. Every step solves a quadratic model in which each inequality stays on its
side and every multiplier stays within its cap; the cap makes a row that cannot be met be missed by the least amount.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.targets.numeric.response import Distance, Response
from salesyear.engine.targets.numeric.rows import Bounds
from salesyear.engine.targets.numeric.system import System
from salesyear.engine.targets.numeric.tree import Bools, Floats


@dataclass(frozen=True)
class Effort:
    """How hard to try; the defaults are those of the measured prototype (docs: target-solve)."""

    tolerance: float = 1e-11  # of every row, relative to its scale
    steps: int = 15
    rounds: int = 12  # of the inner active set
    stride: float = 2.0  # largest change of any log factor in one step
    smooth_steps: int = 400


@dataclass(frozen=True)
class Point:
    """Where the method stands: multipliers, sales of the classes, their slopes, values of the rows."""

    y: Floats
    sales: Floats
    slope: Floats
    value: Floats


@dataclass(frozen=True)
class Outcome:
    """What came out: the last point, the worst row relative to its tolerance, steps taken, and by which method."""

    point: Point
    worst: float
    steps: int
    method: str

    @property
    def settled(self) -> bool:
        """Every row is met, inside its bounds, or missed at its cap."""
        return self.worst <= 1.0


def evaluate(system: System, response: Response, y: Floats) -> Point:
    """Sales and rows at given multipliers."""
    sales, slope = response.at(system.pull(y))
    return Point(y, sales, slope, system.push(sales))


def residual(point: Point, bounds: Bounds) -> Floats:
    """How far each row is from the bound on its side (from its nearest bound where the multiplier is zero)."""
    nearest = np.clip(point.value, bounds.low, bounds.high)
    wanted = np.where(point.y > 0, bounds.low, np.where(point.y < 0, bounds.high, nearest))
    missing: Floats = wanted - point.value
    return missing


def worst_row(missing: Floats, y: Floats, bounds: Bounds, tolerance: Floats) -> float:
    """Largest residual in tolerances; a row at its cap that is still short is given up, not wrong."""
    given_up = ((y >= bounds.give_up) & (missing > 0)) | ((y <= -bounds.give_up) & (missing < 0))
    return float(np.max(np.where(given_up, 0.0, np.abs(missing)) / tolerance, initial=0.0))


def climb(
    system: System, response: Response, bounds: Bounds, start: Floats, tolerance: Floats, effort: Effort
) -> Outcome:
    """Newton from `start` until every row is within its tolerance, or until it stalls."""
    point = evaluate(system, response, start)
    steps, stuck = 0, 0
    while True:
        missing = residual(point, bounds)
        worst = worst_row(missing, point.y, bounds, tolerance)
        if worst <= 1.0 or steps >= effort.steps or stuck >= 2 or not np.isfinite(worst):
            return Outcome(point, worst, steps, "newton")
        step = _box_step(system, point, missing, _room(point.y, missing, bounds), effort.rounds)
        point, taken = _advance(system, response, point, step, missing, _stride(system, response, step, effort))
        stuck = stuck + 1 if taken < 1e-3 else 0
        steps += 1


def _room(y: Floats, missing: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    """How far each multiplier may move: it stays on its side and within its cap."""
    side = np.where(y != 0, np.sign(y), np.sign(missing))
    equal = bounds.equal
    lowest = np.where(equal | (side < 0), -bounds.give_up, 0.0)
    highest = np.where(equal | (side > 0), bounds.give_up, 0.0)
    return lowest - y, highest - y


def _box_step(system: System, point: Point, missing: Floats, room: tuple[Floats, Floats], rounds: int) -> Floats:
    """Maximise missing.d - d'Hd/2 within the room by a primal-dual active set."""
    low, high = room
    newton = system.newton(point.slope)
    immovable, at_low, at_high = low == high, np.zeros(len(low), bool), np.zeros(len(low), bool)
    step = np.zeros_like(missing)
    for _ in range(rounds):
        free = ~(immovable | at_low | at_high)
        fixed = np.where(at_low, low, np.where(at_high, high, 0.0))
        right = missing - _curve(system, point, fixed) if fixed.any() else missing
        step = fixed + newton.solve(np.where(free, right, 0.0), free)
        below, beyond = free & (step < low), free & (step > high)
        freed = _wrongly_held(system, point, missing, step, at_low, at_high)
        if not (below.any() or beyond.any() or freed.any()):
            break
        at_low, at_high = (at_low & ~freed) | below, (at_high & ~freed) | beyond
    return np.clip(step, low, high)


def _wrongly_held(system: System, point: Point, missing: Floats, step: Floats, at_low: Bools, at_high: Bools) -> Bools:
    """Rows held at a face although the model pulls them back inside."""
    if not (at_low.any() or at_high.any()):
        return at_low
    pull = missing - _curve(system, point, step)
    return (at_low & (pull > 0)) | (at_high & (pull < 0))


def _curve(system: System, point: Point, step: Floats) -> Floats:
    return system.push(point.slope * system.pull(step))


def _stride(system: System, response: Response, step: Floats, effort: Effort) -> float:
    """First length to try: no log factor of a class that can move changes by more than the stride."""
    if response.distance is Distance.LEAST_SQUARES:
        return 1.0
    change = np.abs(system.pull(step)[response.movable() > 0]).max(initial=0.0)
    return float(min(1.0, effort.stride / change)) if change > 0 else 1.0


def _advance(
    system: System, response: Response, point: Point, step: Floats, missing: Floats, length: float
) -> tuple[Point, float]:
    """Line search on the slope alone: the dual's own value has no digits left near its top."""
    wanted = missing + point.value
    first = float(step @ missing)
    for _ in range(30):
        there = evaluate(system, response, point.y + length * step)
        slope = float(step @ (wanted - there.value))
        if slope >= -0.5 * first or first <= 0:
            return there, length
        length *= min(0.9, max(0.1, first / (first - slope)))
    return there, length
