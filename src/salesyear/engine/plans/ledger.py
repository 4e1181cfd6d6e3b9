"""The gap ledger: what is owed above the baseline, and which initiatives are to close it; it adds up everywhere.

Whole minor units throughout. An initiative lifts the leaves that its `where` names and no other; what it brings is
shared out among them by their targets, month by month, so that months, leaves and nodes add up to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from salesyear.engine.rounding import share_out
from salesyear.engine.rounding.sharing import largest_remainder

LEVELS = ("region", "territory", "rep")
NARROWER = ("customer", "line", "new")  # columns that tell cells of one leaf apart
WHOLE = 1_000_000  # a chance is in parts per million

Months = tuple[int, ...]
Place = tuple[int, ...]  # keys of region, territory and salesperson, as far down as it goes; 0: none named


@dataclass(frozen=True, slots=True)
class Leaf:
    """A salesperson's part of a territory: what is owed, and what is expected if nothing new is done."""

    place: Place
    target: Months
    baseline: Months


@dataclass(frozen=True, slots=True)
class Initiative:
    """What somebody means to do: what it brings by month if it works, its chance, and the cells it lifts.

    where: column → keys (region, territory, rep, customer, line, new); none: everything. measured: for each month what
    was measured, None where nothing has been yet.
    """

    key: int
    kind: str
    months: Months
    chance: int
    where: Mapping[str, frozenset[int]] = field(default_factory=dict)
    measured: tuple[int | None, ...] = ()

    @property
    def hoped(self) -> Months:
        """What it brings by month if it works: measured where that is known."""
        return tuple(
            amount if known is None else known for amount, known in zip(self.months, self._known(), strict=True)
        )

    @property
    def expected(self) -> Months:
        """What it brings by month on average, each rounded once: measured where that is known, which has no chance."""
        return tuple(
            weighed(amount, self.chance) if known is None else known
            for amount, known in zip(self.months, self._known(), strict=True)
        )

    def _known(self) -> tuple[int | None, ...]:
        return (*self.measured, *(None,) * (len(self.months) - len(self.measured)))


@dataclass(frozen=True, slots=True)
class Sums:
    """A node's amounts by month, and how much of its gap is covered where it is needed, over its leaves' years.

    hoped: without chances; expected: with them. needed: the leaves' gaps above 0; covered, covered_hoped: as much of
    each of them as that leaf's own initiatives close, for what is left over in one place fills no other's gap.
    """

    target: Months
    baseline: Months
    hoped: Months
    expected: Months
    kinds: Mapping[str, Months]
    needed: int
    covered: int
    covered_hoped: int

    @property
    def gap(self) -> Months:
        """Target less baseline, by month."""
        return tuple(owed - anyway for owed, anyway in zip(self.target, self.baseline, strict=True))

    @property
    def coverage(self) -> float | None:
        """Expected ÷ gap; None when there is no gap."""
        return ratio(sum(self.expected), sum(self.gap))

    @property
    def coverage_hoped(self) -> float | None:
        """The same without chances."""
        return ratio(sum(self.hoped), sum(self.gap))

    @property
    def coverage_needed(self) -> float | None:
        """Covered where it is needed ÷ needed; None when nothing is."""
        return ratio(self.covered, self.needed)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the organisation with its sums; the company's place is empty."""

    place: Place
    sums: Sums


@dataclass(frozen=True, slots=True)
class Lift:
    """What one initiative does: expected by month, how much of that is where it is needed, for each leaf its part.

    Nothing lifted (`parts` empty): its cells are in no leaf of this plan, so it counts nowhere. overlaps: initiatives
    that are to lift the same cells in the same months.
    """

    key: int
    expected: Months
    covered: int
    parts: Mapping[int, Months]
    overlaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """nodes: the company, then each region followed by its territories and their salespeople, in the leaves' order."""

    nodes: tuple[Node, ...]
    lifts: tuple[Lift, ...]

    @property
    def total(self) -> Sums:
        """The sums over all leaves."""
        return self.nodes[0].sums


def ledger(leaves: Sequence[Leaf], initiatives: Sequence[Initiative]) -> Ledger:
    """Set the initiatives against the gaps of the leaves they lift."""
    lifted = [[at for at, leaf in enumerate(leaves) if _lifts(one.where, leaf.place)] for one in initiatives]
    expected = [_shared(one.expected, at, leaves) for one, at in zip(initiatives, lifted, strict=True)]
    hoped = [_shared(one.hoped, at, leaves) for one, at in zip(initiatives, lifted, strict=True)]
    kinds = [one.kind for one in initiatives]
    own = [_own(leaf, at, kinds, expected, hoped) for at, leaf in enumerate(leaves)]
    overlaps = _overlaps(initiatives, lifted)
    covering = _covering(own, expected)
    lifts = tuple(
        Lift(one.key, one.expected, covering[place], expected[place], tuple(overlaps.get(place, ())))
        for place, one in enumerate(initiatives)
    )
    return Ledger(tuple(_nodes(leaves, own)), lifts)


