"""What could close the gap, drawn from what has been computed: lists with their value, one for each salesperson.

A suggestion is a list of customers (or a share to be reached) with what it would bring by month, and the chance of it.
Its `source` is its own for ever, so that it is taken into the ledger once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Subquery

from salesyear.core.scope import Scope
from salesyear.engine.plans.ledger import Leaf, weighed
from salesyear.engine.rounding import share_out
from salesyear.market.models import Score, Scoring, Study, WhiteSpace
from salesyear.market.queries import latest_scoring, scores_of
from salesyear.org import tree
from salesyear.org.models import Rep, Unit
from salesyear.plans import frames, policy
from salesyear.plans.models import InitiativeKind, Version
from salesyear.plans.months import months_of
from salesyear.plans.reports import Coverage, coverage
from salesyear.plans.services import InitiativeParams
from salesyear.plans.words import suggested_words, who_words
from salesyear.sales.frames import NONE
from salesyear.sales.models import Line

WHOLE = 1_000_000
SHOWN = 10  # customers of a list that a page names

Person = tuple[int, int]  # keys of a unit's row and of a salesperson


@dataclass(frozen=True)
class Item:
    """A customer of a list: what it would bring if it works, and what to offer where that is known."""

    customer: int
    name: str
    amount: int
    words: str = ""


@dataclass(frozen=True)
class Suggestion:
    """Something that could be done by one salesperson, with its value. amount: if it works, over the plan's year."""

    row: str
    kind: str
    unit: Unit | None
    rep: Rep | None
    title: str
    months: Sequence[int]
    chance: int
    where: Mapping[str, Sequence[int]] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    taken: int | None = None

    @property
    def who(self) -> str:
        """Whose it is, in a list that says already what it is about."""
        return who_words(str(self.rep or self.unit or ""), len(self.items))

    @property
    def source(self) -> str:
        """What it is kept by in the ledger."""
        return f"{self.row}:{self.unit.pk if self.unit else 0}:{self.rep.pk if self.rep else 0}"

    @property
    def amount(self) -> int:
        """What it would bring over the year if it works."""
        return sum(self.months)

    @property
    def value(self) -> int:
        """What it would bring on average."""
        return sum(weighed(month, self.chance) for month in self.months)

    @property
    def best(self) -> tuple[Item, ...]:
        """The customers worth most."""
        return self.items[:SHOWN]

    @property
    def more(self) -> int:
        """How many customers the page does not name."""
        return max(len(self.items) - SHOWN, 0)

    def params(self, starts_on: date) -> InitiativeParams:
        """Return it as an initiative that starts on a day."""
        return InitiativeParams(
            kind=self.kind,
            title=self.title,
            unit=self.unit,
            rep=self.rep,
            owner=str(self.rep or ""),
            starts_on=starts_on,
            months=self.months,
            chance=self.chance,
            where=self.where,
        )


@dataclass(frozen=True)
class _Ground:
    """What suggestions are made from: the version's leaves by person, scores by person, the policy, the months left."""

    version: Version
    leaves: Mapping[Person, Leaf]
    scores: Mapping[Person, list[Score]]
    strategic: frozenset[int]
    parts: Mapping[Person, Mapping[str, int]]
    units: Mapping[int, Unit]
    reps: Mapping[int, Rep]
    values: Mapping[str, float]
    spaces: Sequence[WhiteSpace]
    first: int
    coverage: Coverage | None
    scored: bool

    def spread(self, person: Person, amount: int) -> list[int]:
        """Share an amount over the months still to come, as the baseline of the leaf has its season."""
        baseline = self.leaves[person].baseline if person in self.leaves else (1,) * 12
        season = [max(month, 0) if place >= self.first else 0 for place, month in enumerate(baseline)]
        even = [1 if place >= self.first else 0 for place in range(12)]
        return share_out(amount, season if any(season) else even)


