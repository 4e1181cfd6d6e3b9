"""Bottom-up: what each salesperson commits to beside what the plan asks for, place by place and person by person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.engine.plans.ledger import Leaf
from salesyear.org.models import Rep
from salesyear.plans import frames
from salesyear.plans.models import Commitment, Plan, Sheet, Version
from salesyear.sales.frames import NONE
from salesyear.sales.models import Line

By = Literal["customer", "line"]


@dataclass(frozen=True)
class PlaceRow:
    """A salesperson's customer, line, or all other customers: last year, what is asked, what was said, newest first.

    key: what the form's fields are called after; its number is 0 for all other customers.
    """

    by: By
    number: int
    name: str
    last_year: int
    target: int
    said: tuple[Commitment, ...]

    @property
    def key(self) -> str:
        """The key of its fields."""
        return f"{self.by}-{self.number}"

    @property
    def stands(self) -> Commitment | None:
        """What stands now."""
        return self.said[0] if self.said else None

    @property
    def own(self) -> int | None:
        """What the salesperson said."""
        return self.stands.amount if self.stands else None

    @property
    def amount(self) -> int | None:
        """What is committed: agreed on, else the salesperson's own; None while nobody has answered."""
        return settled(self.stands)

    @property
    def difference(self) -> int | None:
        """Committed less asked; None while nobody has answered."""
        return None if self.amount is None else self.amount - self.target


@dataclass(frozen=True)
class CommitmentSheet:
    """What one salesperson is asked for and commits to, by customer or by line."""

    plan: Plan
    rep: Rep
    by: By
    rows: tuple[PlaceRow, ...]

    @property
    def target(self) -> int:
        """What the plan asks for in all."""
        return sum(row.target for row in self.rows)

    @property
    def committed(self) -> int | None:
        """What is committed in all; None while nothing is."""
        answers = [row.amount for row in self.rows if row.amount is not None]
        return sum(answers) if answers else None

    @property
    def difference(self) -> int | None:
        """Committed less asked, in all."""
        return None if self.committed is None else self.committed - self.target

    @property
    def answered(self) -> int:
        """How many places have an answer."""
        return sum(1 for row in self.rows if row.amount is not None)


@dataclass(frozen=True)
class PersonRow:
    """A salesperson in the overview: top-down against bottom-up."""

    rep: Rep
    target: int
    committed: int | None
    answers: int
    agreed: int
    offers: int

    @property
    def difference(self) -> int | None:
        """Committed less asked; None while nothing is committed."""
        return None if self.committed is None else self.committed - self.target

    @property
    def state(self) -> str:
        """Where the talk stands, in words."""
        if not self.answers:
            return gettext("nothing yet")
        if self.offers:
            return gettext("counter-offer open")
        return gettext("agreed") if self.agreed == self.answers else gettext("to be looked at")


def settled(stands: Commitment | None) -> int | None:
    """Return what counts of a commitment: what was agreed on, else what the salesperson said; 0 is an answer."""
    if stands is None:
        return None
    found: int | None = stands.amount if stands.accepted is None else stands.accepted
    return found


def counting(
    standing: Mapping[tuple[int, int, int], Commitment], *, by_line: bool = False
) -> dict[tuple[int, int, int], int]:
    """Return what counts of the commitments that stand, by (salesperson, customer or 0, line or 0).

    A salesperson's customers count where any has an answer, else their lines: both tell the same sales, and are never
    added. by_line: what was said by line, for a row that is about a line.
    """
    amounts = {key: amount for key, row in standing.items() if (amount := settled(row)) is not None}
    with_customers = set() if by_line else {rep for rep, _customer, line in amounts if not line}
    lines = {key: amount for key, amount in amounts.items() if key[2] and key[0] not in with_customers}
    return lines if by_line else lines | {key: amount for key, amount in amounts.items() if not key[2]}


