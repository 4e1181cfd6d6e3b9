"""Totals that must come out exactly: fixed ones, and caps and floors that the real plan touches."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.halving import ONE
from salesyear.engine.rounding.tree import Ints, OrgTree

NO_LEAST = -(2**62)
NO_MOST = 2**62
FAR = 2**42  # Whole units; times 2**BITS it still fits 64 bits.
MISS = ONE >> 6  # A real plan further than this (1/64 unit) from what it promises is not rounded but refused.
NEAR = 16  # Ticks: a total as near to its limit as this is put on it.
ROOMS = (ONE >> 6, ONE >> 14, 2)  # Ticks a leaf-month must be away from whole to take up differences.

Bools = NDArray[np.bool_]


class LimitsContradict(EngineError):
    """Limits that no plan of whole units can keep together, or that the real plan does not keep."""


@dataclass(frozen=True)
class Limits:
    """Least and most of protected totals, in the currency's smallest unit; fixed where both are equal.

    year_least, year_most: (nodes,); month_least, month_most: (nodes, months). NO_LEAST and NO_MOST mean none.
    """

    year_least: Ints
    year_most: Ints
    month_least: Ints
    month_most: Ints

    @classmethod
    def none(cls, tree: OrgTree, months: int) -> Limits:
        """No limit anywhere: arrays to write into before rounding."""
        nodes = len(tree.keys)
        return cls(
            np.full(nodes, NO_LEAST),
            np.full(nodes, NO_MOST),
            np.full((nodes, months), NO_LEAST),
            np.full((nodes, months), NO_MOST),
        )

    def table(self, unit: int) -> tuple[Ints, Ints]:
        """Least and most in whole units, year beside months, none as ±FAR: twice (nodes, 1 + months)."""
        least = np.column_stack((self.year_least, self.month_least))
        most = np.column_stack((self.year_most, self.month_most))
        return np.maximum(-(-least // unit), -FAR), np.minimum(most // unit, FAR)


def check_whole(limits: Limits, unit: int, tree: OrgTree, months: Sequence[Hashable]) -> None:
    """Refuse limits that leave no whole number of units between them."""
    least, most = limits.table(unit)
    bad = np.argwhere(least > most)
    if not bad.size:
        return
    node, column = bad[0]
    floor, cap = (
        np.column_stack((limits.year_least, limits.month_least)),
        np.column_stack((limits.year_most, limits.month_most)),
    )
    raise LimitsContradict(
        noop("“%(node)s” (%(period)s) must lie between %(least)d and %(most)d: no whole number of %(unit)d does."),
        node=tree.keys[node],
        period=_period(months, int(column)),
        least=int(floor[node, column]),
        most=int(cap[node, column]),
        unit=unit,
    )


def settle(ticks: Ints, room: Ints, limits: Limits, unit: int, tree: OrgTree, months: Sequence[Hashable]) -> Ints:
    """Move ticks (2**-BITS units) between leaf-months until every limit touched is met exactly.

    ticks, room: (leaves, months); room is how far a leaf-month may move and stay between the same whole
    numbers. A total is an edge of the network of `halving`; setting it unbalances its two ends, and the
    differences are sent along a spanning forest of what is free to move. Gives the new ticks.
    """
    least, most = limits.table(unit)
    hard = np.zeros(least.shape, dtype=bool)
    for _ in range(8):
        totals = _totals(ticks, tree)
        low, high = totals < least * ONE + NEAR, totals > most * ONE - NEAR
        _refuse_missed(totals, least, most, tree, months)
        fresh = (low | high) & ~hard
        hard |= low | high
        gap = np.where(low, least * ONE, np.where(high, most * ONE, totals)) - totals
        if not fresh.any() and not gap.any():
            return ticks
        if gap.any():
            moved = _send(gap, hard, room, tree, months)
            ticks, room = ticks + moved, room - np.abs(moved)
    raise LimitsContradict(noop("The limits cannot be met together in whole units of %(unit)d."), unit=unit)


def _totals(ticks: Ints, tree: OrgTree) -> Ints:
    by_month = tree.roll_up(ticks)
    return np.column_stack((by_month.sum(axis=1), by_month))


def _refuse_missed(totals: Ints, least: Ints, most: Ints, tree: OrgTree, months: Sequence[Hashable]) -> None:
    missed = np.argwhere((totals < least * ONE - MISS) | (totals > most * ONE + MISS))
    if missed.size:
        node, column = missed[0]
        raise LimitsContradict(
            noop("The plan gives “%(node)s” (%(period)s) %(total).2f units; the limits ask for %(least)d to %(most)d."),
            node=tree.keys[node],
            period=_period(months, int(column)),
            total=totals[node, column] / ONE,
            least=int(least[node, column]),
            most=int(most[node, column]),
        )


@dataclass(frozen=True)
class _Edges:
    """The network as edges: where each starts and ends, and which total (node, column) or leaf-month it
    is."""

    tail: Ints
    head: Ints
    node: Ints
    column: Ints
    leaf: Ints


def _edges(tree: OrgTree, months: int) -> _Edges:
    nodes, leaves = len(tree.keys), tree.leaves
    years = nodes + np.arange(nodes)
    inner = np.setdiff1d(np.arange(nodes), leaves)
    month = np.arange(1, months + 1)

    def of_month(node: Ints) -> Ints:
        """Vertices of (node, month), or the root's own vertex above a root: (len(node), months)."""
        above = nodes * (1 + month) + node[:, None]
        return np.where(node[:, None] >= 0, above, 0)

    def over(node: Ints) -> Ints:
        return np.where(tree.up[node][:, None] >= 0, of_month(tree.up[node]), node[:, None])

    tails = [np.where(tree.up >= 0, nodes + tree.up, np.arange(nodes)), np.repeat(nodes + leaves, months)]
    heads = [years, over(leaves).ravel()]
    return _Edges(
        tail=np.concatenate([*tails, of_month(inner).ravel()]),
        head=np.concatenate([*heads, over(inner).ravel()]),
        node=np.concatenate((np.arange(nodes), np.repeat(leaves, months), np.repeat(inner, months))),
        column=np.concatenate((np.zeros(nodes, int), np.tile(month, leaves.size + inner.size))),
        leaf=np.concatenate(
            (np.full(nodes, -1), np.repeat(np.arange(leaves.size), months), np.full(inner.size * months, -1))
        ),
    )