@dataclass(frozen=True)
class Suggestions:
    """What could close the gap; the coverage now; whether customers have been graded."""

    lines: Sequence[Suggestion]
    coverage: Coverage | None
    scored: bool


def suggestions(scope: Scope, version: Version, today: date) -> Suggestions:
    """Return what could close the gap of what `scope` sees, by chapter row and salesperson; worth nothing: left out."""
    ground = _ground(scope, version, today)
    rows = ground.coverage.rows if ground.coverage else ()
    known = {row.source: row.pk for row in rows if row.source}
    found = [one for make in _MAKERS for one in make(ground) if one.amount > 0]
    lines = [replace(one, taken=known.get(one.source)) for one in found]
    return Suggestions(lines, ground.coverage, ground.scored)


def _ground(scope: Scope, version: Version, today: date) -> _Ground:
    units = {unit.pk: unit for unit in tree.units(scope)}
    reps = {rep.pk: rep for rep in Rep.objects.within(scope).select_related("unit")}
    where = frames.regions_and_territories(units.values())
    strategic = frozenset(Line.objects.within(scope).filter(strategic=True).values_list("pk", flat=True))
    months = months_of(version.plan)
    leaves, parts = frames.leaves_and_parts(scope, version, where, strategic)
    scoring = latest_scoring()
    return _Ground(
        version,
        leaves,
        _scores(scope, scoring, leaves),
        strategic,
        parts,
        units,
        reps,
        policy.values_of(version),
        _spaces(scope),
        sum(1 for month in months if month < today.replace(day=1)),
        coverage(scope, version.plan, version, year=(where, list(leaves.values()))),
        scoring is not None,
    )


def _scores(scope: Scope, scoring: Scoring | None, leaves: Mapping[Person, Leaf]) -> dict[Person, list[Score]]:
    """The scores by leaf: a customer's own territory, else where the salesperson owes most; without any: left out."""
    most = {person[1]: person for person, leaf in sorted(leaves.items(), key=lambda one: sum(one[1].target))}
    found: dict[Person, list[Score]] = defaultdict(list)
    if scoring and scope.sees("customers"):
        for score in scores_of(scope, scoring).exclude(rep=None).order_by("pk"):
            own = (score.unit_id or NONE, score.rep_id or NONE)
            leaf = own if own in leaves else most.get(score.rep_id or NONE)
            if leaf:
                found[leaf].append(score)
    return found


def _spaces(scope: Scope) -> list[WhiteSpace]:
    newest = Study.objects.order_by("-pk").values("pk")[:1]
    rows = WhiteSpace.objects.within(scope).select_related("line").filter(study=Subquery(newest))
    return list(rows.order_by("-expected", "pk"))


def _lists(
    ground: _Ground,
    row: str,
    kind: InitiativeKind,
    worth: Callable[[Score], int],
    chance: Callable[[Sequence[Score]], int],
    said: Callable[[Score], str] = lambda _score: "",
) -> Iterator[Suggestion]:
    """One list of customers a salesperson: those that are worth something, the greatest first."""
    for person, scores in ground.scores.items():
        listed = sorted((score for score in scores if worth(score) > 0), key=lambda score: (-worth(score), score.pk))
        if listed and ground.first < 12:
            items = tuple(Item(one.customer_id, str(one.customer), worth(one), said(one)) for one in listed)
            yield _suggestion(ground, row, kind, person, sum(one.amount for one in items), chance(listed), items=items)


def _suggestion(
    ground: _Ground,
    row: str,
    kind: InitiativeKind,
    person: Person,
    amount: int,
    chance: int,
    *,
    items: tuple[Item, ...] = (),
    where: Mapping[str, Sequence[int]] | None = None,
) -> Suggestion:
    unit, rep = ground.units.get(person[0]), ground.reps.get(person[1])
    title = suggested_words(row, str(rep or unit or ""), len(items))
    lifted = where or {"customer": [one.customer for one in items]}
    return Suggestion(row, kind, unit, rep, title, ground.spread(person, amount), chance, lifted, items)


