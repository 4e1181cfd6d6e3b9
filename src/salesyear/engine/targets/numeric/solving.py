"""From classes and rows to multipliers: the fast method first, the sure one where it stalls."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from salesyear.engine.targets.numeric.newton import Effort, Outcome, climb, residual, worst_row
from salesyear.engine.targets.numeric.response import Distance, Response
from salesyear.engine.targets.numeric.rows import Block, Bounds, flatten, spans
from salesyear.engine.targets.numeric.smooth import climb_smoothly
from salesyear.engine.targets.numeric.system import System
from salesyear.engine.targets.numeric.tree import Floats, Tree
from salesyear.engine.targets.numeric.warm import State, carried_over, climb_from_near

CLASHING = 1e-7  # how well a plan that cannot be met is solved, relative to its rows
NOISE = 8.0  # no row is asked to be better than so many times the rounding errors of its sum
FINE, FINER_STEPS = 2.0, 1  # and where that is all there is to ask, one more step tries for this


@dataclass(frozen=True)
class Weights:
    """What each response could move and what it amounts to, per level: nodes x attribute classes.

    rows: both summed over the rows of the blocks of a level, of those at hand.
    """

    response: Response
    movable: list[Floats]
    size: list[Floats]
    rows: tuple[tuple[Block, Floats, Floats], ...] = ()


@dataclass(frozen=True)
class Task:
    """A whole numeric problem: the tree, its rows, how classes answer, and the linear algebra."""

    tree: Tree
    blocks: tuple[Block, ...]
    response: Response
    system: System
    bounds: Bounds
    weights: Weights


@dataclass(frozen=True)
class Answer:
    """Multipliers and sales of a task; missed: how far each row stays off its bounds (0 where it is met)."""

    outcome: Outcome
    missed: Floats

    @property
    def y(self) -> Floats:
        """Multiplier of every row."""
        return self.outcome.point.y

    @property
    def t(self) -> Floats:
        """Sum of the multipliers that act on each class, as they were added up step by step.

        Large multipliers that nearly cancel (tight bands) have lost digits that their sum still has.
        """
        return self.outcome.point.t

    @property
    def met(self) -> bool:
        """Every row is kept."""
        return not self.missed.any()


def make_task(
    tree: Tree, blocks: tuple[Block, ...], response: Response, system: System, weights: Weights | None = None
) -> Task:
    """Put bounds and their scales beside the rows; rows over nothing that can move are left to the final check.

    weights: those of another task, used again if its classes answer the same.
    """
    if weights is None or weights.response is not response:
        weights = _weights(tree, response)
    low, high, give_up = (flatten(blocks, name) for name in ("low", "high", "give_up"))
    weights = replace(weights, rows=_rows(blocks, weights))
    size, movable = (np.concatenate([mine[which] for mine in weights.rows]) for which in (1, 2))
    dead = movable <= 0
    low, high = np.where(dead, -np.inf, low), np.where(dead, np.inf, high)
    finite = np.maximum(np.where(np.isfinite(low), np.abs(low), 0), np.where(np.isfinite(high), np.abs(high), 0))
    scale = np.where(finite > 1e-3 * size, finite, np.where(size > 0, size, 1.0))
    noise = 4e-16 * np.maximum(size, finite)
    return Task(tree, blocks, response, system, Bounds(low, high, give_up, scale, noise), weights)


def _weights(tree: Tree, response: Response) -> Weights:
    movable = response.movable()
    size = movable + np.abs(response.held)
    levels = [tree.sum_up(weight.reshape(tree.leaves, -1)) for weight in (movable, size)]
    return Weights(response, levels[0], levels[1])


def _rows(blocks: tuple[Block, ...], weights: Weights) -> tuple[tuple[Block, Floats, Floats], ...]:
    """Sizes of every level's rows and what could move in them; those of a block that stayed are taken over."""
    known = {id(block): (block, size, movable) for block, size, movable in weights.rows}
    levels = zip(blocks, weights.size, weights.movable, strict=True)
    return tuple(
        known.get(id(block)) or (block, _sizes(block, size), _sizes(block, movable)) for block, size, movable in levels
    )


def _sizes(block: Block, sums: Floats) -> Floats:
    """Sum of |coefficient| x weight for every row of a level."""
    base = 0.0 if block.base is None else np.abs(block.base)
    return np.asarray(sums @ (np.abs(block.pattern) + base).T).ravel()