def commitment_sheet(scope: Scope, version: Version, rep: Rep, by: By) -> CommitmentSheet:
    """Return what a salesperson is asked for in a version, and what was said of it; four queries."""
    asked = frames.slot_sums(scope, version, rep, by)
    said = _said(Commitment.objects.within(scope).filter(plan=version.plan, rep=rep).select_related("actor"))
    names = _names(scope, by, [*asked, *(key for kind, key in said if kind == by)])
    keys = sorted({*asked, *(key for kind, key in said if kind == by)}, key=lambda key: -asked.get(key, (0, 0))[1])
    rows = [
        PlaceRow(by, key, names.get(key, gettext("not named")), *asked.get(key, (0, 0)), tuple(said.get((by, key), ())))
        for key in keys
        if key in names or key == NONE
    ]
    return CommitmentSheet(version.plan, rep, by, tuple(sorted(rows, key=lambda row: row.number == NONE)))


def places_asked(scope: Scope, version: Version) -> frozenset[tuple[int, By, int]]:
    """Return every place a version asks somebody for: salesperson, by what, and its key (0: all other customers)."""
    found: set[tuple[int, By, int]] = set()
    rows = Sheet.objects.within(scope).filter(version=version, rep__isnull=False)
    for rep, slots in rows.values_list("rep_id", "slots"):
        found |= {(rep, "customer", slot[0]) for slot in slots}
        found |= {(rep, "line", slot[1]) for slot in slots if slot[1]}
    return frozenset(found)


def bottom_up(scope: Scope, version: Version, leaves: Iterable[Leaf]) -> list[PersonRow]:
    """Return everybody whose part `scope` sees: what is asked of them (by `leaves`) against what they commit to."""
    asked: dict[int, int] = {}
    for leaf in leaves:
        if rep := leaf.place[-1]:
            asked[rep] = asked.get(rep, 0) + sum(leaf.target)
    rows = Commitment.objects.within(scope).filter(plan=version.plan)
    said: dict[int, dict[tuple[By, int], list[Commitment]]] = {}
    for row in rows.order_by("pk"):
        said.setdefault(row.rep_id, {}).setdefault(_place(row), []).insert(0, row)
    people = Rep.objects.within(scope).select_related("unit").filter(pk__in={*asked, *said})
    return [_person(rep, asked.get(rep.pk, 0), said.get(rep.pk, {})) for rep in people.order_by("unit__path", "code")]


def _person(rep: Rep, target: int, said: Mapping[tuple[By, int], list[Commitment]]) -> PersonRow:
    newest = {place: rows[0] for place, rows in said.items()}
    standing = {(row.rep_id, row.customer_id or 0, row.line_id or 0): row for row in newest.values()}
    counted = counting(standing)
    chosen, amounts = [standing[key] for key in counted], list(counted.values())
    agreed = sum(1 for row in chosen if row.accepted is not None)
    offers = sum(1 for row in newest.values() if row.offered is not None and row.accepted is None)
    return PersonRow(rep, target, sum(amounts) if amounts else None, len(amounts), agreed, offers)


def _said(rows: Iterable[Commitment]) -> dict[tuple[By, int], list[Commitment]]:
    said: dict[tuple[By, int], list[Commitment]] = {}
    for row in sorted(rows, key=lambda row: -row.pk):
        said.setdefault(_place(row), []).append(row)
    return said


def _place(row: Commitment) -> tuple[By, int]:
    return ("line", row.line_id) if row.line_id else ("customer", row.customer_id or NONE)


def _names(scope: Scope, by: By, keys: Iterable[int]) -> dict[int, str]:
    named = [key for key in keys if key]
    if by == "line":
        return dict(Line.objects.within(scope).filter(pk__in=named).values_list("pk", "name"))
    names = dict(Customer.objects.within(scope).filter(pk__in=named).values_list("pk", "name"))
    return names | {NONE: gettext("all other customers")}
