"""Linear algebra along the tree: sums up, multipliers down, Newton systems eliminated leaf by leaf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from salesyear.engine.targets.numeric.rows import Block, spans
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints, Tree

# Relative to the row's own weight: region totals and month totals, for one, always depend on each other by one row.
RIDGE = 1e-12
NARROW = 2  # fronts of so few rows are divided by all at once
DENSE = 8  # of that many children one has free rows: skipping the others costs more than it saves


class System(Protocol):
    """What Newton's method asks of the rows: A'y, A x, and (A W A' + diagonal)^-1 r on the free rows."""

    def pull(self, y: Floats) -> Floats:
        """Sum of the multipliers that act on each class."""
        ...

    def push(self, x: Floats) -> Floats:
        """Value of every row."""
        ...

    def newton(self, weight: Floats) -> Newton:
        """Prepare steps with these class weights."""
        ...


class Newton(Protocol):
    """A Newton matrix at one point, solved for changing sets of free rows."""

    def solve(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> Floats:
        """Step on the free rows, zero elsewhere."""
        ...

    def factor(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> Factored:
        """Return the same step with what is needed to solve for another residual on the same free rows."""
        ...


class Factored(Protocol):
    """A step and the factors it came from."""

    @property
    def step(self) -> Floats:
        """Step on the free rows, zero elsewhere."""
        ...

    def again(self, residual: Floats) -> Floats:
        """Step for another residual: substitution alone."""
        ...


@dataclass(frozen=True)
class TreeSystem:
    """Rows on a tree whose every leaf has the same attribute classes (a full table leaves x classes)."""

    tree: Tree
    blocks: tuple[Block, ...]

    def pull(self, y: Floats) -> Floats:
        """Multipliers summed from the company down to every class; (rows,) -> (leaves * classes,)."""
        total: Floats | None = None
        for level, span in spans(self.tree, self.blocks):
            block = self.blocks[level]
            if total is not None and level:
                total = total[self.tree.up[level]]
            if block.width:
                here = block.acting(y[span].reshape(-1, block.width))
                total = here if total is None else np.add(total, here, out=here)
        if total is None:
            total = np.zeros((self.tree.leaves, self.blocks[0].pattern.shape[1]))
        return total.ravel()

    def push(self, x: Floats) -> Floats:
        """Value of every row from the sales of the classes; (leaves * classes,) -> (rows,)."""
        sums = self.tree.sum_up(x.reshape(self.tree.leaves, -1))
        parts = []
        for block, sales in zip(self.blocks, sums, strict=True):
            value = sales @ block.pattern.T
            if block.base is not None:
                value -= block.share * (sales @ block.base.T)
            parts.append(value.ravel())
        return np.concatenate(parts)

    def newton(self, weight: Floats) -> TreeNewton:
        """Blocks A_k W A_j' of every level k with the levels j above it, made once per Newton step."""
        sums = self.tree.sum_up(weight.reshape(self.tree.leaves, -1))
        own, above = [], []
        for level, mine in enumerate(self.blocks):
            tall = _weighted(_tall(mine), self._tall_down_to[level], sums[level])
            if mine.base is not None:
                tall = tall[:, : mine.width] - mine.share[:, :, None] * tall[:, mine.width :]
            columns = self._columns(level, tall)
            own.append(columns[:, :, columns.shape[2] - mine.width :])
            above.append(columns[:, :, : columns.shape[2] - mine.width])
        return TreeNewton(self.tree, self.blocks, own, above)

    @cached_property
    def _tall_down_to(self) -> list[Floats]:
        """Patterns of all levels from the company to each level, bases included."""
        return [np.vstack([_tall(block) for block in self.blocks[: level + 1]]) for level in range(self.tree.depth)]

    def _columns(self, level: int, tall: Floats) -> Floats:
        """Take the shares of their bases off the columns; nodes x rows x rows of the levels down to this one."""
        if all(block.base is None for block in self.blocks[: level + 1]):
            return tall
        place = np.arange(self.tree.size(level), dtype=np.int64)
        parts, end = [], tall.shape[2]
        for higher in range(level, -1, -1):
            block = self.blocks[higher]
            base = tall[:, :, end - block.width : end] if block.base is not None else None
            end -= block.width if base is not None else 0
            part = tall[:, :, end - block.width : end]
            end -= block.width
            parts.append(part if base is None else part - base * block.share[place][:, None, :])
            place = self.tree.up[higher][place]
        return np.concatenate(parts[::-1], axis=2)


def _tall(block: Block) -> Floats:
    return block.pattern if block.base is None else np.vstack([block.pattern, block.base])


def _weighted(left: Floats, right: Floats, weight: Floats) -> Floats:
    """Return left diag(weight_u) right' for every node u as one matrix product."""
    nodes, classes = weight.shape
    if len(left) == 0 or len(right) == 0:
        return np.zeros((nodes, len(left), len(right)))
    scaled = (weight[:, None, :] * left[None, :, :]).reshape(nodes * len(left), classes)
    return (scaled @ right.T).reshape(nodes, len(left), len(right))


@dataclass(frozen=True)
class TreeNewton:
    """Newton's matrix on a tree; own: nodes x rows x rows per level, above: nodes x rows x rows of all ancestors."""

    tree: Tree
    blocks: tuple[Block, ...]
    own: list[Floats]
    above: list[Floats]

    def solve(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> Floats:
        """Eliminate from the leaves to the company, then substitute back; (rows,) -> (rows,)."""
        return self.factor(residual, free, diagonal).step

    def factor(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> TreeFactored:
        """Eliminate and keep the fronts."""
        places = dict(spans(self.tree, self.blocks))
        carried: Floats | None = None
        kept: list[Eliminated] = []
        for level in range(self.tree.depth - 1, -1, -1):
            span, shape = places[level], (self.tree.size(level), self.blocks[level].width)
            extra = None if diagonal is None else diagonal[span].reshape(shape)
            front, border = self._front(level, residual[span].reshape(shape), extra, carried)
            mask = free[span].reshape(shape)
            solved = _pivot(front, border, mask)
            kept.append(Eliminated(span, front, border, solved, mask))
            if level:
                carried = self._carry(level, border, solved, carried)
        return TreeFactored(self.tree, kept[::-1])

    def _front(
        self, level: int, residual: Floats, extra: Floats | None, carried: Floats | None
    ) -> tuple[Floats, Floats]:
        """Own matrix and its border [ancestors' columns | residual], less what the levels below took away."""
        matrix = self.own[level].copy()
        border = np.concatenate([self.above[level], residual[:, :, None]], axis=2)
        diagonal = np.einsum("nii->ni", matrix)  # a view
        diagonal += RIDGE * np.where(diagonal > 0, diagonal, 1.0)
        if extra is not None:
            diagonal += extra
        if carried is not None:
            above = self.above[level].shape[2]
            mine = carried[:, above:-1]
            matrix -= mine[:, :, above:-1]
            border[:, :, :above] -= mine[:, :, :above]
            border[:, :, above] -= mine[:, :, -1]
        return matrix, border

    def _carry(self, level: int, border: Floats, solved: Floats, carried: Floats | None) -> Floats:
        """Sum over the children what eliminating this level takes from the rows above; parents x rows x rows."""
        above = self.above[level].shape[2]
        total = _products_by_parent(border, solved, self.tree.up[level], self.tree.size(level - 1))
        if carried is not None:
            rest = np.add.reduceat(carried, self.tree.first_children(level), axis=0)
            total[:, :above, :above] += rest[:, :above, :above]
            total[:, :above, -1] += rest[:, :above, -1]
            total[:, -1, :above] += rest[:, -1, :above]
        return total


@dataclass(frozen=True)
class Eliminated:
    """One level after elimination: rows, front, border [ancestors' columns | residual], front^-1 border, free rows."""

    rows: slice
    front: Floats
    border: Floats
    solved: Floats
    mask: Bools

    def divide(self, right: Floats) -> Floats:
        """Return front^-1 right on the free rows; nodes x rows."""
        return _pivot(self.front, right[:, :, None], self.mask)[:, :, 0]


@dataclass(frozen=True)
class TreeFactored:
    """Levels after elimination, the company first."""

    tree: Tree
    levels: list[Eliminated]

    @cached_property
    def step(self) -> Floats:
        """Step for the residual that was eliminated."""
        return self._back([level.solved[:, :, -1] for level in self.levels])

    def again(self, residual: Floats) -> Floats:
        """Carry another residual up through the fronts, then substitute back."""
        carried = np.zeros((self.tree.leaves, sum(level.mask.shape[1] for level in self.levels)))
        right: list[Floats] = []
        for place in range(self.tree.depth - 1, -1, -1):
            level = self.levels[place]
            above = level.border.shape[2] - 1
            mine = level.divide(residual[level.rows].reshape(level.mask.shape) - carried[:, above:])
            right.append(mine)
            if place:
                taken = carried[:, :above] + np.einsum("nw,nwa->na", mine, level.border[:, :, :-1])
                carried = np.add.reduceat(taken, self.tree.first_children(place), axis=0)
        return self._back(right[::-1])

    def _back(self, right: list[Floats]) -> Floats:
        known = np.zeros((1, 0))
        parts = []
        for place, level in enumerate(self.levels):
            known = known[self.tree.up[place]]
            step = right[place] - np.matmul(level.solved[:, :, :-1], known[:, :, None])[:, :, 0]
            known = np.concatenate([known, step], axis=1)
            parts.append(step.ravel())
        return np.concatenate(parts)


def _pivot(front: Floats, border: Floats, mask: Bools) -> Floats:
    """Return front^-1 border on the free rows of every node, zero on the others."""
    solved = np.zeros_like(border)
    if mask.all():
        return _divide(front, border) if border.size else solved
    count = mask.sum(axis=1)
    alone = np.flatnonzero(count == 1)
    if len(alone):
        row = mask[alone].argmax(axis=1)
        solved[alone, row] = border[alone, row] / front[alone, row, row][:, None]
    for width in range(2, mask.shape[1] + 1):
        active = np.flatnonzero(count == width)
        if len(active):
            _pivot_alike(front, border, mask, active, solved)
    return solved


def _pivot_alike(front: Floats, border: Floats, mask: Bools, active: Ints, solved: Floats) -> None:
    """The same for nodes with equally many free rows, on those rows alone: most reps have one or two of seven."""
    rows = np.nonzero(mask[active])[1].reshape(len(active), -1)
    node = active[:, None]
    solved[node, rows] = _divide(front[node[:, :, None], rows[:, :, None], rows[:, None, :]], border[node, rows])


def _products_by_parent(border: Floats, solved: Floats, parent: Ints, parents: int) -> Floats:
    """Sum border' solved over the children of each parent as one batched product (childless rows are skipped)."""
    nodes, width, size = border.shape
    active = np.flatnonzero(solved.any(axis=(1, 2)))
    even = nodes % parents == 0 and (parent == np.repeat(np.arange(parents), nodes // parents)).all()
    if even and DENSE * len(active) >= nodes:
        left, right = (part.reshape(parents, -1, size) for part in (border, solved))
        return np.asarray(np.matmul(left.transpose(0, 2, 1), right))
    owner = parent[active]
    first = np.searchsorted(owner, owner)
    place = np.arange(len(active)) - first
    room = int(place.max(initial=-1)) + 1
    left, right = np.zeros((parents, room, width, size)), np.zeros((parents, room, width, size))
    left[owner, place], right[owner, place] = border[active], solved[active]
    left, right = (part.reshape(parents, room * width, size) for part in (left, right))
    return np.asarray(np.matmul(left.transpose(0, 2, 1), right))


def _divide(matrix: Floats, border: Floats) -> Floats:
    if matrix.shape[1] == 1:
        return border / matrix
    # Rows of very different size (a share beside a company total) are brought to one size first.
    index = np.arange(matrix.shape[1])
    size = 1.0 / np.sqrt(np.maximum(np.abs(matrix[:, index, index]), 1e-300))
    even = matrix * size[:, :, None] * size[:, None, :]
    right = border * size[:, :, None]
    solved = _divide_narrow(even, right) if matrix.shape[1] <= NARROW else np.linalg.solve(even, right)
    return size[:, :, None] * solved


def _divide_narrow(matrix: Floats, right: Floats) -> Floats:
    """Gauss-Jordan over all nodes at once, in place: positive definite and scaled, so no pivoting is needed."""
    width = matrix.shape[1]
    for pivot in range(width):
        right[:, pivot] /= matrix[:, pivot, pivot, None]
        matrix[:, pivot] /= matrix[:, pivot, pivot, None].copy()
        for row in range(width):
            if row != pivot:
                factor = matrix[:, row, pivot, None].copy()
                right[:, row] -= factor * right[:, pivot]
                matrix[:, row] -= factor * matrix[:, pivot]
    return right
