"""What the keys of a plan are called: units, salespeople, customers, lines; also as the engine names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit
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
    """Read the names of some keys, one query a kind; what somebody does not see has no name."""
    units = {*keys.get("region", ()), *keys.get("territory", ())}
    found = {
        "rep": _read(Rep, scope, keys.get("rep", ())),
        "customer": _read(Customer, scope, keys.get("customer", ())),
    }
    found |= {"line": _read(Line, scope, keys.get("line", ()))}
    places = _read(Unit, scope, units)
    return Names(found | {"region": places, "territory": places})


def _read(
    model: type[Rep] | type[Customer] | type[Line] | type[Unit], scope: Scope, keys: Iterable[int]
) -> dict[int, str]:
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = model.objects.within(scope)
    if len(wanted) < 900:
        rows = rows.filter(pk__in=wanted)
    return dict(rows.order_by().values_list("pk", "name"))