def solve_task(
    task: Task, effort: Effort, start: Floats | None = None, digit: float = np.inf, was: State | None = None
) -> Answer:
    """Multipliers of the one best plan; where rules clash, of the least total miss by priority.

    start: multipliers of a neighbouring problem; was: that problem solved, if it is at hand. digit: an amount below
    which a row's error does not matter (rows are solved to it or to the relative tolerance, whichever is stricter, as
    far as doubles go).
    """
    bounds = task.bounds
    loose = effort.tolerance * bounds.scale
    tolerance = np.maximum(np.minimum(loose, digit), NOISE * bounds.noise)
    first = _growth(task) if start is None else start
    first = np.clip(first, -bounds.give_up, bounds.give_up)
    near = None if was is None else carried_over(was, task.system, task.response, first)
    if near is None:
        outcome = climb(task.system, task.response, bounds, first, tolerance, effort)
    else:
        outcome = climb_from_near(task.system, task.response, bounds, near, tolerance, effort)
    if not outcome.settled and not _near_enough(task, outcome, tolerance, loose):
        outcome = _surely(task, tolerance, effort)
    outcome = _finer(task, outcome, tolerance, effort)
    return Answer(outcome, _missed(task, outcome, tolerance))


def _finer(task: Task, outcome: Outcome, tolerance: Floats, effort: Effort) -> Outcome:
    """One step more for sums so large that their tolerance is a matter of rounding errors alone."""
    bounds = task.bounds
    fine = np.where(tolerance <= NOISE * bounds.noise, FINE * bounds.noise, tolerance)
    point = outcome.point
    clashing = (np.abs(point.y) >= bounds.give_up).any()
    if clashing or not outcome.settled or worst_row(residual(point, bounds), point.y, bounds, fine) <= 1.0:
        return outcome
    finer = climb(task.system, task.response, bounds, point.y, fine, replace(effort, steps=FINER_STEPS))
    worst = worst_row(residual(finer.point, bounds), finer.point.y, bounds, tolerance)
    if worst >= outcome.worst:
        return outcome
    return Outcome(finer.point, worst, outcome.steps + finer.steps, outcome.method)


def _near_enough(task: Task, outcome: Outcome, tolerance: Floats, loose: Floats) -> bool:
    """Within the relative tolerance although doubles would not give the last digit; or clashing, to seven digits."""
    given_up = np.abs(outcome.point.y) >= task.bounds.give_up
    asked = np.where(given_up.any(), CLASHING * task.bounds.scale, loose)
    return bool(outcome.worst <= np.min(np.maximum(asked / tolerance, 1.0)))


def _surely(task: Task, tolerance: Floats, effort: Effort) -> Outcome:
    zero = np.zeros_like(task.bounds.low)
    smooth = climb_smoothly(task.system, task.response, task.bounds, zero, tolerance, effort)
    polished = climb(task.system, task.response, task.bounds, smooth.point.y, tolerance, effort)
    best = min(smooth, polished, key=lambda outcome: outcome.worst)
    return Outcome(best.point, best.worst, smooth.steps + polished.steps, "smoothed newton")


def _growth(task: Task) -> Floats:
    """Start from one growth factor for everybody if a family of equalities covers every class once, else from zero."""
    y = np.zeros_like(task.bounds.low)
    movable = task.response.movable().sum()
    for level, span in spans(task.tree, task.blocks):
        block = task.blocks[level]
        equal = np.isfinite(block.low) & (block.low == block.high)
        whole = np.flatnonzero(equal.all(axis=0) & (block.share == 0).all(axis=0))
        if len(whole) and movable > 0 and (block.pattern[whole].sum(axis=0) == 1).all():
            wanted = (block.low[:, whole].sum() - task.response.held.sum()) / movable
            log = task.response.distance is Distance.PRO_RATA
            grown = (np.log(wanted) if wanted > 0 else 0.0) if log else wanted - 1.0
            y[span].reshape(-1, block.width)[:, whole] = grown
            break
    return y


def _missed(task: Task, outcome: Outcome, tolerance: Floats) -> Floats:
    """Return the signed miss of every row, in the rules as asked (dead rows included); noise counts as zero."""
    low, high = flatten(task.blocks, "low"), flatten(task.blocks, "high")
    value = outcome.point.value
    off = np.where(value < low, value - low, np.where(value > high, value - high, 0.0))
    size = np.maximum(tolerance, 1e-9 * task.bounds.scale)
    return np.where(np.abs(off) > size, off, 0.0)
