"""Where every cell stands: its leaf, the nodes above it, and the attributes that rules tell apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import polars as pl

from salesyear.engine.messages import noop
from salesyear.engine.targets.cells import COMPANY, Cells
from salesyear.engine.targets.numeric.tree import Bools, Ints, Tree
from salesyear.engine.targets.rules import SUMS, BadRule, Rule, Rules, Where


@dataclass(frozen=True)
class Organisation:
    """The tree of a cell table: names of the nodes of every level, and the leaf of every cell."""

    tree: Tree
    levels: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    paths: tuple[tuple[str, ...], ...]
    leaf: Ints

    def level(self, rule: Rule) -> int:
        """Position of the rule's level, the company being 0."""
        if rule.at not in self.levels:
            raise BadRule(
                noop("Rule “%(rule)s” is at “%(level)s”. It can be at: %(levels)s."),
                rule=rule.name, level=rule.at, levels=", ".join(self.levels),
            )  # fmt: skip
        return self.levels.index(rule.at)

    def called(self, level: int, names: Iterable[str]) -> Ints:
        """Positions of the nodes that bear one of the names."""
        return np.array([i for name in names for i in self._named[level].get(name, ())], dtype=np.int64)

    @cached_property
    def _named(self) -> tuple[dict[str, tuple[int, ...]], ...]:
        return tuple(_positions(names) for names in self.names)

    @cached_property
    def _reached(self) -> tuple[dict[str, tuple[int, ...]], ...]:
        return tuple(_positions(paths) for paths in self.paths)

    def node(self, level: int, name: str, rule: str) -> int:
        """Find a node by its name, or by its path where several share the name."""
        found = self._named[level].get(name, ())
        if len(found) != 1:
            found = self._reached[level].get(name, ())
        if len(found) == 1:
            return found[0]
        close = get_close_matches(name, set(self.names[level]) | set(self.paths[level]), n=1) or self.paths[level][:1]
        raise BadRule(
            noop("Rule “%(rule)s”: there is no one %(level)s “%(name)s”. Did you mean “%(close)s”?"),
            rule=rule, level=self.levels[level], name=name, close=close[0],
        )  # fmt: skip


