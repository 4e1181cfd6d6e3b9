"""The names behind a board's keys, each looked up once for a page, and only within what the person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext

from salesyear.core import numbers
from salesyear.core.scope import Reach, Scope
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit
from salesyear.performance.board.asked import LEVELS
from salesyear.performance.board.kept import Kept
from salesyear.performance.board.reports import Board
from salesyear.performance.facts.scoped import who_of
from salesyear.sales.models import Order

NONE = 0
_units: Kept[dict[int, str]] = Kept(64)  # units are among the facts: their names change with the facts' key


@dataclass(frozen=True)
class Names:
    """Names of units, salespeople and customers by key."""

    units: dict[int, str] = field(default_factory=dict)
    reps: dict[int, str] = field(default_factory=dict)
    customers: dict[int, str] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)

    def of(self, level: str, key: int) -> str:
        """Return what a piece of a board is called; those of nobody have a name as well."""
        if key == NONE:
            return {
                "region": gettext("no region"),
                "territory": gettext("no territory"),
                "rep": gettext("no salesperson"),
                "customer": gettext("not planned by customer"),
            }[level]
        table = {"rep": self.reps, "customer": self.customers}.get(level, self.units)
        return table.get(key, numbers.MISSING)


def names_of(scope: Scope, board: Board) -> Names:
    """Look up the names a board needs: four queries at most."""
    wanted: dict[str, set[int]] = {level: set() for level in LEVELS}
    for level, key in board.asked.where:
        wanted[level].add(key)
    for part in board.parts:
        wanted[part.level].add(part.key)
    if board.moved:
        wanted["customer"] |= {key for key, _change in board.moved.most}
    return Names(
        _units.get((board.source.facts.key, who_of(scope)), lambda: _all_units(scope)),
        _names(Rep, scope, wanted["rep"]),
        _names(Customer, scope, wanted["customer"]),
        _numbers(scope, [key for key, _day, _amount in board.orders]),
    )


def _all_units(scope: Scope) -> dict[int, str]:
    return dict(Unit.objects.within(scope).values_list("pk", "name"))


def top_of(scope: Scope) -> str:
    """Return what the whole of a person's board is called."""
    if Reach.ALL in scope.sees("sales"):
        return gettext("the whole company")
    if scope.places:
        more = len(scope.places) - 2
        shown = "、".join(scope.places[:2])
        return shown if more <= 0 else f"{shown} " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return gettext("my sales")


def level_words(level: str, count: int) -> str:
    """Return how many of a level there are, in words."""
    said = {
        "region": ngettext("%(n)d region", "%(n)d regions", count),
        "territory": ngettext("%(n)d territory", "%(n)d territories", count),
        "rep": ngettext("%(n)d salesperson", "%(n)d salespeople", count),
        "customer": ngettext("%(n)d customer", "%(n)d customers", count),
    }
    return said[level] % {"n": count}


def _names(model: type[Rep] | type[Customer], scope: Scope, keys: Iterable[int]) -> dict[int, str]:
    wanted = {key for key in keys if key != NONE}
    if not wanted:
        return {}
    return dict(model.objects.within(scope).filter(pk__in=wanted).values_list("pk", "name"))


def _numbers(scope: Scope, keys: Iterable[int]) -> dict[int, str]:
    wanted = {key for key in keys if key != NONE}
    return dict(Order.objects.within(scope).filter(pk__in=wanted).values_list("pk", "number")) if wanted else {}
