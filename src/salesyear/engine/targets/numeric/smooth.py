"""Barrier-smoothed Newton on the dual: slow and sure, for tight and degenerate plans (docs: target-solve).

The kinks of the dual (which side a row is on, and its cap) are rounded off by a parameter that goes to zero. There is
no active set to guess and the matrix is never singular, so it also solves bands of a thousandth of a percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.targets.numeric.newton import (
    Effort,
    Outcome,
    Point,
    evaluate,
    moved,
    residual,
    stride,
    worst_row,
)
from salesyear.engine.targets.numeric.response import Response
from salesyear.engine.targets.numeric.rows import Bounds
from salesyear.engine.targets.numeric.system import System
from salesyear.engine.targets.numeric.tree import Bools, Floats

FAR = 1000.0  # an infinite bound lies this many row sizes away
FIRST, LAST = 1e-2, 1e-13


@dataclass(frozen=True)
class _Smooth:
    middle: Floats
    half: Floats
    give_up: Floats
    scale: Floats
    asked: Bools

    def pull(self, y: Floats, mu: float) -> tuple[Floats, Floats]:
        """Smooth bound of every row, and its slope (both without the sales)."""
        soft = mu * self.scale
        root = np.sqrt(soft**2 + (y * self.half) ** 2)
        side = self.middle - self.half**2 * y / (soft + root)
        cap = soft / (self.give_up - y) - soft / (self.give_up + y)
        bend = self.half**2 * soft / (root * (soft + root))
        stiff = soft / (self.give_up - y) ** 2 + soft / (self.give_up + y) ** 2
        return np.where(self.asked, side - cap, 0.0), bend + stiff


def _smooth(bounds: Bounds) -> _Smooth:
    away = FAR * bounds.scale
    low = np.where(np.isfinite(bounds.low), bounds.low, np.minimum(bounds.high, away) - away)
    high = np.where(np.isfinite(bounds.high), bounds.high, np.maximum(low, -away) + away)
    asked = bounds.present
    middle, half = np.where(asked, (low + high) / 2, 0.0), np.where(asked, (high - low) / 2, 0.0)
    return _Smooth(middle, half, bounds.give_up, bounds.scale, asked)


def climb_smoothly(
    system: System, response: Response, bounds: Bounds, start: Floats, tolerance: Floats, effort: Effort
) -> Outcome:
    """Follow the smoothed problem to its limit; `start` should be zero or well inside the caps."""
    smooth = _smooth(bounds)
    point = evaluate(system, response, np.clip(start, -0.9 * bounds.give_up, 0.9 * bounds.give_up))
    movable = response.movable() > 0
    mu, steps = FIRST, 0
    while steps < effort.smooth_steps and mu >= LAST:
        pull, stiff = smooth.pull(point.y, mu)
        force = np.where(smooth.asked, pull - point.value, 0.0)
        if np.max(np.abs(force) / bounds.scale, initial=0.0) < max(effort.tolerance, 0.3 * mu):
            mu /= 10
            continue
        step = system.newton(point.slope).solve(force, smooth.asked, stiff)
        change = system.pull(step)
        room = np.where(step > 0, smooth.give_up - point.y, smooth.give_up + point.y)
        inside = 0.995 * float(np.min(room[step != 0] / np.abs(step[step != 0]), initial=np.inf))
        length = min(inside, stride(response.distance, change, movable, effort))
        point = _advance(system, response, point, _Direction(step, change, force, mu), smooth, length)
        steps += 1
    settled = _settle(system, response, bounds, point)
    worst = worst_row(residual(settled, bounds), settled.y, bounds, tolerance)
    return Outcome(settled, worst, steps, "smoothed newton")


@dataclass(frozen=True)
class _Direction:
    step: Floats
    change: Floats
    force: Floats
    mu: float


def _advance(
    system: System, response: Response, point: Point, along: _Direction, smooth: _Smooth, length: float
) -> Point:
    first = float(along.step @ along.force)
    for _ in range(30):
        there = moved(system, response, point, along.step, along.change, length)
        pull, _ = smooth.pull(there.y, along.mu)
        slope = float(along.step @ (pull - there.value))
        if slope >= -0.5 * first or first <= 0:
            return there
        length *= min(0.9, max(0.1, first / (first - slope)))
    return there


def _settle(system: System, response: Response, bounds: Bounds, point: Point) -> Point:
    """Put multipliers that the smoothing left a hair off zero or off their cap exactly there."""
    near = 1e-6 * bounds.give_up
    slack = np.minimum(point.value - bounds.low, bounds.high - point.value)
    idle = ~bounds.equal & (np.abs(point.y) < near) & (slack > 1e-9 * bounds.scale)
    y = np.where(idle, 0.0, point.y)
    capped = bounds.give_up - np.abs(y) < near
    y = np.where(capped, np.sign(y) * bounds.give_up, y)
    return evaluate(system, response, y)
