"""A draft written down: rows changed and created in one go, with what undoes it; and that undoing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from operator import itemgetter
from typing import Any, Final

from django.db import models

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing.checking import NO_PROGRESS, Progress
from salesyear.importing.deltas import Delta, columns_of, is_placeholder, naming, table_of
from salesyear.importing.kinds import KINDS
from salesyear.importing.models import Change, Import
from salesyear.importing.references import CHUNK
from salesyear.importing.writing import insert, take_keys, update

#: Rows whose undoing is kept in one row of `Change`.
TOGETHER: Final = 2_000
_UNDOING: Final = Scope.system("undoing an import")
SETTLE: Final = {kind.model: kind.settle for kind in KINDS.values() if kind.settle}

Keys = Mapping[str, Sequence[Any]]


def write(import_: Import, deltas: Sequence[Delta], progress: Progress = NO_PROGRESS) -> None:
    """Write what a draft says, and beside it what undoes it. To be called inside a transaction."""
    keys = {delta.model: _keys_for(delta) for delta in deltas}
    total = sum(len(delta.created) for delta in deltas)
    done = 0
    for delta in deltas:
        _put_keys(delta, keys)
        _change(delta)

        def told(rows: int, before: int = done) -> None:
            progress(noop("saving"), before + rows, total)

        _create(delta, keys[delta.model], told)
        _remember(import_, delta, keys[delta.model])
        done += len(delta.created)
    for delta in deltas:
        touched = [*(change.key for change in delta.changed), *_to_settle(delta, keys[delta.model], deltas)]
        if delta.model in SETTLE and touched:
            SETTLE[delta.model](touched)


def _to_settle(delta: Delta, keys: Sequence[Any], deltas: Sequence[Delta]) -> Sequence[Any]:
    """New rows are settled too, except orders that came with their lines: those agree already."""
    return [] if delta is not deltas[-1] and delta.model == "sales.Order" else keys


def _keys_for(delta: Delta) -> list[Any]:
    """Primary keys of the rows to create: taken in advance, or the rows' own where the key is a code."""
    pk = table_of(delta.model)._meta.pk
    if isinstance(pk, models.AutoField | models.BigAutoField):
        return take_keys(table_of(delta.model), len(delta.created))
    return [row[pk.attname] for row in delta.created]


def _put_keys(delta: Delta, keys: Keys) -> None:
    """Put the new rows' keys where placeholders stood."""
    rows = [*delta.created, *(change.after for change in delta.changed)]
    for model, taken in keys.items():
        if taken:
            _fill(rows, naming(delta.model, model), taken)


def _fill(rows: Sequence[dict[str, Any]], columns: Iterable[str], taken: Sequence[Any]) -> None:
    for column, row in product(columns, rows):
        if is_placeholder(row.get(column)):
            row[column] = taken[-row[column] - 1]


def _create(delta: Delta, keys: Sequence[Any], told: Any) -> None:  # noqa: ANN401 (a function of rows done)
    """Insert the new rows, every column of the table given."""
    if not delta.created:
        return
    fields = columns_of(delta.model)
    pk = table_of(delta.model)._meta.pk.attname
    defaults = {column: _default(field) for column, field in fields.items()}
    columns = [str(field.column) for field in fields.values()]
    as_stored = itemgetter(*fields)
    rows = [as_stored({**defaults, **row, pk: key}) for key, row in zip(keys, delta.created, strict=True)]
    insert(table_of(delta.model), columns, rows, told)


def _default(field: models.Field[Any, Any]) -> Any:  # noqa: ANN401 (a default of any type)
    """What a column holds when nothing is said."""
    return field.get_default()


def _change(delta: Delta) -> None:
    """Update changed rows, those with the same columns together."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for change in delta.changed:
        columns = tuple(sorted(change.after))
        alike.setdefault(columns, []).append((*(change.after[column] for column in columns), change.key))
    for columns, rows in alike.items():
        update(table_of(delta.model), columns, rows)


def _remember(import_: Import, delta: Delta, keys: Sequence[Any]) -> None:
    """Keep the new rows' keys and the changed rows' earlier values."""
    before = [[change.key, _kept(change.before)] for change in delta.changed]
    parts = _side_by_side(list(keys), before)
    Change.objects.bulk_create(
        Change(of=import_, table=delta.model, created=created, before=changed) for created, changed in parts
    )


def _side_by_side(created: list[Any], before: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Two lists in portions."""
    for start in range(0, max(len(created), len(before)), TOGETHER):
        yield created[start : start + TOGETHER], before[start : start + TOGETHER]


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them."""
    return {column: value.isoformat() if isinstance(value, date) else value for column, value in values.items()}


def later_touch(import_: Import) -> Import | None:
    """The first later import that changed rows of this one, and was not undone."""
    own: dict[str, set[Any]] = {}
    for change in import_.changes.all():
        own.setdefault(change.table, set()).update(change.keys())
    later = Change.objects.filter(of__gt=import_.pk, of__state="saved", table__in=own).select_related("of")
    return next((change.of for change in later.order_by("of") if change.keys() & own[change.table]), None)


def take_back(import_: Import) -> None:
    """Give changed rows their earlier values and delete created ones, the last first."""
    changes = list(import_.changes.order_by("-pk"))
    for change in changes:
        _restore(change)
    for change in changes:
        _delete(change.table, change.created)
    for table in dict.fromkeys(change.table for change in changes):
        if table in SETTLE:
            SETTLE[table]([key for change in changes if change.table == table for key, _ in change.before])


def _restore(change: Change) -> None:
    """Write earlier values back."""
    fields = columns_of(change.table)
    for key, before in change.before:
        values = [fields[column].to_python(value) for column, value in before.items()]
        update(table_of(change.table), list(before), [(*values, key)])


def _delete(table: str, keys: Iterable[Any]) -> None:
    """Delete created rows. Nothing else names them: see `named_from_outside`."""
    wanted = list(keys)
    for start in range(0, len(wanted), CHUNK):
        rows = table_of(table)._default_manager.within(_UNDOING)  # type: ignore[attr-defined]  # scoped managers only
        rows = rows.filter(pk__in=wanted[start : start + CHUNK])
        rows._raw_delete(rows.db)


def named_from_outside(import_: Import) -> tuple[str, int, Import | None] | None:
    """Rows that name what this import created and came otherwise: their table's name, how many, by which import."""
    own: dict[str, set[Any]] = {}
    for change in import_.changes.all():
        own.setdefault(change.table, set()).update(change.created)
    for table, keys in own.items():
        for relation in table_of(table)._meta.related_objects:
            others = _others(relation, sorted(keys), own)
            if others:
                name = str(relation.related_model._meta.verbose_name_plural)
                return name, len(others), _made_by(relation.related_model._meta.label, min(others), import_)
    return None


def _others(relation: Any, keys: Sequence[Any], own: Mapping[str, set[Any]]) -> set[Any]:  # noqa: ANN401 (Django's reverse relation)
    """Keys of rows that name one of these and were not created by the same import."""
    model = relation.related_model
    naming_: set[Any] = set()
    for start in range(0, len(keys), CHUNK):
        rows = model._base_manager.filter(**{f"{relation.field.name}__in": keys[start : start + CHUNK]})
        naming_.update(rows.values_list("pk", flat=True))
    return naming_ - own.get(model._meta.label, set())


def _made_by(table: str, key: object, after: Import) -> Import | None:
    """The import that created a row."""
    changes = Change.objects.filter(of__gt=after.pk, table=table).select_related("of")
    return next((change.of for change in changes if key in change.created), None)
