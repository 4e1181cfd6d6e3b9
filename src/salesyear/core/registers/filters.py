"""What a register can be narrowed by; every list of choices is drawn from the rows the person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext

from salesyear.core.pinyin import sort_key
from salesyear.core.registers.columns import field_at
from salesyear.core.scope import Scope

Rows = models.QuerySet[Any, Any]
Asked = Mapping[str, str]


@dataclass(frozen=True)
class Option:
    """One entry of a list of choices; `depth` is how far it stands in."""

    value: str
    label: str
    chosen: bool = False
    depth: int = 0

    @property
    def indented(self) -> str:
        """The label, moved in by its depth (blanks that a select keeps)."""
        return "\u2003" * self.depth + self.label


@dataclass(frozen=True)
class Widget:
    """A filter as the page shows it: `part` names the template, `error` what was wrong with what was typed."""

    part: str
    name: str
    label: str
    values: Mapping[str, str]
    options: list[Option] = field(default_factory=list)
    error: str = ""


@dataclass(frozen=True)
class Filter:
    """Narrows by one path; `name` is the parameter in the URL."""

    path: str
    label: str | Promise = ""

    @property
    def name(self) -> str:
        """The parameter in the URL."""
        return self.path

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter it reads."""
        return (self.name,)

    def condition(self, asked: Asked) -> Q:
        """Return what the rows must fulfil; `Q()` when nothing was asked."""
        value = asked.get(self.name, "")
        return Q(**{self.path: value}) if value else Q()

    def widget(self, seen: Rows, asked: Asked, scope: Scope) -> Widget | None:
        """Return what the page shows for it, made from the rows `seen`; None when there is nothing to choose."""
        return None

    def occurring(self, seen: Rows) -> Rows | None:
        """Return the query for the values that occur, as (filter, value, label) in text; None if it needs none."""
        return None

    def heading(self, model: type[models.Model]) -> str:
        """What stands above it."""
        own = field_at(model, self.path.split("__")[0])
        return str(capfirst(str(self.label or getattr(own, "verbose_name", self.path))))


@dataclass(frozen=True)
class Choice(Filter):
    """One of the values that occur; through a foreign key (`line`) `shown` is the path of its name (`line__name`)."""

    shown: str = ""

    def occurring(self, seen: Rows) -> Rows | None:
        """Ask for each pair of value and label once."""
        pairs = {"_filter": Value(self.name), "_value": _text(self.path), "_label": _text(self.shown or self.path)}
        found: Rows = seen.order_by().annotate(**pairs).values_list(*pairs).distinct()
        return found

    def offer(self, seen: Rows, asked: Asked, found: Mapping[str, str]) -> Widget | None:
        """Offer what was found to occur, in the order of its sound."""
        names = {str(key): str(name) for key, name in field_at(seen.model, self.shown or self.path).flatchoices}
        labels = {value: names.get(label, label) for value, label in found.items()}
        chosen = asked.get(self.name, "")
        ordered = sorted(labels, key=lambda value: sort_key(labels[value]))
        options = [Option(value, labels[value], value == chosen) for value in ordered]
        useful = len(options) > 1 or chosen
        return Widget("choice", self.name, self.heading(seen.model), {}, options) if useful else None


@dataclass(frozen=True)
class Tree(Filter):
    """A place in the organisation: choosing a parent includes everything below it.

    path: the foreign key to a model with `path` (`/1/4/12/`) and `name`.
    """

    def condition(self, asked: Asked) -> Q:
        """Match the place itself and all below, by their path of keys."""
        value = asked.get(self.name, "")
        if not value:
            return Q()
        return Q(**{f"{self.path}__path__contains": f"/{value}/"}) if value.isdecimal() else Q(pk__in=[])

    def widget(self, seen: Rows, asked: Asked, scope: Scope) -> Widget | None:
        """Offer the places that occur and those above them."""
        places: Any = field_at(seen.model, self.path).related_model
        within = places.objects.within(scope)
        below = within.filter(pk__in=seen.order_by().values(self.path), path__startswith=OuterRef("path"))
        rows = within.filter(Exists(below)).order_by("path").values_list("pk", "name", "path")
        chosen = asked.get(self.name, "")
        options = [Option(str(pk), name, str(pk) == chosen, path.count("/") - 2) for pk, name, path in rows]
        useful = len(options) > 1 or chosen
        return Widget("choice", self.name, self.heading(seen.model), {}, options) if useful else None


