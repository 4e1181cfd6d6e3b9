"""Rules on sums become rows: patterns over the attribute classes with bounds at every node of their level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets.numeric.rows import Block, no_rows
from salesyear.engine.targets.numeric.tree import Bools, Floats
from salesyear.engine.targets.places import Attributes, Organisation
from salesyear.engine.targets.rules import SHARES, BadRule, Kind, Rule, Rules

Sums = Callable[[str, int], Floats]  # column, level -> nodes x attribute classes


@dataclass(frozen=True)
class Line:
    """One row of a level before it is stacked: which rule, for which values, and its numbers per node."""

    rule: str
    values: tuple[str, ...]
    pattern: Floats
    base: Floats
    share: Floats
    low: Floats
    high: Floats
    give_up: float


@dataclass(frozen=True)
class Name:
    """What a row of a level is called."""

    rule: str
    values: tuple[str, ...]


Lines = dict[str, tuple[int, list[Line]]]  # rule -> level and rows


def lines_for(org: Organisation, attributes: Attributes, rules: tuple[Rule, ...], sums: Sums) -> Lines:
    """Rows of every rule."""
    found: Lines = {}
    for rule in rules:
        level = org.level(rule)
        found[rule.name] = level, lines_of(rule, org, attributes, lambda column, at=level: sums(column, at))
    return found


def blocks_of(
    org: Organisation, attributes: Attributes, lines: Lines, strength: float
) -> tuple[tuple[Block, ...], tuple[tuple[Name, ...], ...]]:
    """Rows of all levels and their names, in the order of the rules' names.

    `strength` scales the caps of the multipliers.
    """
    levels: list[list[Line]] = [[] for _ in org.levels]
    for rule in sorted(lines):
        level, mine = lines[rule]
        levels[level] += mine
    blocks = tuple(
        stack(mine, strength) if mine else no_rows(org.tree.size(level), attributes.count)
        for level, mine in enumerate(levels)
    )
    return blocks, tuple(tuple(Name(line.rule, line.values) for line in mine) for mine in levels)


def lines_of(rule: Rule, org: Organisation, attributes: Attributes, sums: Callable[[str], Floats]) -> list[Line]:
    """All rows of one rule."""
    part, whole = attributes.matching(rule.where), attributes.matching(rule.within)
    found: list[Line] = []
    for values, inside in _each(rule, attributes):
        base = whole if rule.kind is Kind.PROFILE else whole & inside
        if (part & inside).any():
            found += _lines(rule, org, values, part & inside, base, sums)
    if not found:
        raise BadRule(noop("Rule “%(rule)s” speaks of no cell at all."), rule=rule.name)
    return found


def _each(rule: Rule, attributes: Attributes) -> Iterator[tuple[tuple[str, ...], Bools]]:
    columns = [attributes.values[attributes.columns.index(column)] for column in rule.each]
    for values in product(*columns):
        yield values, attributes.matching({c: (v,) for c, v in zip(rule.each, values, strict=True)})


def _lines(
    rule: Rule, org: Organisation, values: tuple[str, ...], part: Bools, whole: Bools, sums: Callable[[str], Floats]
) -> list[Line]:
    low, high = _bounds(rule, org, values)
    if np.isneginf(low).all() and np.isposinf(high).all():
        return []
    pattern, base = part.astype(np.float64), whole.astype(np.float64)
    if rule.kind in SHARES:
        return _share_lines(rule, values, pattern, base, low, high)
    if rule.relative_to:
        reference = sums(rule.relative_to) @ pattern
        low, high = _times(low, reference), _times(high, reference)
    nothing = np.zeros_like(low)
    return [Line(rule.name, values, pattern, np.zeros_like(base), nothing, low, high, rule.weight)]


def _times(bound: Floats, reference: Floats) -> Floats:
    known = np.isfinite(bound)
    return np.where(known, np.where(known, bound, 0.0) * reference, bound)


def _share_lines(
    rule: Rule, values: tuple[str, ...], pattern: Floats, base: Floats, low: Floats, high: Floats
) -> list[Line]:
    """Return `part - share x whole` at least, at most or exactly 0; floor and ceiling are rows of their own."""
    above, below, none = np.isfinite(low), np.isfinite(high), np.full_like(low, np.inf)
    equal = above & (low == high)
    lines = []
    if above.any():
        zero = np.where(above, 0.0, -np.inf)
        top = np.where(equal, 0.0, none)
        lines.append(Line(rule.name, values, pattern, base, np.where(above, low, 0.0), zero, top, rule.weight))
    if (below & ~equal).any():
        mine = below & ~equal
        zero = np.where(mine, 0.0, np.inf)
        lines.append(Line(rule.name, values, pattern, base, np.where(mine, high, 0.0), -none, zero, rule.weight))
    return lines


def _bounds(rule: Rule, org: Organisation, values: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Low and high of every node; infinite where the rule does not speak."""
    level = org.level(rule)
    size = org.tree.size(level)
    low, high = np.full(size, -np.inf), np.full(size, np.inf)
    chosen = range(size) if not rule.nodes else [org.node(level, name, rule.name) for name in rule.nodes]
    tail = "/".join(values)
    if not rule.amounts:
        picked = np.asarray(chosen, dtype=np.int64)
        low[picked] = -np.inf if rule.at_least is None else rule.at_least
        high[picked] = np.inf if rule.at_most is None else rule.at_most
        return low, high
    for node in chosen:
        name, path = org.names[level][node], org.paths[level][node]
        pair = rule.bounds_for(f"{path}/{tail}", f"{name}/{tail}", path, name, tail)
        if pair is not None:
            low[node] = -np.inf if pair[0] is None else pair[0]
            high[node] = np.inf if pair[1] is None else pair[1]
    return low, high


def stack(lines: list[Line], strength: float) -> Block:
    """Rows of one level; coefficients that are the same at every node are written into the pattern."""
    patterns, bases, shares = [], [], []
    for line in lines:
        same = bool((line.share == line.share[0]).all())
        patterns.append(line.pattern - line.share[0] * line.base if same else line.pattern)
        bases.append(np.zeros_like(line.base) if same else line.base)
        shares.append(np.zeros_like(line.share) if same else line.share)
    base = np.stack(bases)
    low, high = (np.stack([getattr(line, side) for line in lines], axis=1) for side in ("low", "high"))
    give_up = np.broadcast_to([line.give_up * strength for line in lines], low.shape).copy()
    return Block(np.stack(patterns), base if base.any() else None, np.stack(shares, axis=1), low, high, give_up)


def unused_amounts(rules: Rules, org: Organisation) -> list[tuple[str, str]]:
    """Amounts of rules whose key names no node: (rule, key)."""
    unknown: list[tuple[str, str]] = []
    for rule in rules.rules:
        if rule.amounts and not rule.each and rule.kind is Kind.TOTAL:
            level = org.level(rule)
            names = {*org.names[level], *org.paths[level]}
            unknown += [(rule.name, key) for key in rule.amounts if key not in names]
    return unknown
