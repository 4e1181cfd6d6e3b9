"""Unbiased rounding of leaf-months under two nested families of totals, one binary digit at a time.

The fractions are integers of 2**-BITS of a unit. A leaf-month is an edge between two trees: one holds the
totals of months (node, month) up to the root, the other those of years (leaf, quarter), (leaf, year), (node,
year). Every vertex of this network conserves flow. Take the lowest digit that is one somewhere: at each
vertex an even number of edges has it, so they can be paired off at every vertex and fall apart into cycles.
Pushing +1 digit along a cycle in one direction or the other, by a fair coin, clears that digit on all its
edges and keeps every balance. After BITS digits all leaf-months and all totals are whole.

Why no total leaves its floor and ceiling: an edge moves by one digit only when that digit is one, so it
steps to one of the two neighbouring multiples of the next digit, and never past a whole number. Why it is
unbiased: given what came before, each step of each edge is + or - with equal chance.

Source: Doerr & Klein, Unbiased rounding of rational matrices (FSTTCS 2006), for rows and columns; two nested
families instead of rows and columns: Cox & Ernst, Controlled rounding (INFOR 20, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from salesyear.engine.rounding import compiled
from salesyear.engine.rounding.noise import Words
from salesyear.engine.rounding.tree import Ints, OrgTree

BITS = 18
ONE = 1 << BITS

Members = NDArray[np.int32]


@dataclass(frozen=True)
class Family:
    """One tree of totals over the leaf-months, from the cells up to the roots.

    order: (cells,) the cells one below the other as the tree draws them; groups: (steps, cells) which total
    each place of that order belongs to, finest first, the root last. Each group is a run of neighbours.
    """

    order: Members
    groups: Members


@dataclass(frozen=True)
class Network:
    """Both families over leaf-months; cells are numbered `leaf * months + month`, leaves in canonical
    order."""

    years: Family
    months: Family


def network(tree: OrgTree, months: int, months_per_quarter: int = 3) -> Network:
    """Lay the leaf-months of a tree out as the two nested families of totals."""
    above = tree.ancestors[:, tree.canonical, None] + np.zeros(months, dtype=np.int64)
    month = np.broadcast_to(np.arange(months), above.shape[1:])
    quarter = month // months_per_quarter
    leaf_quarter = above[-1] * months + quarter
    root_quarter = above[0] * months + quarter
    roots = np.cumsum(np.diff(above[0, :, 0], prepend=above[0, :1, 0]) != 0)
    order = np.lexsort((month.ravel(), np.repeat(roots, months)))
    return Network(
        years=_family(np.arange(month.size), [leaf_quarter, *above[::-1]]),
        months=_family(order, [*(row * months + month for row in above[:-1][::-1]), root_quarter, above[0]]),
    )


def _family(order: Ints, steps: list[Ints]) -> Family:
    groups = np.stack([step.ravel()[order] for step in steps])
    return Family(order.astype(np.int32), groups.astype(np.int32))


def round_fractions(fractions: Ints, words: Words, net: Network) -> Ints:
    """Round fractions of leaf-months to 0 or 1: (leaves, months) of 2**-BITS in, 0 or 1 out.

    words: one random word per leaf-month; digit d of the first cell of a cycle is the coin of that cycle.
    """
    value = np.array(fractions, dtype=np.int32).ravel()
    coins = words.ravel()
    loops = compiled.ready()
    if loops is not None:
        loops(value, coins, net.years.order, net.years.groups, net.months.order, net.months.groups, BITS)
    else:
        for digit in range(BITS):
            _clear_digit(value, coins, net, digit)
    return (value >> BITS).astype(np.int64).reshape(fractions.shape)


def _clear_digit(value: Members, coins: Words, net: Network, digit: int) -> None:
    odd = (value >> digit & 1).astype(bool)
    cells = np.flatnonzero(odd)
    if not cells.size:
        return
    place = np.empty(odd.size, dtype=np.int32)
    place[cells] = np.arange(cells.size, dtype=np.int32)
    turned = np.flatnonzero(odd[net.months.order])
    by_year = _mates(net.years, cells, np.arange(cells.size, dtype=np.int32))
    by_month = _mates(net.months, turned, place[net.months.order[turned]])
    rises = _orient(by_year, by_month, coins[cells] >> np.uint64(digit) & np.uint64(1))
    value[cells] += np.where(rises[: cells.size], 1 << digit, -(1 << digit)).astype(np.int32)


def _mates(family: Family, turned: Ints, items: Members) -> Members:
    """With whom each odd cell is paired off in one tree, neighbours first; what is left goes one total up.

    turned: places of the odd cells in the family's order; items: their numbers among the odd cells. A path
    that ends in a root's total is closed there: that total is one more member, number `size` on.
    """
    size = items.size
    mates = np.empty(size, dtype=np.int32)
    for groups in family.groups:
        loose = _loose(groups[turned])
        _link(items, loose, mates)
        items, turned = items[loose], turned[loose]
    mates[items] = np.arange(size, size + items.size, dtype=np.int32)
    return np.concatenate((mates, items))


def _loose(groups: Members) -> Ints:
    """Places left over when neighbours of a group pair off: the last of each odd run."""
    ends = np.flatnonzero(np.concatenate((groups[1:] != groups[:-1], [True][: groups.size]))) + 1
    odd_sizes = ends.copy()
    odd_sizes[1:] -= ends[:-1]
    last: Ints = ends[(odd_sizes & 1).astype(bool)] - 1
    return last


def _link(items: Members, loose: Ints, mates: Members) -> None:
    paired = np.ones(items.size, dtype=bool)
    paired[loose] = False
    couples = items[paired]
    mates[couples[0::2]] = couples[1::2]
    mates[couples[1::2]] = couples[0::2]


def _orient(by_year: Members, by_month: Members, coins: Words) -> NDArray[np.bool_]:
    """Which members rise: every second one round each cycle, beginning as its first member's coin says."""
    size = by_year.size
    hop = by_month[by_year]
    graph = csr_array((np.ones(size), hop, np.arange(size + 1, dtype=np.int32)), shape=(size, size))
    count, orbit = connected_components(graph, directed=True, connection="strong")
    first = np.empty(count, dtype=np.int32)
    first[orbit[::-1]] = np.arange(size - 1, -1, -1, dtype=np.int32)
    mine = first[orbit]
    other = mine[by_year]
    heads = coins[np.minimum(mine, other)] == 1
    rises: NDArray[np.bool_] = (mine < other) == heads
    return rises
