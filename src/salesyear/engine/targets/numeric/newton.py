"""Active-set Newton on the dual: a handful of steps to the last digit on ordinary plans (docs: target-solve).

The dual is concave and piecewise smooth. Every step solves a quadratic model in which each inequality stays on its
side and every multiplier stays within its cap; the cap makes a row that cannot be met be missed by the least amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesyear.engine.targets.numeric.response import Distance, Response
from salesyear.engine.targets.numeric.rows import Bounds
from salesyear.engine.targets.numeric.system import Factored, Newton, System
from salesyear.engine.targets.numeric.tree import Bools, Floats

GAIN = 0.1  # a correction with old factors must gain a digit
CIRCLING, CLASH_CIRCLING = 3, 2  # rounds of the inner active set that change more rows than an earlier one
DAMPED = 1e-2  # of a row's scale, where a step has failed
LEAST = 1e-5  # damping that stays where none has failed more than once
LONGEST = 16  # steps to wait with less damping after it has failed again and again
FEW = 2.0  # and they are tried where this many should do, each gaining about what the step before gained


@dataclass(frozen=True)
class Effort:
    """How hard to try; the defaults are those of the measured prototype (docs: target-solve)."""

    tolerance: float = 1e-11  # of every row, relative to its scale
    steps: int = 60
    rounds: int = 12  # of the inner active set
    stride: float = 2.0  # largest change of any log factor in one step
    smooth_steps: int = 400


@dataclass(frozen=True)
class Point:
    """Where the method stands: multipliers, their sums t per class, sales, slopes, values of the rows."""

    y: Floats
    t: Floats
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
    return _evaluate(system, response, y, system.pull(y))


def _evaluate(system: System, response: Response, y: Floats, t: Floats) -> Point:
    sales, slope = response.at(t)
    return Point(y, t, sales, slope, system.push(sales))


def moved(system: System, response: Response, point: Point, step: Floats, change: Floats, length: float) -> Point:
    """Return the point after a step; `change`: what the whole step does to t."""
    return _evaluate(system, response, point.y + length * step, point.t + length * change)


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
    system: System, response: Response, bounds: Bounds, start: Floats | Point, tolerance: Floats, effort: Effort
) -> Outcome:
    """Newton from `start` until every row is within its tolerance, or until it stalls."""
    point = start if isinstance(start, Point) else evaluate(system, response, start)
    movable = response.movable() > 0
    damping, steps, patience, waited, sure = 0.0, 0, 0, 0, False
    last: Last | None = None
    while True:
        missing = residual(point, bounds)
        worst = worst_row(missing, point.y, bounds, tolerance)
        if worst <= 1.0 or steps >= effort.steps or damping > 1.0 or not np.isfinite(worst):
            return Outcome(point, worst, steps, "newton")
        model = Quadratic(system, point, missing, damping * bounds.scale)
        room = room_of(point.y, missing, bounds)
        clashing = bool((np.abs(point.y) >= bounds.give_up).any())
        before = last if clashing or (damping and sure) else None
        step, sure, last = _box_step(model, room, effort.rounds, before, CLASH_CIRCLING if clashing else CIRCLING)
        change = system.pull(step)
        length = stride(response.distance, change, movable, effort)
        ahead, taken = _advance(system, response, point, step, change, missing, length)
        left = worst_row(residual(ahead, bounds), ahead.y, bounds, tolerance)
        better, near = left < worst, left * (left / worst) ** FEW <= 1.0
        stalled = taken < 1e-3 or not (better or sure)
        if not stalled:
            point = _extend(model, response, ahead, step, room) if damping and taken == 1.0 else ahead
            if sure and near and taken == 1.0 and not damping:
                point = correct(model, response, point, last, bounds, tolerance)
        if stalled:
            damping, patience, waited = max(DAMPED, 10 * damping), min(2 * patience + 1, LONGEST), 0
        elif waited < patience - 1:
            waited += 1
        else:
            damping = damping / 10 if damping > 1e-5 else min(damping, LEAST if patience > 1 else 0.0)
        steps += 1


def room_of(y: Floats, missing: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    """How far each multiplier may move: it stays on its side and within its cap."""
    side = np.where(y != 0, np.sign(y), np.sign(missing))
    equal = bounds.equal
    lowest = np.where(equal | (side < 0), -bounds.give_up, 0.0)
    highest = np.where(equal | (side > 0), bounds.give_up, 0.0)
    return lowest - y, highest - y


@dataclass(frozen=True)
class Last:
    """The last solve of the inner active set: free rows, rows held at the lower and upper face, factors."""

    free: Bools
    at_low: Bools
    at_high: Bools
    factored: Factored


@dataclass(frozen=True)
class Quadratic:
    """The dual near a point: missing.d - d'Hd/2, with a damping that keeps steps short where H is flat."""

    system: System
    point: Point
    missing: Floats
    damping: Floats

    @cached_property
    def newton(self) -> Newton:
        """H itself."""
        return self.system.newton(self.point.slope)

    def slope(self, step: Floats) -> Floats:
        """Gradient of the model after a step."""
        bend = self.system.push(self.point.slope * self.system.pull(step))
        return np.asarray(self.missing - bend - self.damping * step)