def weighed(amount: int, chance: int) -> int:
    """An amount times its chance in parts per million, rounded half away from zero."""
    whole = (2 * abs(amount) * chance + WHOLE) // (2 * WHOLE)
    return whole if amount >= 0 else -whole


def ratio(part: int, whole: int) -> float | None:
    """Part ÷ whole; None when the whole is not above 0."""
    return part / whole if whole > 0 else None


def _lifts(where: Mapping[str, frozenset[int]], place: Place) -> bool:
    return all(key in where[level] for level, key in zip(LEVELS, place, strict=True) if level in where)


def _shared(months: Months, at: Sequence[int], leaves: Sequence[Leaf]) -> dict[int, Months]:
    """Share each month among the lifted leaves by their year's target; evenly where none is above 0."""
    if not at:
        return {}
    weights = [max(sum(leaves[place].target), 0) for place in at]
    exact = weights if any(weights) else [1] * len(at)
    rows = [_signed_shares(amount, exact) for amount in months]
    return {place: tuple(row[number] for row in rows) for number, place in enumerate(at)}


def _signed_shares(amount: int, weights: list[int]) -> list[int]:
    parts = largest_remainder(abs(amount), weights)
    return parts if amount >= 0 else [-part for part in parts]


def _own(
    leaf: Leaf,
    at: int,
    kinds: Sequence[str],
    expected: Sequence[Mapping[int, Months]],
    hoped: Sequence[Mapping[int, Months]],
) -> Sums:
    """Return the sums of one leaf."""
    by_kind: dict[str, Months] = {}
    for kind, parts in zip(kinds, expected, strict=True):
        if at in parts:
            by_kind[kind] = _added(by_kind.get(kind, ()), parts[at])
    wished = _total(parts[at] for parts in hoped if at in parts)
    likely = _total(parts[at] for parts in expected if at in parts)
    needed = max(sum(leaf.target) - sum(leaf.baseline), 0)
    covered, covered_hoped = (min(needed, max(sum(months), 0)) for months in (likely, wished))
    return Sums(leaf.target, leaf.baseline, wished, likely, by_kind, needed, covered, covered_hoped)


def _covering(own: Sequence[Sums], expected: Sequence[Mapping[int, Months]]) -> list[int]:
    """How much of each initiative closes a gap: a leaf's covered part is shared by what each brings to it."""
    covering = [0] * len(expected)
    for at, sums in enumerate(own):
        there = [place for place, parts in enumerate(expected) if sum(parts.get(at, ())) > 0]
        shares = share_out(sums.covered if there else 0, [sum(expected[place][at]) for place in there])
        for place, part in zip(there, shares, strict=True):
            covering[place] += part
    return covering


def _overlaps(initiatives: Sequence[Initiative], lifted: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    places = [frozenset(at) for at in lifted]
    for one, other in combinations(range(len(initiatives)), 2):
        if places[one] & places[other] and _meet(initiatives[one], initiatives[other]):
            found.setdefault(one, []).append(initiatives[other].key)
            found.setdefault(other, []).append(initiatives[one].key)
    return found


def _meet(one: Initiative, other: Initiative) -> bool:
    """Whether two initiatives that share a leaf lift the same cells of it: no column keeps them apart, nor the year."""
    apart = any(
        column in one.where and column in other.where and not one.where[column] & other.where[column]
        for column in NARROWER
    )
    return not apart and any(a and b for a, b in zip(one.months, other.months, strict=True))


def _nodes(leaves: Sequence[Leaf], own: Sequence[Sums]) -> Iterator[Node]:
    """The company, then depth first; the order among siblings is that of their first leaves."""
    members: dict[Place, list[int]] = {(): list(range(len(leaves)))}
    for at, leaf in enumerate(leaves):
        for depth in range(1, len(leaf.place) + 1):
            members.setdefault(leaf.place[:depth], []).append(at)
    below: dict[Place, list[Place]] = {}
    for place in members:
        if place:
            below.setdefault(place[:-1], []).append(place)
    waiting: list[Place] = [()]
    while waiting:
        place = waiting.pop()
        yield Node(place, _summed([own[at] for at in members[place]]))
        waiting += reversed(below.get(place, []))


def _summed(parts: Sequence[Sums]) -> Sums:
    kinds: dict[str, Months] = {}
    for sums in parts:
        for kind, months in sums.kinds.items():
            kinds[kind] = _added(kinds.get(kind, ()), months)
    amounts = [_total(getattr(sums, name) for sums in parts) for name in ("target", "baseline", "hoped", "expected")]
    target, baseline, hoped, expected = amounts
    needed = sum(sums.needed for sums in parts)
    covered, covered_hoped = sum(sums.covered for sums in parts), sum(sums.covered_hoped for sums in parts)
    return Sums(target, baseline, hoped, expected, kinds, needed, covered, covered_hoped)


def _total(parts: Iterator[Months]) -> Months:
    total: Months = ()
    for months in parts:
        total = _added(total, months)
    return total


def _added(one: Months, other: Months) -> Months:
    if not one:
        return other
    return tuple(a + b for a, b in zip(one, other, strict=True)) if other else one
