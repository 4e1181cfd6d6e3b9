"""What the keys of a plan are called: units, salespeople, customers, lines; also as the engine names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.org import tree
from salesyear.org.models import Rep
from salesyear.sales.models import Line

_LEVELS = {"r": "region", "t": "territory", "p": "rep"}


@dataclass(frozen=True)
class Names:
    """Names by column and key; 0 is named by what it stands for."""

    by: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def of(self, column: str, key: int) -> str:
        """Return what a key is called on the page."""
        if column == "new":
            return _("new customers") if key else _("existing customers")
        if key == 0:
            return _nameless(column)
        return self.by.get(column, {}).get(key, "--")

    def node(self, path: str) -> str:
        """Return what a node of the engine's tables is called: `r2/t7` is the name of territory 7."""
        last = path.rsplit("/", 1)[-1]
        if last[:1] not in _LEVELS or not last[1:].isdecimal():
            return _("the company")
        return self.of(_LEVELS[last[0]], int(last[1:]))


def _nameless(column: str) -> str:
    return {
        "region": _("no region"),
        "territory": _("no territory"),
        "rep": _("nobody named"),
        "customer": _("other customers"),
        "line": _("no product line"),
    }.get(column, "--")


def names_for(scope: Scope, keys: Mapping[str, Iterable[int]]) -> Names:
    """Read the names of some keys, all in one query; what somebody does not see has no name."""
    parts = [rows for column in _MODELS if (rows := _rows(scope, column, keys.get(column, ()))) is not None]
    found: dict[str, dict[int, str]] = {}
    for column, key, name in parts[0].union(*parts[1:], all=True) if parts else ():
        found.setdefault(column, {})[key] = name
    units = {*keys.get("region", ()), *keys.get("territory", ())} - {0}
    places = {unit.pk: unit.name for unit in tree.units(scope) if unit.pk in units} if units else {}
    return Names(found | {"region": places, "territory": places})


_MODELS: Mapping[str, type[Rep] | type[Customer] | type[Line]] = {"rep": Rep, "customer": Customer, "line": Line}
_MOST = 300  # keys of a kind that a query is given one by one


def _rows(scope: Scope, column: str, keys: Iterable[int]) -> Any:  # noqa: ANN401 - rows of one of three models
    wanted = {key for key in keys if key}
    if not wanted:
        return None
    rows = _MODELS[column].objects.within(scope).order_by()
    if len(wanted) < _MOST:
        rows = rows.filter(pk__in=wanted)
    return rows.values_list(Value(column), "pk", "name")