def _next_lines(ground: _Ground) -> Iterator[Suggestion]:
    """T8: the next line of each customer who still buys; the chance is expected ÷ worth of the whole list."""

    def worth(score: Score) -> int:
        if score.churned or not score.next_chance or not score.next_expected:
            return 0
        brought: int = round(score.next_expected * WHOLE / score.next_chance)
        return brought

    def chance(listed: Sequence[Score]) -> int:
        whole = sum(worth(score) for score in listed)
        return round(sum(score.next_expected or 0 for score in listed) * WHOLE / whole)

    yield from _lists(ground, "T8", InitiativeKind.CROSS_SELL, worth, chance, lambda score: str(score.next_line or ""))


def _lost(ground: _Ground) -> Iterator[Suggestion]:
    """T10: the lost, at what each is worth once back; the chance is the policy's win-back rate."""
    rate = round(ground.values["win_back_rate"] * WHOLE)
    yield from _lists(
        ground,
        "T10",
        InitiativeKind.WIN_BACK,
        lambda score: int(score.if_back) if score.churned else 0,
        lambda _listed: rate,
    )


def _shaky(ground: _Ground) -> Iterator[Suggestion]:
    """T9: A and B customers, at what would be lost if they went quiet: worth while buying, less what is expected."""
    chance = round(ground.values["untested_chance"] * WHOLE)
    yield from _lists(
        ground,
        "T9",
        InitiativeKind.KEY_ACCOUNT,
        lambda score: int(score.if_back - score.expected) if score.grade in {"A", "B"} and not score.churned else 0,
        lambda _listed: chance,
    )


def _strategic(ground: _Ground) -> Iterator[Suggestion]:
    """T2: what the strategic lines lack in the baseline to be the policy's share of the target."""
    if ground.strategic:
        lines = {"line": sorted(ground.strategic)}
        yield from _shares(
            ground, "T2", InitiativeKind.CROSS_SELL, "strategic", ground.values["strategic_share"], lines
        )


def _new(ground: _Ground) -> Iterator[Suggestion]:
    """T3: what new customers lack in the baseline to be the policy's share of the target."""
    share = ground.values["new_customer_share"]
    yield from _shares(ground, "T3", InitiativeKind.NEW_CUSTOMERS, "new", share, {"new": [1]})


def _shares(
    ground: _Ground, row: str, kind: InitiativeKind, part: str, share: float, where: Mapping[str, Sequence[int]]
) -> Iterator[Suggestion]:
    chance = round(ground.values["untested_chance"] * WHOLE)
    for person, parts in ground.parts.items():
        lacking = round(share * parts["target"]) - parts[part]
        if lacking > 0 and ground.first < 12:
            yield _suggestion(ground, row, kind, person, lacking, chance, where=where)


def _white(ground: _Ground) -> Iterator[Suggestion]:
    """T6: segments and lines that nobody covers, by unit; the chance is expected ÷ worth of the whole list."""
    by_unit: dict[int, list[WhiteSpace]] = defaultdict(list)
    for space in ground.spaces:
        if space.worth > 0 and space.expected > 0:
            by_unit[space.unit_id].append(space)
    for unit, spaces in by_unit.items():
        worth, expected = sum(one.worth for one in spaces), sum(one.expected for one in spaces)
        items = tuple(Item(0, f"{one.segment} {one.line}".strip(), int(one.worth)) for one in spaces)
        lines = {"line": sorted({one.line_id for one in spaces})}
        chance = min(round(expected * WHOLE / worth), WHOLE)
        if ground.first < 12:
            one = _suggestion(ground, "T6", InitiativeKind.WHITE_SPACE, (unit, NONE), worth, chance, where=lines)
            yield replace(one, items=items)


_MAKERS: Iterable[Callable[[_Ground], Iterator[Suggestion]]] = (_strategic, _new, _white, _next_lines, _shaky, _lost)