@dataclass(frozen=True)
class YesNo(Filter):
    """Yes or no."""

    def condition(self, asked: Asked) -> Q:
        """Anything but 1 and 0 asks nothing."""
        value = asked.get(self.name, "")
        return Q(**{self.path: value == "1"}) if value in {"0", "1"} else Q()

    def widget(self, seen: Rows, asked: Asked, scope: Scope) -> Widget | None:
        """Offer both."""
        chosen = asked.get(self.name, "")
        options = [Option("1", gettext("yes"), chosen == "1"), Option("0", gettext("no"), chosen == "0")]
        return Widget("choice", self.name, self.heading(seen.model), {}, options)


@dataclass(frozen=True)
class Period(Filter):
    """From a day to a day, both included, either open."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Two: `ordered_on_from`, `ordered_on_to`."""
        return (f"{self.name}_from", f"{self.name}_to")

    def condition(self, asked: Asked) -> Q:
        """A day that cannot be read asks nothing; the widget says so."""
        first, last = (_day(asked.get(name, "")) for name in self.parameters)
        condition = Q()
        if first:
            condition &= Q(**{f"{self.path}__gte": first})
        if last:
            condition &= Q(**{f"{self.path}__lte": last})
        return condition

    def widget(self, seen: Rows, asked: Asked, scope: Scope) -> Widget | None:
        """Offer two days; say which cannot be read."""
        values = dict(zip(("first", "last"), (asked.get(name, "") for name in self.parameters), strict=True))
        wrong = [value for value in values.values() if value and not _day(value)]
        error = gettext("“%(day)s” is not a day. Write it like 2026-01-05.") % {"day": wrong[0]} if wrong else ""
        return Widget("period", self.name, self.heading(seen.model), values, error=error)


@dataclass(frozen=True)
class Of(Filter):
    """Rows of one other row (the orders of a customer), reached by a link; shown as a chip that can be taken away.

    shown: the path of the other row's name.
    """

    shown: str = ""

    def widget(self, seen: Rows, asked: Asked, scope: Scope) -> Widget | None:
        """Name the row, only when it is asked for and has rows that are seen."""
        value = asked.get(self.name, "")
        if not value:
            return None
        names = matching(seen, self.condition(asked)).order_by().values_list(self.shown or self.path, flat=True)
        name = names.first()
        label = gettext("nothing that you see") if name is None else str(name)
        return Widget("of", self.name, self.heading(seen.model), {"value": value, "label": label})


def offered(filters: Sequence[Filter], seen: Rows, asked: Asked, scope: Scope) -> list[Widget]:
    """Return what the page shows for all filters; what occurs is asked for all choices in one query."""
    found: dict[str, dict[str, str]] = {one.name: {} for one in filters}
    queries = [query for one in filters if (query := one.occurring(seen)) is not None]
    if queries:
        for name, value, label in queries[0].union(*queries[1:]) if queries[1:] else queries[0]:
            if value not in (None, ""):
                found[name][value] = label
    widgets = (
        one.offer(seen, asked, found[one.name]) if isinstance(one, Choice) else one.widget(seen, asked, scope)
        for one in filters
    )
    # Periods last: two narrow lists share a line on a phone.
    return sorted((widget for widget in widgets if widget), key=lambda widget: widget.part == "period")


def matching(rows: Rows, condition: Q) -> Rows:
    """Return the rows that fulfil it; none when it compares with what the column cannot hold (`?owner=abc`)."""
    try:
        return rows.filter(condition)
    except (ValueError, ValidationError):
        return rows.none()


def _text(path: str) -> Cast:
    return Cast(path, models.TextField())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
