"""Which rows, columns and measures a table is to show, read from the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

DOWN = ("region", "territory", "rep", "customer", "line", "new")
ORGANISATION = DOWN[:3]
ACROSS = ("months", "quarters", "lines", "new")
MEASURES = (
    "target", "last_year", "baseline", "growth", "chance", "committed", "difference", "cash",
)  # fmt: skip
KINDS = {"growth": "share", "chance": "share"}


class BadQuestion(ValueError):
    """A row, column or measure that there is none of; the text names those there are."""


@dataclass(frozen=True)
class Asked:
    """down: columns of the rows from the top; across: what the columns are; measures beside each other."""

    down: tuple[str, ...] = ("region", "territory", "rep")
    across: str = "months"
    measures: tuple[str, ...] = ("target",)


def asked_for(query: Mapping[str, Any]) -> Asked:
    """Read the question. Raises BadQuestion."""
    down = _names(query.get("down", "region,territory,rep"), DOWN)
    measures = _names(query.get("measures", "target"), MEASURES)
    across = str(query.get("across", "months"))
    if across not in ACROSS:
        raise BadQuestion(_unknown(across, ACROSS))
    if down and down[0] not in ORGANISATION:
        raise BadQuestion(
            _("Rows begin with a level of the organisation: %(names)s.") % {"names": ", ".join(ORGANISATION)}
        )
    return Asked(down, across, measures or ("target",))


def _names(said: object, known: tuple[str, ...]) -> tuple[str, ...]:
    parts = [str(part) for part in said] if isinstance(said, list | tuple) else str(said).split(",")
    names = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadQuestion(_unknown(unknown[0], known))
    return names


def _unknown(name: str, known: tuple[str, ...]) -> str:
    return _("“%(name)s” is not known here. There is: %(names)s.") % {"name": name, "names": ", ".join(known)}


def words_of(name: str) -> str:
    """Return what a row's column, a choice of columns or a measure is called."""
    return {
        "region": _("region"),
        "territory": _("territory"),
        "rep": _("salesperson"),
        "customer": _("customer"),
        "line": _("product line"),
        "new": _("new or existing customers"),
        "months": pgettext("calendar", "months"),
        "quarters": _("quarters"),
        "lines": _("product lines"),
        "target": _("target"),
        "last_year": _("last year"),
        "baseline": _("baseline"),
        "growth": _("growth"),
        "chance": _("chance"),
        "committed": _("committed"),
        "difference": _("difference"),
        "cash": _("to collect"),
    }[name]


def choices() -> dict[str, list[dict[str, str]]]:
    """Return everything that can be chosen, with its words."""
    kinds = {"down": DOWN, "across": ACROSS, "measures": MEASURES}
    return {kind: [{"id": name, "title": words_of(name)} for name in names] for kind, names in kinds.items()}
