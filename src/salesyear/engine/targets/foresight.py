"""Where an edited plan will be, nearly: multipliers to start Newton's method from, so that one step is left to do.

A sum fixed anew is scaled by raking's closed form (Deming and Stephan 1940). If it is the year of a node, the years of
all nodes are then filled among themselves, every leaf being one number: that small problem (a thousand numbers where
the plan has fifty thousand classes) finds out who runs into which band and cap. A share that became the stricter of two
takes the multiplier over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.targets.lines import Line
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.numeric.rows import Block, spans
from salesyear.engine.targets.numeric.solving import Answer, Task
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints, Tree

FURTHEST = 2.0  # largest change of a multiplier foreseen by closed form
PASSES, NEAR = 8, 1e-3

Levels = tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Before:
    """The state an edit starts from: its problem, its rows by level, and its answer."""

    task: Task
    levels: Levels
    answer: Answer


def foresee(before: Before, blocks: tuple[Block, ...], levels: Levels) -> Floats:
    """Multipliers to start from: of the rows that stay, of sums fixed anew, and of all years among themselves."""
    start, years = _carry_over(before, blocks, levels)
    if years and before.task.response.distance is Distance.PRO_RATA:
        _years_among_themselves(before, blocks, start)
    parts = []
    for block, mine in zip(blocks, start, strict=True):
        mine[~(np.isfinite(block.low) | np.isfinite(block.high))] = 0.0
        parts.append(mine.ravel())
    return np.concatenate(parts)


def _carry_over(before: Before, blocks: tuple[Block, ...], levels: Levels) -> tuple[list[Floats], bool]:
    """Multipliers per level (nodes x rows), and whether a year was fixed anew."""
    tree = before.task.tree
    old = {level: before.answer.y[span] for level, span in spans(tree, before.task.blocks)}
    starts, years = [], False
    for level, block in enumerate(blocks):
        mine = old[level].reshape(tree.size(level), -1)
        start = np.zeros((tree.size(level), block.width))
        known = {line.name: place for place, line in enumerate(before.levels[level])}
        starts.append(start)
        for place, line in enumerate(levels[level]):
            if line.name in known:
                start[:, place] = mine[:, known[line.name]]
        for place, line in enumerate(levels[level]):
            was = known.get(line.name)
            untouched = was is not None and line is before.levels[level][was]
            if untouched or before.task.response.distance is Distance.LEAST_SQUARES:
                continue
            if line.whole is not None:
                _take_over(levels[level], place, start)
                _raise(before, line, start[:, place], level)
                continue
            fixed = _fixed_anew(block, place, before.task.blocks[level], was)
            if fixed.any():
                years |= bool((block.pattern[place] == 1).all())
                _scale(before, block, start, np.flatnonzero(fixed).astype(np.int64), (level, place))
    return starts, years


def _take_over(lines: tuple[Line, ...], place: int, start: Floats) -> None:
    """Of two floors or ceilings on one share only the stricter acts, so Newton never sees two rows nearly equal."""
    own = lines[place]
    for other, line in enumerate(lines):
        if other == place or line.whole is None or (line.part != own.part).any() or (line.whole != own.whole).any():
            continue
        floor = np.isfinite(own.low) & np.isfinite(line.low) & (own.share > line.share)
        ceiling = np.isfinite(own.high) & np.isfinite(line.high) & (own.share < line.share)
        stricter = (floor & (start[:, other] > 0)) | (ceiling & (start[:, other] < 0))
        start[stricter, place] += start[stricter, other]
        start[stricter, other] = 0.0


def _raise(before: Before, line: Line, start: Floats, level: int) -> None:
    """Bring a share that is short to its floor, or back to its ceiling: e^y is the change of part to rest it takes."""
    if line.whole is None or (line.part & ~line.whole).any():
        return
    tree = before.task.tree
    sums = tree.sum_up(before.answer.outcome.point.sales.reshape(tree.leaves, -1))[level]
    part, rest = sums @ line.part, sums @ (line.whole & ~line.part)
    share = np.clip(line.share, 1e-6, 1 - 1e-6)
    apt = (part > 0) & (rest > 0)
    odds = np.log(share / (1 - share)) - np.log(np.where(apt, part, 1.0) / np.where(apt, rest, 1.0))
    off = (np.isfinite(line.low) & (odds > 0)) | (np.isfinite(line.high) & (odds < 0))
    start += np.where(apt & off, np.clip(odds, -FURTHEST, FURTHEST), 0.0)


def _fixed_anew(block: Block, place: int, before: Block, known: int | None) -> Bools:
    """Nodes at which a row fixes its sum otherwise than before; a row of one sum only, not of a share."""
    low, pattern = block.low[:, place], block.pattern[place]
    plain = ((pattern == 0) | (pattern == 1)).all()
    fixed = np.isfinite(low) & (low == block.high[:, place]) & plain & (block.share[:, place] == 0)
    return np.asarray(fixed if known is None else fixed & (low != before.low[:, known]))


def _scale(before: Before, block: Block, start: Floats, nodes: Ints, at: tuple[int, int]) -> None:
    """Scale what a row sums to its new amount, and let it take over from limits on the same sum.

    Newton's method then only has to make room elsewhere, and never sees two equal rows.
    """
    level, place = at
    pattern, amount = block.pattern[place], block.low[nodes, place]
    tree, response = before.task.tree, before.task.response
    now, held = (
        tree.sum_up(sums.reshape(tree.leaves, -1) @ pattern)[level][nodes]
        for sums in (before.answer.outcome.point.sales, response.held)
    )
    apt = (amount > held) & (now > held)
    growth = np.log(np.where(apt, amount - held, 1.0) / np.where(apt, now - held, 1.0))
    start[nodes, place] += np.clip(growth, -FURTHEST, FURTHEST)
    same = (block.pattern == pattern).all(axis=1) & (block.share == 0).all(axis=0)
    same[place] = False
    for other in np.flatnonzero(same):
        side = np.sign(amount - np.clip(amount, block.low[nodes, other], block.high[nodes, other]))
        yields = (side == 0) | (block.give_up[nodes, other] < block.give_up[nodes, place])
        rest = np.where(side == 0, 0.0, -side * block.give_up[nodes, other])
        start[nodes, place] += np.where(yields, start[nodes, other] - rest, 0.0)
        start[nodes[yields], other] = rest[yields]


@dataclass(frozen=True)
class _Years:
    """Of one level: places of the rows that bound whole years, and the strictest of them at every node."""

    places: Ints
    low: Floats
    high: Floats
    give_up: Floats
    y: Floats  # what the rows do together

    @classmethod
    def of(cls, block: Block, start: Floats) -> _Years:
        places = _whole_years(block)
        nodes = len(start)
        if not len(places):
            none = np.full(nodes, np.inf)
            return cls(places, -none, none, np.full(nodes, 1.0), np.zeros(nodes))
        low, high = block.low[:, places].max(axis=1), block.high[:, places].min(axis=1)
        return cls(places, low, high, block.give_up[:, places].max(axis=1), start[:, places].sum(axis=1))

    def give_back(self, block: Block, start: Floats, y: Floats) -> None:
        """Write what came out into the row that is the strictest on its side."""
        if not len(self.places):
            return
        strict = np.where(y > 0, block.low[:, self.places].argmax(axis=1), block.high[:, self.places].argmin(axis=1))
        start[:, self.places] = 0.0
        start[np.arange(len(start)), self.places[strict]] = y


def _whole_years(block: Block) -> Ints:
    """Places of the rows of a level that bound whole years."""
    return np.flatnonzero((block.pattern == 1).all(axis=1) & (block.share == 0).all(axis=0)).astype(np.int64)


def _years_among_themselves(before: Before, blocks: tuple[Block, ...], start: list[Floats]) -> None:
    """Fill the years of all nodes from the top, the other multipliers as they are: who is in a band does not yield.

    One pass over the levels is Newton's method for the node above all its leaves; it settles in a few.
    """
    tree = before.task.tree
    years = [_Years.of(block, mine) for block, mine in zip(blocks, start, strict=True)]
    if any((own.low > own.high).any() or (np.abs(own.y) >= own.give_up).any() for own in years):
        return
    gain, held = _leaves(before)
    y = [own.y for own in years]
    for _ in range(PASSES):
        far = 0.0
        for level, own in enumerate(years):
            if len(own.places):
                fresh = _filled(tree, own, y, (gain, held), level)
                far = max(far, float(np.abs(fresh - y[level]).max()))
                y[level] = fresh
        if far < NEAR:
            break
    for own, block, mine, found in zip(years, blocks, start, y, strict=True):
        own.give_back(block, mine, found)


def _filled(tree: Tree, years: _Years, y: list[Floats], leaves: tuple[Floats, Floats], level: int) -> Floats:
    """Multipliers of one level that bring its sums inside their bounds while bound nodes below stay as they are."""
    acting = y[0]
    for below in range(1, tree.depth):
        acting = acting[tree.up[below]] + y[below]
    loose = leaves[0] * np.exp(acting)
    total = loose + leaves[1]
    for below in range(tree.depth - 1, level, -1):
        first = tree.first_children(below)
        total = np.add.reduceat(total, first)
        loose = np.add.reduceat(np.where(y[below] != 0, 0.0, loose), first)
    fixed, alone = total - loose, loose * np.exp(-y[level])
    idle = alone + fixed
    wanted = np.minimum(np.maximum(idle, years.low), years.high)
    apt = (wanted > fixed) & (alone > 0)
    growth = np.log(np.where(apt, wanted - fixed, 1.0) / np.where(apt, alone, 1.0))
    growth = np.where(wanted == idle, 0.0, np.clip(growth, -years.give_up, years.give_up))
    return np.where(apt, growth, y[level])


def _leaves(before: Before) -> tuple[Floats, Floats]:
    """Free sales of every leaf as they would be without the multipliers of years, and what is held there."""
    tree, task = before.task.tree, before.task
    tables = [sums.reshape(tree.leaves, -1) for sums in (task.response.held, before.answer.outcome.point.sales)]
    held, sales = (table @ np.ones(table.shape[1]) for table in tables)
    acting = np.zeros(1)
    for level, span in spans(tree, task.blocks):
        block = task.blocks[level]
        acting = acting[tree.up[level]]
        if len(places := _whole_years(block)):
            acting = acting + before.answer.y[span].reshape(tree.size(level), -1)[:, places].sum(axis=1)
    return (sales - held) * np.exp(-acting), held
