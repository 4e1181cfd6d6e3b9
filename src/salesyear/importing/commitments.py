"""Commitments back from a workbook of the plan: every filled-in row, all of them or none, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from salesyear.core.scope import Reach, Scope
from salesyear.core.typed import NotAnAmount, typed_minor
from salesyear.crm.models import Customer
from salesyear.engine.messages import EngineError, noop
from salesyear.importing.checking import Fault
from salesyear.importing.reading import Table, read_table
from salesyear.importing.services import limits
from salesyear.importing.values import Problem, problem
from salesyear.org.models import Rep, User
from salesyear.plans import answer_sheets as written
from salesyear.plans import queries, services
from salesyear.plans.commitments import By, places_asked
from salesyear.plans.models import Commitment, Plan, Version
from salesyear.plans.services import Place, Said
from salesyear.sales.models import Line

BYS: Final[tuple[By, ...]] = ("customer", "line")
NOTE: Final = 500  # letters that a note has at most
Key = tuple[int, int, int]  # of salesperson, customer or 0, line or 0


class NotRead(EngineError):
    """A file that holds no sheet of commitments."""


class AnswersRefused(EngineError):
    """Rows that cannot be kept; `faults` names each with its value and mend, and nothing has been kept."""

    def __init__(self, faults: list[Fault]) -> None:
        """Say how many."""
        super().__init__(noop("%(count)s values cannot be kept, so nothing was kept."), count=len(faults))
        self.faults = faults


@dataclass(frozen=True)
class Brought:
    """What came of a file: rows kept, rows that said nothing new, rows left open."""

    kept: int
    same: int
    empty: int


@dataclass(frozen=True)
class _Sheet:
    """A sheet of the file: what its answers are for, and where its columns stand."""

    by: By
    table: Table
    places: dict[str, int]

    def cell(self, row: int, name: str) -> str:
        """A cell as text; empty where the sheet has no such column."""
        place = self.places.get(name)
        return "" if place is None else self.table.columns[place][row].strip()


@dataclass(frozen=True)
class _Answer:
    """A row that says something: where, and what."""

    key: Key
    place: Place
    amount: int | None
    note: str


def bring_in(path: Path, *, scope: Scope, actor: User | None) -> Brought:
    """Keep the commitments of a file, each where `scope` may answer. An empty cell never overwrites; 0 is an answer.

    Raises Refused for a file that cannot be read, NotRead, and AnswersRefused with every problem of every row.
    """
    sheets = list(_sheets(path))
    if not sheets:
        raise NotRead(noop("The file has no sheet of commitments, as the plan's workbook has one."))
    reader = _Reader(scope)
    answers = [answer for sheet in sheets for answer in reader.answers(sheet)]
    if reader.faults:
        raise AnswersRefused(reader.faults)
    return _keep(reader, answers, actor)


def _sheets(path: Path) -> Iterator[_Sheet]:
    """The sheets of a workbook that are called so in any language; of a file without sheets the whole."""
    first = read_table(path, limits())
    if not first.sheets:
        yield from (sheet for by in BYS if (sheet := _sheet(by, first)))
        return
    for by in BYS:
        names = written.in_every_language(written.SHEETS[by])
        for name in (one for one in first.sheets if one in names):
            table = first if name == first.sheet else read_table(path, limits(), name)
            if found := _sheet(by, table):
                yield found


def _sheet(by: By, table: Table) -> _Sheet | None:
    wanted = {
        "year": written.YEAR,
        "rep": written.REP,
        "code": written.CODES[by],
        "amount": written.AMOUNT,
        "note": written.NOTE,
    }
    known = {name: written.in_every_language(text) for name, text in wanted.items()}
    headings = list(enumerate(table.headings))
    places = {name: place for name, texts in known.items() for place, heading in headings if heading in texts}
    return _Sheet(by, table, places) if {"year", "rep", "code", "amount"} <= set(places) else None


class _Reader:
    """Reads rows within a scope and gathers what is wrong with them; names are looked up once."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.faults: list[Fault] = []
        self.empty = 0
        self.plans: dict[int, Plan] = {}
        self._seen: set[tuple[int, Key]] = set()
        self._reps = {rep.code: rep for rep in self._answering()}
        self._versions: dict[str, Version | None] = {}
        self._asked: dict[int, frozenset[tuple[int, By, int]]] = {}
        self._keys: dict[By, dict[str, int]] = {
            "customer": dict(Customer.objects.within(scope).values_list("code", "pk")),
            "line": dict(Line.objects.within(scope).values_list("code", "pk")),
        }

    def _answering(self) -> Iterator[Rep]:
        """Whom this scope may answer for: everybody, one's units' people, or oneself alone."""
        reach = self.scope.sees("targets")
        for rep in Rep.objects.within(self.scope).select_related("unit"):
            own = Reach.OWN in reach and rep.pk in self.scope.reps
            if Reach.ALL in reach or own or (Reach.UNITS in reach and rep.unit_id in self.scope.units):
                yield rep

    def answers(self, sheet: _Sheet) -> Iterator[tuple[Plan, _Answer]]:
        """The rows of a sheet that say something; what is wrong with a row is noted."""
        for number, _cells, fault in sheet.table.broken:
            self.faults.append(Fault(number, "", "", fault))
        for row in range(sheet.table.height):
            if not sheet.cell(row, "amount") and not sheet.cell(row, "note"):
                self.empty += 1
                continue
            if answer := self._answer(sheet, row):
                yield answer

    def _answer(self, sheet: _Sheet, row: int) -> tuple[Plan, _Answer] | None:
        version = self._version(sheet, row)
        rep = self._rep(sheet, row)
        if version is None or rep is None:
            return None
        plan = version.plan
        number = self._number(sheet, row, version, rep)
        amount = self._amount(sheet, row, plan)
        if number is None or isinstance(amount, Problem):
            return None
        key = (rep.pk, number, 0) if sheet.by == "customer" else (rep.pk, 0, number)
        if (plan.pk, key) in self._seen:
            self._fault(
                sheet, row, "code", problem(noop("This place stands in the file twice."), noop("Keep one row."))
            )
            return None
        self._seen.add((plan.pk, key))
        self.plans[plan.pk] = plan
        place = Place(rep, **{f"{sheet.by}_id": number or None})
        return plan, _Answer(key, place, amount, sheet.cell(row, "note")[:NOTE])

    def _version(self, sheet: _Sheet, row: int) -> Version | None:
        text = sheet.cell(row, "year")
        if text not in self._versions:
            self._versions[text] = self._of_year(text)
        found = self._versions[text]
        if found is None:
            rule, mend = noop("There is no plan for the year “%(value)s”."), noop("Write the year the plan begins in.")
            self._fault(sheet, row, "year", problem(rule, mend, value=text))
        return found

    def _of_year(self, text: str) -> Version | None:
        plans = Plan.objects.filter(unit=None, starts_on__year=int(text) if text.isdecimal() and len(text) == 4 else 0)
        plan = plans.select_related("currency").first()
        return queries.shown(plan) if plan else None

    def _rep(self, sheet: _Sheet, row: int) -> Rep | None:
        code = sheet.cell(row, "rep")
        found = self._reps.get(code)
        if found is None:
            rule = noop("“%(value)s” is no salesperson that you answer for.")
            mend = noop("Bring in your own rows, or those of your people; take the code from the workbook.")
            self._fault(sheet, row, "rep", problem(rule, mend, value=code))
        return found

    def _number(self, sheet: _Sheet, row: int, version: Version, rep: Rep) -> int | None:
        """The key of the customer or line; 0 is all other customers."""
        code = sheet.cell(row, "code")
        number = self._keys[sheet.by].get(code) if code else (0 if sheet.by == "customer" else None)
        if version.pk not in self._asked:
            self._asked[version.pk] = places_asked(self.scope, version)
        if number is not None and (rep.pk, sheet.by, number) in self._asked[version.pk]:
            return number
        rule = noop("The plan asks nothing of %(rep)s for “%(value)s”.")
        mend = noop("Take the code from the workbook; other customers stand together in the row without a code.")
        self._fault(sheet, row, "code", problem(rule, mend, value=code, rep=rep.name))
        return None

    def _amount(self, sheet: _Sheet, row: int, plan: Plan) -> int | Problem | None:
        text = sheet.cell(row, "amount")
        try:
            return typed_minor(text, plan.currency.digits)
        except NotAnAmount:
            rule = noop("“%(value)s” is not an amount.")
            found = problem(rule, noop("Type it as 12000, 12,000 or 1.2万; leave it empty for no answer."), value=text)
            self._fault(sheet, row, "amount", found)
            return found

    def _fault(self, sheet: _Sheet, row: int, name: str, what: Problem) -> None:
        heading = sheet.table.headings[sheet.places[name]]
        number = sheet.table.numbers[row]
        self.faults.append(Fault(number, heading, sheet.cell(row, name), what))


@transaction.atomic
def _keep(reader: _Reader, answers: list[tuple[Plan, _Answer]], actor: User | None) -> Brought:
    standing = {pk: queries.standing(reader.scope, plan) for pk, plan in reader.plans.items()}
    kept = sum(_kept(plan, answer, standing[plan.pk].get(answer.key), actor) for plan, answer in answers)
    return Brought(kept, len(answers) - kept, reader.empty)


def _kept(plan: Plan, answer: _Answer, before: Commitment | None, actor: User | None) -> bool:
    """Keep an answer beside what was said before; a note alone leaves the amount as it stands."""
    known = Said(before.amount, before.note, before.offered, before.accepted) if before else Said()
    amount = known.amount if answer.amount is None else answer.amount
    said = services.answered(known, amount, answer.note or known.note)
    return services.commit(plan, answer.place, said, before=before, actor=actor) is not None