def _box_step(
    model: Quadratic, room: tuple[Floats, Floats], rounds: int, before: Last | None, circling: int
) -> tuple[Floats, bool, Last]:
    """Maximise the model within the room by a primal-dual active set; also whether it ended, and its factors.

    before: where to start, the end of the last step. Rounds that change more and more rows go in circles and are ended
    (`circling` of them).
    """
    low, high = room
    immovable, none = low == high, np.zeros(len(low), bool)
    at_low, at_high = (none, none) if before is None else (before.at_low & ~immovable, before.at_high & ~immovable)
    step, sure, fewest, worse = np.zeros_like(low), False, len(low), 0
    for _ in range(rounds):
        free = ~(immovable | at_low | at_high)
        fixed = np.where(at_low, low, np.where(at_high, high, 0.0))
        right = model.slope(fixed) if fixed.any() else model.missing
        factored = model.newton.factor(np.where(free, right, 0.0), free, model.damping)
        step = fixed + factored.step
        below, beyond = free & (step < low), free & (step > high)
        freed = _wrongly_held(model, step, at_low, at_high)
        if not (below.any() or beyond.any() or freed.any()):
            sure = True
            break
        at_low, at_high = (at_low & ~freed) | below, (at_high & ~freed) | beyond
        changed = int(below.sum() + beyond.sum() + freed.sum())
        worse = worse + 1 if changed > fewest else 0
        fewest = min(fewest, changed)
        if worse == circling:
            break
    return np.clip(step, low, high), sure, Last(free, at_low, at_high, factored)


def correct(model: Quadratic, response: Response, ahead: Point, last: Last, bounds: Bounds, tolerance: Floats) -> Point:
    """Go on with the factors of the last step while that alone gains a digit and no multiplier leaves its room.

    A new residual and a substitution cost a third of a step (Shamanskii 1967; Kelley 1995, chapter 5); not so where
    single cells have bounds: there the residual itself is dear.
    """
    if response.bounded is not None:
        return ahead
    missing = residual(ahead, bounds)
    worst = worst_row(missing, ahead.y, bounds, tolerance)
    while worst > 1.0:
        held = worst_row(np.where(last.free, 0.0, missing), ahead.y, bounds, tolerance)
        if held > GAIN * worst:
            break
        low, high = room_of(ahead.y, missing, bounds)
        step = last.factored.again(np.where(last.free, missing, 0.0))
        if (step < low).any() or (step > high).any():
            break
        there = evaluate(model.system, response, ahead.y + step)
        missing = residual(there, bounds)
        before, worst = worst, worst_row(missing, there.y, bounds, tolerance)
        if worst > GAIN * before:
            break
        ahead = there
    return ahead


def _wrongly_held(model: Quadratic, step: Floats, at_low: Bools, at_high: Bools) -> Bools:
    """Rows held at a face although the model pulls them back inside."""
    if not (at_low.any() or at_high.any()):
        return at_low
    pull = model.slope(step)
    return (at_low & (pull > 0)) | (at_high & (pull < 0))


def stride(distance: Distance, change: Floats, movable: Bools, effort: Effort) -> float:
    """First length to try: no log factor of a class that can move changes by more than the stride."""
    if distance is Distance.LEAST_SQUARES:
        return 1.0
    largest = float(np.abs(change).max(initial=0.0, where=movable))
    return min(1.0, effort.stride / largest) if largest > 0 else 1.0


def _advance(
    system: System, response: Response, point: Point, step: Floats, change: Floats, missing: Floats, length: float
) -> tuple[Point, float]:
    """Line search on the slope alone: the dual's own value has no digits left near its top."""
    wanted = missing + point.value
    first = float(step @ missing)
    for _ in range(30):
        there = moved(system, response, point, step, change, length)
        slope = float(step @ (wanted - there.value))
        if slope >= -0.5 * first or first <= 0:
            return there, length
        length *= min(0.9, max(0.1, first / (first - slope)))
    return there, length


def _extend(model: Quadratic, response: Response, ahead: Point, step: Floats, room: tuple[Floats, Floats]) -> Point:
    """Go on along a damped step while that is uphill: where the dual is nearly flat, steps are far too short."""
    wanted = model.missing + model.point.value
    taken = step
    for times in (4.0, 16.0, 64.0, 256.0):
        longer = np.clip(times * step, *room)
        there = evaluate(model.system, response, model.point.y + longer)
        if float((longer - taken) @ (wanted - there.value)) < 0:
            break
        ahead, taken = there, longer
    return ahead