def _send(gap: Ints, hard: Bools, room: Ints, tree: OrgTree, months: Sequence[Hashable]) -> Ints:
    edges = _edges(tree, len(months))
    size = int(max(edges.tail.max(), edges.head.max())) + 1
    push = gap[edges.node, edges.column]
    excess = np.zeros(size, dtype=np.int64)
    np.add.at(excess, edges.head, push)
    np.add.at(excess, edges.tail, -push)
    cell = edges.leaf >= 0
    cell_room = np.where(cell, room[edges.leaf, edges.column - 1], 0)
    free = ~hard[edges.node, edges.column]
    for least_room in ROOMS:
        usable = free & (~cell | (cell_room >= least_room))
        sent, stuck = _along_forest(edges, usable, excess.copy())
        fits = (np.abs(sent + push)[cell] <= cell_room[cell]).all()
        if stuck < 0 and fits:
            moved = np.zeros(room.shape, dtype=np.int64)
            moved[edges.leaf[cell], edges.column[cell] - 1] = (sent + push)[cell]
            return moved
    where = int(np.argmax(np.abs(push)))
    raise LimitsContradict(
        noop("The limits contradict each other or leave no room, seen at “%(node)s” (%(period)s)."),
        node=tree.keys[edges.node[where]],
        period=_period(months, int(edges.column[where])),
    )


def _along_forest(edges: _Edges, usable: Bools, excess: Ints) -> tuple[Ints, int]:
    """Send each vertex's excess towards the root of its tree: per edge, and a vertex where some is stuck or
    -1."""
    size, chosen = excess.size, np.flatnonzero(usable)
    tail, head = edges.tail[chosen], edges.head[chosen]
    graph = csr_array((np.ones(chosen.size), (tail, head)), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    _, first = np.unique(part, return_index=True)
    crown = np.full(first.size, size)
    graph = csr_array(
        (np.ones(chosen.size + first.size), (np.append(tail, crown), np.append(head, first))),
        shape=(size + 1, size + 1),
    )
    order, above = breadth_first_order(graph, size, directed=False)
    place = np.empty(size + 1, dtype=np.int64)
    place[order] = np.arange(order.size)
    edge_up = np.full(size, -1)
    rising, falling = above[tail] == head, above[head] == tail
    edge_up[tail[rising]], edge_up[head[falling]] = chosen[rising], chosen[falling]
    return _climb(edges, excess, order, above, place, edge_up)


def _climb(edges: _Edges, excess: Ints, order: Ints, above: Ints, place: Ints, edge_up: Ints) -> tuple[Ints, int]:
    sent = np.zeros(edges.tail.size, dtype=np.int64)
    waiting = [-int(p) for p in place[np.flatnonzero(excess)]]
    heapq.heapify(waiting)
    while waiting:
        vertex = int(order[-heapq.heappop(waiting)])
        amount, edge = int(excess[vertex]), int(edge_up[vertex])
        if amount == 0:
            continue
        if edge < 0:
            return sent, vertex
        sent[edge] += amount if edges.tail[edge] == vertex else -amount
        excess[vertex] = 0
        target = int(above[vertex])
        excess[target] += amount
        heapq.heappush(waiting, -int(place[target]))
    return sent, -1


def _period(months: Sequence[Hashable], column: int) -> str:
    """Name of a month, or the first and last month of the year: (0 is the year)."""
    return str(months[column - 1]) if column else f"{months[0]} – {months[-1]}"
