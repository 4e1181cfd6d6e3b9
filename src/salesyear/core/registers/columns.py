"""A column of a register: where its value is, how it is written on the page, how it goes into a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.core.fields import MicrosField, MoneyField, ShareField
from salesyear.core.masks import MASKS
from salesyear.core.scope import Scope


class Kind(StrEnum):
    """What a column holds; decides how it is aligned, written and exported."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes-no"
    DAY = "day"
    MOMENT = "moment"
    COUNT = "count"
    MONEY = "money"
    MICROS = "micros"
    SHARE = "share"

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right, in figures of equal width."""
        return self in _NUMBERS

    @property
    def is_tight(self) -> bool:
        """Whether it must not be broken into two lines."""
        return self.is_number or self in {Kind.DAY, Kind.MOMENT}


_NUMBERS = frozenset({Kind.COUNT, Kind.MONEY, Kind.MICROS, Kind.SHARE})
_KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (MoneyField, Kind.MONEY),
    (MicrosField, Kind.MICROS),
    (ShareField, Kind.SHARE),
    (models.BooleanField, Kind.YES_NO),
    (models.DateTimeField, Kind.MOMENT),
    (models.DateField, Kind.DAY),
    (models.IntegerField, Kind.COUNT),
)
Value = str | int | Decimal | date | datetime | bool | None
Block = Sequence[Sequence[Value]]  # some rows, column by column
_PLAIN = frozenset({str, int, date, type(None)})
_AS_IS = frozenset({Kind.TEXT, Kind.DAY, Kind.COUNT})


@dataclass(frozen=True)
class Column:
    """Declares one column.

    path: the field, through foreign keys where needed (`customer__name`). label: else the field's own name.
    mask: the name in `Scope.masks` under which it is masked; how: see `core.masks`, "away" leaves it out.
    listed: whether it stands in the list, or only on the row's page and in exports. link: the register whose row
    the value names, with the path of that row's key. file: its heading in an export, where the one on the page would
    be taken for another column by an import. words: what its values are called, where the field does not say it.
    """

    path: str
    label: str | Promise = ""
    mask: str = ""
    how: str = "whole"
    listed: bool = True
    file: str | Promise = ""
    link: tuple[str, str] | None = None
    words: Callable[[], Iterable[tuple[str, str]]] | None = None

    def bind(self, model: type[models.Model]) -> BoundColumn:
        """Look the field up on the model."""
        field = field_at(model, self.path)
        own = field_at(model, self.path.split("__")[0])
        label = self.label or getattr(own, "verbose_name", self.path)
        kind = Kind.CHOICE if self.words else _kind_of(field)
        choices = dict(self.words() if self.words else field.flatchoices)
        return BoundColumn(self, label, kind, choices, self._money_paths(field))

    def hidden_from(self, scope: Scope) -> bool:
        """Whether this person may not see it whole."""
        return bool(self.mask) and self.mask in scope.masks

    def absent_for(self, scope: Scope) -> bool:
        """Whether this person does not get the column at all."""
        return self.how == "away" and self.hidden_from(scope)

    def _money_paths(self, field: models.Field[Any, Any]) -> tuple[str, ...]:
        before = self.path.rpartition("__")[0]
        return (
            (f"{before}__currency__digits" if before else "currency__digits",) if isinstance(field, MoneyField) else ()
        )


@dataclass(frozen=True)
class BoundColumn:
    """A column of a known model; `extra` are the paths it reads besides its own (the decimals of money)."""

    declared: Column
    label: str | Promise
    kind: Kind
    choices: dict[Any, Any]
    extra: tuple[str, ...]

    @property
    def name(self) -> str:
        """The column's name in the URL."""
        return self.declared.path

    @property
    def heading(self) -> str:
        """What stands above it, with a capital letter."""
        return str(capfirst(str(self.label)))

    @property
    def file_heading(self) -> str:
        """What stands above it in an export."""
        return str(capfirst(str(self.declared.file))) or self.heading

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path this column reads, its own first."""
        link = (self.declared.link[1],) if self.declared.link else ()
        return (self.declared.path, *self.extra, *link)

    def value(self, read: dict[str, Any], scope: Scope) -> Value:
        """Return what goes into a file: dates as dates, numbers as numbers, text masked where it must be."""
        raw = read[self.declared.path]
        if raw is None or raw == "":
            return None
        if self.declared.hidden_from(scope):
            return MASKS[self.declared.how](str(raw))
        return self._typed(raw, read)

    def values(self, read: Mapping[str, Sequence[Any]], scope: Scope) -> Sequence[Value]:
        """Return the same for many rows, given by columns: what is alike in many of them is made once."""
        paths = (self.declared.path, *self.extra)
        raw = read[self.declared.path]
        if not set(map(type, raw)) <= _PLAIN:  # what cannot be told apart by its value
            rows = zip(*(read[path] for path in paths), strict=True)
            return [self.value(dict(zip(paths, row, strict=True)), scope) for row in rows]
        if self.kind in _AS_IS and not self.declared.hidden_from(scope):
            return [None if one == "" else one for one in raw]
        keys = list(zip(*(read[path] for path in paths), strict=True))
        made = {key: self.value(dict(zip(paths, key, strict=True)), scope) for key in set(keys)}
        return [made[key] for key in keys]

    def text(self, value: Value) -> str:
        """Write a value for the page: exact, `--` when there is none."""
        if value is None:
            return numbers.MISSING
        return _WRITE.get(self.kind, str)(value)

    def _typed(self, raw: Any, read: dict[str, Any]) -> Value:  # noqa: ANN401 - a database value
        match self.kind:
            case Kind.MONEY:
                return numbers.major(raw, read[self.extra[0]])
            case Kind.MICROS:
                return numbers.from_micros(raw)
            case Kind.SHARE:
                return Decimal(raw) / 1_000_000
            case Kind.CHOICE:
                return str(self.choices.get(raw, raw))
            case Kind.MOMENT:
                return timezone.localtime(raw).replace(tzinfo=None)
            case _ if isinstance(raw, dict):
                return json.dumps(raw, ensure_ascii=False)
            case _:
                return raw  # type: ignore[no-any-return]  # text, a day, a count, yes or no: as it is


def field_at(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """Follow a path through foreign keys to its field. Raises FieldDoesNotExist for a wrong one."""
    first, _, rest = path.partition("__")
    field = model._meta.pk if first == "pk" else model._meta.get_field(first)
    if rest:
        return field_at(field.related_model, rest)  # type: ignore[arg-type]  # a path goes through foreign keys
    return field  # type: ignore[return-value]  # a concrete field


def _kind_of(field: models.Field[Any, Any]) -> Kind:
    if field.choices:
        return Kind.CHOICE
    return next((kind for known, kind in _KINDS if isinstance(field, known)), Kind.TEXT)


def _percent(value: Any) -> str:  # noqa: ANN401 - one of Value, by the column's kind
    return f"{numbers.grouped((value * 100).normalize())}%"


_WRITE: dict[Kind, Callable[[Any], str]] = {
    Kind.YES_NO: lambda value: gettext("yes") if value else gettext("no"),
    Kind.DAY: date.isoformat,
    Kind.MOMENT: lambda value: value.strftime("%Y-%m-%d %H:%M"),
    Kind.COUNT: numbers.grouped,
    Kind.MONEY: numbers.grouped,
    Kind.MICROS: numbers.grouped,
    Kind.SHARE: _percent,
}
