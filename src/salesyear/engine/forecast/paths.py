"""Coherent sample paths: a few hundred possible years, each adding up, from which intervals and chances are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesyear.engine.forecast.spread import NORMAL_DOF, Spread
from salesyear.engine.forecast.tree import Floats, Tree
from salesyear.engine.messages import EngineError, noop

BLOCK = 50
SHIFTS = 8
Singles = npt.NDArray[np.float32]


class UnknownNode(EngineError):
    """A node asked for is not in the tree."""


@dataclass(frozen=True)
class Paths:
    """values: (nodes, horizon, paths), float32; every path adds up over the tree."""

    tree: Tree
    values: Singles

    def quantiles(self, chances: Sequence[float]) -> Floats:
        """Points below which the given shares of the paths lie, (chances, nodes, horizon)."""
        return np.asarray(np.quantile(self.values, chances, axis=2), dtype=np.float64)

    def interval(self, cover: float) -> tuple[Floats, Floats]:
        """Lower and upper bound of the central interval holding `cover` of the paths, each (nodes, horizon)."""
        low, high = self.quantiles([(1 - cover) / 2, (1 + cover) / 2])
        return low, high

    def total(self, steps: slice = slice(None)) -> Singles:
        """Sum over some steps of the horizon, (nodes, paths): a quarter, the rest of the year."""
        return np.asarray(self.values[:, steps].sum(axis=1), dtype=np.float32)

    def chance_of(self, node: int, target: float, sold: float = 0.0, steps: slice = slice(None)) -> float:
        """Share of the paths in which `sold` plus the sum of `steps` reaches the target."""
        if not 0 <= node < self.tree.size:
            raise UnknownNode(
                noop("There is no node %(node)s; the tree has %(count)s."), node=node, count=self.tree.size
            )
        return float((sold + self.total(steps)[node] >= target).mean())


def draw_paths(tree: Tree, mean: Floats, spread: Spread, *, count: int, seed: int) -> Paths:
    """Draw `count` coherent paths around the coherent forecast `mean` (nodes, horizon); no leaf below 0.

    Cutting at 0 would raise the mean of small leaves: each leaf and month is shifted down until, cut, it has its
    forecast for a mean again. What cannot sell less than nothing thus sells nothing more often, and more when it does.
    """
    generator = np.random.Generator(np.random.Philox(seed))
    leaf = mean[tree.leaf_nodes]
    drawn = np.empty((*leaf.shape, count), dtype=np.float32)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        drawn[..., start : start + size] = leaf[..., None] + _noise(tree, spread, size, generator)
    _cut_at_zero(drawn, leaf.astype(np.float32))
    return Paths(tree, _added_up(tree, drawn))


def _cut_at_zero(drawn: Singles, mean: Singles) -> None:
    """Shift and cut, in place: Newton's steps on the shift, then what is left over by scale."""
    for row, wanted in zip(drawn, mean, strict=True):
        shift = np.zeros_like(wanted)
        for _ in range(SHIFTS if (row.min() < 0) else 0):
            cut = np.maximum(row - shift[:, None], 0.0)
            shift += (cut.mean(axis=1) - wanted) / np.maximum((cut > 0).mean(axis=1), 0.05)
        np.maximum(row - shift[:, None], 0.0, out=row)
        centre = row.mean(axis=1)
        row *= np.divide(wanted, centre, out=np.zeros_like(wanted), where=centre > 0)[:, None]


def _noise(tree: Tree, spread: Spread, count: int, generator: np.random.Generator) -> Singles:
    """Errors of the leaves, (leaves, horizon, count)."""
    horizon = len(spread.profile)
    out = np.zeros((spread.share.shape[1], horizon, count), dtype=np.float32)
    root = (spread.profile[:, None] * spread.root).astype(np.float32)
    for level in range(len(tree.levels)):
        size = spread.shock[tree.nodes(level)]
        if not size.any():
            continue
        raw = generator.standard_normal((len(size), horizon, count), dtype=np.float32)
        shock = (root @ raw) * size[:, None, None].astype(np.float32)
        shock *= _mixing(len(size), count, float(spread.dof[level]), generator, variance=1.0)[:, None, :]
        shock *= _mixing(len(size), count, float(spread.doubt[level]), generator, variance=None)[:, None, :]
        out += shock[tree.above(level)] * spread.share[level][:, None, None].astype(np.float32)
    return out


def _mixing(nodes: int, count: int, dof: float, generator: np.random.Generator, *, variance: float | None) -> Singles:
    """Factors that turn normal shocks into Student's t, one per node and path; of that variance, or as t has it."""
    if dof >= NORMAL_DOF:
        return np.ones((nodes, count), dtype=np.float32)
    top = dof if variance is None else variance * (dof - 2)
    return np.sqrt(top / generator.chisquare(dof, (nodes, count))).astype(np.float32)


def _added_up(tree: Tree, drawn: Singles) -> Singles:
    """All nodes' paths from the leaves' (block by block: the sums are made in double precision)."""
    out = np.empty((tree.size, *drawn.shape[1:]), dtype=np.float32)
    for start in range(0, drawn.shape[2], BLOCK):
        block = slice(start, start + BLOCK)
        out[..., block] = tree.add_up(drawn[..., block])
    return out
