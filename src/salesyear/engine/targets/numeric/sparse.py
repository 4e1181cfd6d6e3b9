"""The general path: any rows over any classes, as sparse matrices; for thin tables, and to check the fast path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU, splu

from salesyear.engine.targets.numeric.rows import Block
from salesyear.engine.targets.numeric.system import RIDGE
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints, Tree


@dataclass(frozen=True)
class SparseSystem:
    """rows: rows x classes."""

    rows: sp.csr_array

    def pull(self, y: Floats) -> Floats:
        """Sum of the multipliers that act on each class."""
        return np.asarray(self.rows.T @ y)

    def push(self, x: Floats) -> Floats:
        """Value of every row."""
        return np.asarray(self.rows @ x)

    def newton(self, weight: Floats) -> SparseNewton:
        """Build A W A'."""
        return SparseNewton((self.rows.multiply(weight[None, :]) @ self.rows.T).tocsc())


@dataclass(frozen=True)
class SparseNewton:
    """matrix: rows x rows."""

    matrix: sp.csc_array

    def solve(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> Floats:
        """Factor the free part, with the same ridge as the tree."""
        return self.factor(residual, free, diagonal).step

    def factor(self, residual: Floats, free: Bools, diagonal: Floats | None = None) -> SparseFactored:
        """Factor the free part and keep the factors."""
        chosen = np.flatnonzero(free)
        if not len(chosen):
            return SparseFactored(residual, chosen, np.zeros(0), None)
        part = self.matrix[chosen][:, chosen]
        weight = part.diagonal()
        extra = RIDGE * np.where(weight > 0, weight, 1.0)
        if diagonal is not None:
            extra = extra + diagonal[chosen]
        size = 1.0 / np.sqrt(weight + extra)
        even = sp.diags_array(size) @ (part + sp.diags_array(extra)) @ sp.diags_array(size)
        return SparseFactored(residual, chosen, size, splu(even.tocsc()))


@dataclass(frozen=True)
class SparseFactored:
    """chosen: the free rows; size: what each was scaled by; factors: None where no row is free."""

    residual: Floats
    chosen: Ints
    size: Floats
    factors: SuperLU | None

    @cached_property
    def step(self) -> Floats:
        """Step for the residual given with the matrix."""
        return self.again(self.residual)

    def again(self, residual: Floats) -> Floats:
        """Step for another residual."""
        step = np.zeros_like(residual)
        if self.factors is not None:
            step[self.chosen] = self.size * self.factors.solve(self.size * residual[self.chosen])
        return step


def sparse_system(tree: Tree, blocks: tuple[Block, ...], present: Ints) -> SparseSystem:
    """Rows over the full list of classes (leaf x attribute), filled only where a class has cells."""
    attributes = blocks[0].pattern.shape[1]
    leaf, attribute = np.divmod(present, attributes)
    parts = []
    for level, block in enumerate(blocks):
        node = tree.ancestors(level)[leaf]
        for place in range(block.width):
            value = block.pattern[place][attribute]
            if block.base is not None:
                value = value - block.share[node, place] * block.base[place][attribute]
            used = np.flatnonzero(value)
            shape = (tree.size(level), tree.leaves * attributes)
            parts.append((level, place, sp.csr_array((value[used], (node[used], present[used])), shape=shape)))
    return SparseSystem(_interleaved(tree, blocks, parts))


def _interleaved(tree: Tree, blocks: tuple[Block, ...], parts: list[tuple[int, int, sp.csr_array]]) -> sp.csr_array:
    """Bring the rows into the order node by node that the long vectors have."""
    if not parts:
        return sp.csr_array((0, tree.leaves * blocks[0].pattern.shape[1]))
    place_of, start, offset = [], 0, {}
    for level, block in enumerate(blocks):
        offset[level] = start
        start += tree.size(level) * block.width
    for level, place, _ in parts:
        place_of.append(offset[level] + np.arange(tree.size(level)) * blocks[level].width + place)
    stacked = sp.vstack([part for _, _, part in parts], format="csr")
    return stacked[np.argsort(np.concatenate(place_of))]
