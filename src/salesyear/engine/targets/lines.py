"""Rules on sums become rows: patterns over the attribute classes with bounds at every node of their level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from typing import NamedTuple

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets.numeric.rows import Block, no_rows
from salesyear.engine.targets.numeric.tree import Bools, Floats
from salesyear.engine.targets.places import Attributes, Organisation
from salesyear.engine.targets.rules import SHARES, BadRule, Kind, Rule

HAIR = 1e-6  # of a unit: an amount this near to a whole one is meant to be it
MILLIONTH = 1_000_000


class Name(NamedTuple):
    """What a row of a level is called; side: a share with a floor and a ceiling has a row for each."""

    rule: str
    values: tuple[str, ...]
    side: str


@dataclass(frozen=True)
class Line:
    """One row of a level: which classes it sums, compared with which, and its numbers at every node.

    part: attribute classes summed. whole: for shares, what they are a share of (None for amounts). share: the share
    asked for at each node; low, high: bounds of `part - share x whole` at each node.
    """

    name: Name
    part: Bools
    whole: Bools | None
    share: Floats
    low: Floats
    high: Floats
    give_up: float

    @property
    def least(self) -> Floats:
        """Lower bounds as people say them: amounts or shares."""
        return self.low if self.whole is None else np.where(np.isfinite(self.low), self.share, -np.inf)

    @property
    def most(self) -> Floats:
        """Upper bounds as people say them."""
        return self.high if self.whole is None else np.where(np.isfinite(self.high), self.share, np.inf)


@dataclass(frozen=True)
class Whole:
    """What a plan that will be rounded asks of its bounds.

    unit: bounds become multiples of it, inwards (0: the plan stays real). margin: amount of room left at bounds that
    rounding does not protect by itself, all but those of whole years.
    """

    unit: int = 0
    margin: float = 0.0

    def inside(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Bounds moved inwards to whole units, where that leaves any."""
        least = np.ceil(low / self.unit - HAIR) * self.unit
        most = np.floor(high / self.unit + HAIR) * self.unit
        fits = least <= most
        return np.where(fits, least, low), np.where(fits, most, high)


Lines = dict[str, tuple[int, list[Line]]]  # rule -> level and rows


def by_level(org: Organisation, lines: Lines) -> tuple[tuple[Line, ...], ...]:
    """Rows of all rules, level by level, in the order of the rules' names."""
    levels: list[list[Line]] = [[] for _ in org.levels]
    for rule in sorted(lines):
        level, mine = lines[rule]
        levels[level] += mine
    return tuple(tuple(mine) for mine in levels)


def blocks_of(
    org: Organisation,
    attributes: Attributes,
    levels: tuple[tuple[Line, ...], ...],
    strength: float,
    whole: Whole,
    kept: tuple[Block | None, ...] = (),
) -> tuple[Block, ...]:
    """Rows as matrices; `strength` scales the caps of the multipliers; `kept`: blocks of levels already at hand."""

    def block(level: int, mine: tuple[Line, ...]) -> Block:
        if level < len(kept) and (known := kept[level]) is not None:
            return known
        return stack(mine, attributes, strength, whole) if mine else no_rows(org.tree.size(level), attributes.count)

    return tuple(block(level, mine) for level, mine in enumerate(levels))


def lines_of(rule: Rule, org: Organisation, attributes: Attributes, sums: Callable[[str], Floats]) -> list[Line]:
    """All rows of one rule."""
    part, whole = attributes.matching(rule.where), attributes.matching(rule.within)
    _refuse_unknown_keys(rule, org, attributes)
    found: list[Line] = []
    for values, inside in _each(rule, attributes):
        base = whole if rule.kind is Kind.PROFILE else whole & inside
        if (part & inside).any():
            found += _lines(rule, org, values, part & inside, base, sums)
    if not found:
        raise BadRule(noop("Rule “%(rule)s” speaks of no cell at all."), rule=rule.name)
    return found


