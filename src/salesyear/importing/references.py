"""Rows of other tables that cells name: found by code, else by name; unknown and doubtful ones are problems."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing.values import Problem, problem

#: table → the fields a cell may name its row by, the surest first.
NAMED_BY: Final = {
    "org.Unit": ("code", "name"),
    "org.Rep": ("code", "name"),
    "org.Position": ("code", "title"),
    "crm.Customer": ("code", "name"),
    "crm.Agency": ("code", "name"),
    "sales.Currency": ("code", "name"),
    "sales.Line": ("code", "name"),
    "sales.Product": ("code", "name"),
    "sales.Order": ("number",),
    "sales.Invoice": ("number",),
}
UNKNOWN: Final = {
    "org.Unit": noop("“%(value)s” is not a known region or territory."),
    "org.Rep": noop("“%(value)s” is not a known salesperson."),
    "org.Position": noop("“%(value)s” is not a known position."),
    "crm.Customer": noop("“%(value)s” is not a known customer."),
    "crm.Agency": noop("“%(value)s” is not a known agency."),
    "sales.Currency": noop("“%(value)s” is not a known currency."),
    "sales.Line": noop("“%(value)s” is not a known product line."),
    "sales.Product": noop("“%(value)s” is not a known product."),
    "sales.Order": noop("“%(value)s” is not a known order."),
    "sales.Invoice": noop("“%(value)s” is not a known invoice."),
}
#: Tables too long to be read whole: only the rows named are looked up.
LONG: Final = frozenset({"sales.Order", "sales.Invoice"})
CHUNK: Final = 2_000
#: Looking for the nearest name takes its time: among so many names, for so many unknown ones.
MOST_ADVISED: Final = 500


def folded(text: str) -> str:
    """A name without width, case and doubled blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Lookup:
    """The rows of one table by what a cell may call them."""

    def __init__(self, model: str, scope: Scope, named: Iterable[str] = ()) -> None:
        """Read the table; of a long one only the rows `named`."""
        self.model = model
        self._by: list[dict[str, list[Any]]] = [{} for _ in NAMED_BY[model]]
        self._answers: dict[str, Any] = {}
        for key, *names in self._rows(scope, set(named)):
            for known, name in zip(self._by, names, strict=True):
                known.setdefault(folded(name), []).append(key)

    def _rows(self, scope: Scope, named: set[str]) -> Iterable[tuple[Any, ...]]:
        """Primary keys and names; dated rows that have ended come only when no other has the code."""
        rows = apps.get_model(self.model)._default_manager.within(scope)
        fields = ("pk", *NAMED_BY[self.model])
        if self.model in LONG:
            wanted = sorted(named)
            for start in range(0, len(wanted), CHUNK):
                part = rows.filter(number__in=wanted[start : start + CHUNK])
                yield from part.values_list(*fields).order_by("pk")
            return
        if self.model == "org.Unit":
            yield from _latest(rows.order_by("starts_on").values_list(*fields))
            return
        yield from rows.values_list(*fields).order_by("pk")

    def find(self, text: str) -> Any:  # noqa: ANN401 (a primary key of any table)
        """The primary key of the row that a cell names, or the problem with the name."""
        if text not in self._answers:
            self._answers[text] = self._find(text)
        return self._answers[text]

    def knows(self, text: str) -> bool:
        """Whether some row has this code or name."""
        return any(folded(text) in known for known in self._by)

    def add(self, key: object, *names: str) -> None:
        """Take in a row that the same import creates."""
        for known, name in zip(self._by, names, strict=False):
            known.setdefault(folded(name), []).append(key)
        self._answers.clear()

    def _find(self, text: str) -> Any:  # noqa: ANN401 (as `find`)
        for known in self._by:
            keys = known.get(folded(text), [])
            if len(keys) == 1:
                return keys[0]
            if keys:
                return problem(
                    noop("“%(value)s” is the name of %(count)s rows."),
                    noop("Use the code instead of the name."),
                    value=text,
                    count=len(keys),
                )
        return self._unknown(text)

    def _unknown(self, text: str) -> Problem:
        """The problem with a name nobody has, with the nearest name there is."""
        few = len(self._answers) < MOST_ADVISED
        names = [name for known in self._by for name in list(known)[:MOST_ADVISED]] if few else []
        near = difflib.get_close_matches(folded(text), names, n=1, cutoff=0.8)
        if near:
            mend = noop("Did you mean “%(near)s”? Correct the name, or bring it in first.")
            return problem(UNKNOWN[self.model], mend, value=text, near=near[0])
        mend = noop("Bring it in first, correct the name, or let missing ones be created.")
        return problem(UNKNOWN[self.model], mend, value=text)


def _latest(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Of rows with the same code, in the order they started, the last."""
    return {row[1]: row for row in rows}.values()