def _positions(names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Where each name stands: a rule names a node or two of thousands."""
    found: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        found[name] = (*found.get(name, ()), place)
    return found


def organisation(cells: Cells) -> Organisation:
    """Read the tree off the level columns; nodes are in the order of their names, children side by side."""
    keys = cells.frame.select(pl.col(*cells.levels).cast(pl.String))
    leaves = keys.unique().sort(cells.levels).with_row_index("_leaf")
    leaf = keys.join(leaves, on=list(cells.levels), how="left", nulls_equal=True, maintain_order="left")["_leaf"]
    up = [np.zeros(1, np.int64)]
    names: list[tuple[str, ...]] = [(COMPANY,)]
    paths: list[tuple[str, ...]] = [("",)]
    above = np.zeros(leaves.height, np.int64)
    for depth in range(1, len(cells.levels) + 1):
        prefix = leaves.select(cells.levels[:depth])
        node = _numbers(prefix)
        first = np.unique(node, return_index=True)[1]
        rows = [[part for part in row if part is not None] for row in prefix[first.tolist()].rows()]
        up.append(above[first])
        names.append(tuple(row[-1] if row else "" for row in rows))
        paths.append(tuple("/".join(row) for row in rows))
        above = node
    tree = Tree(tuple(up))
    return Organisation(tree, (COMPANY, *cells.levels), tuple(names), tuple(paths), leaf.to_numpy().astype(np.int64))


def _numbers(prefix: pl.DataFrame) -> Ints:
    """Number sorted rows from 0, equal rows alike."""
    ranks = [prefix[column].fill_null("").to_numpy() for column in prefix.columns]
    changed = np.zeros(prefix.height, bool)
    for values in ranks:
        changed[1:] |= values[1:] != values[:-1]
    return np.cumsum(changed).astype(np.int64)


@dataclass(frozen=True)
class Attributes:
    """Attribute classes: cells that no rule tells apart (apart from their leaf) are in one class.

    columns: attribute columns that rules use; values: their distinct values; code: for each class and column the value
    group; groups: for each column the group of each value. cell: class of every cell.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    groups: tuple[Ints, ...]
    code: Ints
    cell: Ints

    @property
    def count(self) -> int:
        """Number of attribute classes."""
        return len(self.code)

    def matching(self, where: Where) -> Bools:
        """Classes that lie inside a part."""
        inside = np.ones(self.count, bool)
        for column, wanted in where.items():
            place = self.columns.index(column)
            groups = self.groups[place]
            known = np.zeros(groups.max(initial=-1) + 1, bool)
            known[groups[self.named(column, wanted)]] = True
            inside &= known[self.code[:, place]]
        return inside

    def named(self, column: str, wanted: Collection[str]) -> Bools:
        """Values of a column that are among those wanted."""
        return np.array([value in wanted for value in self.values[self.columns.index(column)]], dtype=bool)


class Labels:
    """Values of attribute columns as numbers, each column read once."""

    def __init__(self, cells: Cells) -> None:
        """Read nothing yet."""
        self.cells = cells
        self._known: dict[str, tuple[Ints, tuple[str, ...]]] = {}

    def of(self, column: str) -> tuple[Ints, tuple[str, ...]]:
        """Return the number of every cell's value, and the values in order."""
        if column not in self._known:
            self._known[column] = _factorize(self.cells.labels(column))
        return self._known[column]


Grouping = tuple[tuple[str, tuple[int, ...]], ...]  # of every column that matters: the group of each of its values


def grouping(labels: Labels, rules: Rules, apart: tuple[str, ...] = ()) -> Grouping:
    """Find the coarsest groups that every rule can be written over; `apart`: columns kept value by value."""
    of_sums = rules.of_kind(*SUMS)
    used = sorted({c for rule in of_sums for c in (*rule.where, *rule.within, *rule.each)} | set(apart))
    return tuple((column, _groups(column, labels.of(column)[1], of_sums, apart)) for column in used)


def attributes(labels: Labels, groups: Grouping) -> Attributes:
    """Number the classes that the groups tell apart."""
    values, codes = [], []
    total = np.zeros(labels.cells.frame.height, np.int64)
    for column, group in groups:
        number, names = labels.of(column)
        values.append(names)
        codes.append(np.array(group, np.int64)[number])
        total = total * (max(group, default=0) + 1) + codes[-1]
    present, first, cell = np.unique(total, return_index=True, return_inverse=True)
    code = np.stack([own[first] for own in codes], axis=1) if codes else np.zeros((len(present), 0), np.int64)
    columns = tuple(column for column, _ in groups)
    arrays = tuple(np.array(group, np.int64) for _, group in groups)
    return Attributes(columns, tuple(values), arrays, code, cell.astype(np.int64))


def _factorize(labels: pl.Series) -> tuple[Ints, tuple[str, ...]]:
    filled = labels.fill_null("")
    names = sorted(filled.unique().to_list(), key=lambda name: (not name.isdigit(), name.zfill(12), name))
    number = filled.cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    return number, tuple(names)


def _groups(column: str, names: tuple[str, ...], rules: tuple[Rule, ...], apart: tuple[str, ...]) -> tuple[int, ...]:
    """Group values that stand on the same side of every rule; a column that a rule takes value by value stays apart."""
    if column in apart or any(column in rule.each for rule in rules):
        return tuple(range(len(names)))
    parts = [(rule.name, part[column]) for rule in rules for part in (rule.where, rule.within) if column in part]
    for rule_name, wanted in parts:
        _known(rule_name, column, wanted, names)
    signature = [tuple(name in wanted for _, wanted in parts) for name in names]
    distinct = {own: place for place, own in enumerate(dict.fromkeys(signature))}
    return tuple(distinct[own] for own in signature)


def _known(rule: str, column: str, wanted: tuple[str, ...], names: tuple[str, ...]) -> None:
    for value in wanted:
        if value not in names:
            close = get_close_matches(value, names, n=1) or [names[0] if names else ""]
            raise BadRule(
                noop("Rule “%(rule)s”: no cell has %(column)s “%(value)s”. Did you mean “%(close)s”?"),
                rule=rule, column=column, value=value, close=close[0],
            )  # fmt: skip