def _refuse_unknown_keys(rule: Rule, org: Organisation, attributes: Attributes) -> None:
    """An amount for a node or value that is not there would be silently lost."""
    if not rule.amounts:
        return
    level = org.level(rule)
    nodes = {*org.names[level], *org.paths[level]}
    tails = {"/".join(values) for values, _ in _each(rule, attributes)}
    known = nodes | tails
    for key in rule.amounts:
        split = any(node in nodes and tail in tails for node, tail in _cuts(key))
        if key not in known and not split:
            close = get_close_matches(key, known, n=1) or sorted(known)[:1]
            raise BadRule(
                noop("Rule “%(rule)s” has an amount for “%(key)s”, which is not there. Did you mean “%(close)s”?"),
                rule=rule.name, key=key, close=close[0],
            )  # fmt: skip


def _cuts(key: str) -> Iterator[tuple[str, str]]:
    """Every way to read a key as node/value."""
    for place, letter in enumerate(key):
        if letter == "/":
            yield key[:place], key[place + 1 :]


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
    if rule.kind in SHARES:
        return _share_lines(rule, values, part, whole, low, high)
    if rule.relative_to:
        reference = sums(rule.relative_to) @ part
        low, high = _times(low, reference), _times(high, reference)
    return [Line(Name(rule.name, values, ""), part, None, np.zeros_like(low), low, high, rule.weight)]


def _times(bound: Floats, reference: Floats) -> Floats:
    known = np.isfinite(bound)
    return np.where(known, np.where(known, bound, 0.0) * reference, bound)


def _share_lines(
    rule: Rule, values: tuple[str, ...], part: Bools, whole: Bools, low: Floats, high: Floats
) -> list[Line]:
    """Return `part - share x whole` at least, at most or exactly 0; floor and ceiling are rows of their own."""
    above, below = np.isfinite(low), np.isfinite(high)
    equal = above & (low == high)
    ceiling = below & ~equal
    # Floors and ceilings are kept to a millionth, so that they can be checked in integers.
    low = np.where(equal, low, np.ceil(low * MILLIONTH - HAIR) / MILLIONTH)
    high = np.where(equal, high, np.floor(high * MILLIONTH + HAIR) / MILLIONTH)

    def line(side: str, share: Floats, zero_low: Bools, zero_high: Bools) -> Line:
        # Nodes that are not asked take the share of one that is: coefficients alike at every node are faster.
        asked = zero_low | zero_high
        share = np.where(asked, share, share[int(np.argmax(asked))])
        return Line(
            Name(rule.name, values, side), part, whole, share,
            np.where(zero_low, 0.0, -np.inf), np.where(zero_high, 0.0, np.inf), rule.weight,
        )  # fmt: skip

    floors = [line("floor", low, above, equal)] if above.any() else []
    ceilings = [line("ceiling", high, np.zeros_like(ceiling), ceiling)] if ceiling.any() else []
    return floors + ceilings


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


def stack(lines: tuple[Line, ...], attributes: Attributes, strength: float, whole: Whole) -> Block:
    """Rows of one level; coefficients that are the same at every node are written into the pattern."""
    patterns, bases, shares = [], [], []
    for line in lines:
        against = np.zeros(attributes.count) if line.whole is None else line.whole.astype(np.float64)
        same = bool((line.share == line.share[0]).all())
        patterns.append(line.part - line.share[0] * against if same else line.part.astype(np.float64))
        bases.append(np.zeros_like(against) if same else against)
        shares.append(np.zeros_like(line.share) if same else line.share)
    base = np.stack(bases)
    low, high = zip(*(_with_room(line, whole) for line in lines), strict=True)
    give_up = np.broadcast_to([line.give_up * strength for line in lines], (len(lines[0].low), len(lines))).copy()
    return Block(
        np.stack(patterns), base if base.any() else None, np.stack(shares, axis=1),
        np.stack(low, axis=1), np.stack(high, axis=1), give_up,
    )  # fmt: skip


def _with_room(line: Line, whole: Whole) -> tuple[Floats, Floats]:
    """Bounds as whole units, with room inside where rounding needs it; what is nearly fixed stays as it is."""
    if line.whole is None and whole.unit:
        low, high = whole.inside(line.low, line.high)
    else:
        low, high = line.low, line.high
    room = 0.0 if line.part.all() else whole.margin
    if room == 0.0:
        return low, high
    roomy = high - low > 4 * room
    return np.where(roomy, low + room, low), np.where(roomy, high - room, high)
