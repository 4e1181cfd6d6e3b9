"""Kinds whose rows are rows of one table: read, resolved and compared with what is there."""

from __future__ import annotations

from typing import Any

from salesyear.core.columns import ImportKind, Type
from salesyear.engine.messages import noop
from salesyear.importing.amounts import Currencies, keep_figures, settle_currency
from salesyear.importing.checking import NO_PROGRESS, Progress, Reading, resolve, same_key_twice
from salesyear.importing.deltas import Delta, Draft, columns_of, counted, difference, existing, in_order, is_placeholder
from salesyear.importing.places import place_of_rep
from salesyear.importing.references import folded
from salesyear.importing.shares import refuse_what_makes_no_whole
from salesyear.importing.values import problem

Key = tuple[Any, ...]


def draft(reading: Reading, progress: Progress = NO_PROGRESS) -> Draft:
    """What the rows would change in their table."""
    kind = reading.kind
    pending = _pending(reading)
    for column in kind.columns:
        if column.to and column.name in reading.values:
            resolve(reading, column, pending if column.to == kind.model else None)
    _keep(reading)
    if kind.name == "credits":
        refuse_what_makes_no_whole(reading)
    keys = _keys(reading)
    same_key_twice(reading, keys, kind.key[0])
    _refuse_circles(reading, pending)
    delta, created, changed = _compared(reading, keys, progress)
    return Draft(reading, (delta,), counted(reading, created, changed), in_order(reading))


def _pending(reading: Reading) -> dict[str, int]:
    """Placeholders for the codes that this file brings in, so that its rows may name each other."""
    kind = reading.kind
    if not any(column.to == kind.model for column in kind.columns):
        return {}
    codes = [value for value in reading.column("code") if isinstance(value, str)]
    return {folded(code): -place for place, code in enumerate(dict.fromkeys(codes), start=1)}


def _keep(reading: Reading) -> None:
    """Figures as their fields keep them; the currency of each row where the table has one."""
    kind, fields = reading.kind, columns_of(reading.kind.model)
    currencies = Currencies.known(reading.scope)
    if "currency" in kind.by_name and kind.name != "currencies":
        settle_currency(reading, currencies)
    for column in kind.columns:
        if column.name in reading.values and column.type in (Type.AMOUNT, Type.DECIMAL, Type.PERCENT):
            keep_figures(reading, column.name, fields[column.name], currencies)


def _keys(reading: Reading) -> list[Key | None]:
    """What makes each row the same row as one that is there; None for bad rows.

    Where the file says nothing about a part that has a default, that part is None and any row there fits it.
    """
    parts = [reading.column(name) for name in reading.kind.key]
    return [None if row in reading.bad else key for row, key in enumerate(zip(*parts, strict=True))]


def _refuse_orphans(reading: Reading, above: str, pending: dict[str, int]) -> None:
    """Refuse rows that belong to a row of the file that was refused itself."""
    codes, parents = reading.column("code"), reading.values[above]
    while True:
        kept = {pending[folded(code)] for row, code in enumerate(codes) if code and row not in reading.bad}
        orphans = [row for row in reading.good() if is_placeholder(parents[row]) and parents[row] not in kept]
        for row in orphans:
            rule = noop("The row it belongs to was refused.")
            reading.refuse(row, above, problem(rule, noop("Mend that row first.")))
        if not orphans:
            return


def _refuse_circles(reading: Reading, pending: dict[str, int]) -> None:
    """Refuse rows that would stand above themselves: A belongs to B, B belongs to A."""
    above = next((column.name for column in reading.kind.columns if column.to == reading.kind.model), None)
    if above is None or above not in reading.values or not pending:
        return
    codes, parents = reading.column("code"), reading.values[above]
    parent_of = {pending[folded(code)]: parents[row] for row, code in enumerate(codes) if isinstance(code, str)}
    own = {reading.lookup(reading.kind.model).find(code): pending[folded(code)] for code in codes if code}
    for row, code in enumerate(codes):
        at, seen = pending.get(folded(code)) if code else None, set[int]()
        while at is not None and at not in seen:
            seen.add(at)
            above_it = parent_of.get(at)
            at = own.get(above_it, above_it) if above_it is not None else None
        if at is not None and row not in reading.bad:
            rule = noop("This row would stand above itself.")
            reading.refuse(row, above, problem(rule, noop("Correct what it belongs to.")))
    _refuse_orphans(reading, above, pending)


def _compared(reading: Reading, keys: list[Key | None], progress: Progress) -> tuple[Delta, int, int]:
    """New rows, changed rows and their numbers; equal rows do nothing."""
    kind = reading.kind
    atts = _attnames(kind, reading)
    there = _there(reading, keys, tuple(atts.values()), progress)
    delta, rows, changed = Delta(kind.model), _rows(reading, atts), 0
    kept: dict[int, Any] = {}
    for place, key in enumerate(keys):
        if key is None or place in reading.bad:
            continue
        if key not in there:
            kept[place] = delta.create(_new(kind, rows[place]))
            continue
        primary, before = there[key]
        kept[place] = primary
        change = difference(primary, tuple(atts.values()), before, rows[place])
        if change:
            delta.changed.append(change)
            changed += 1
    _name_each_other(reading, delta, kept)
    return delta, len(delta.created), changed


def _attnames(kind: ImportKind, reading: Reading) -> dict[str, str]:
    """Columns of the file → columns of the table."""
    fields = {field.name: attname for attname, field in columns_of(kind.model).items()}
    return {name: fields[name] for name in kind.by_name if name in reading.values}


def _there(
    reading: Reading, keys: list[Key | None], atts: tuple[str, ...], progress: Progress
) -> dict[Key, tuple[Any, tuple[Any, ...]]]:
    """Rows that are there, by the same key: primary key and present values."""
    kind = reading.kind
    first = kind.key[0]
    wanted = [key[0] for key in keys if key is not None]
    names = _key_attnames(kind)
    open_parts = [place for place, name in enumerate(kind.key) if name in kind.defaults]
    there: dict[Key, tuple[Any, tuple[Any, ...]]] = {}
    for primary, *values in existing(reading, kind.model, first, wanted, (*names, *atts), progress):
        key, row = tuple(values[: len(names)]), (primary, tuple(values[len(names) :]))
        there[key] = row
        if open_parts:  # the latest row fits a key whose open part the file leaves out
            there[tuple(None if place in open_parts else part for place, part in enumerate(key))] = row
    return there


def _key_attnames(kind: ImportKind) -> list[str]:
    """The key's columns as the table calls them."""
    fields = {field.name: attname for attname, field in columns_of(kind.model).items()}
    return [fields[name] for name in kind.key]


def _rows(reading: Reading, atts: dict[str, str]) -> list[dict[str, Any]]:
    """Every row by the table's columns."""
    lists = [reading.values[name] for name in atts]
    rows = [dict(zip(atts.values(), values, strict=True)) for values in zip(*lists, strict=True)]
    place_of_rep(reading, rows)
    return rows


def _new(kind: ImportKind, row: dict[str, Any]) -> dict[str, Any]:
    """A row to create: what the file says, defaults where it says nothing."""
    return {**kind.defaults, **{column: value for column, value in row.items() if value is not None}}


def _name_each_other(reading: Reading, delta: Delta, kept: dict[int, Any]) -> None:
    """Put what became of each row where other rows of the file name it: a new row's place, or its primary key."""
    above = next((column.name for column in reading.kind.columns if column.to == reading.kind.model), None)
    if above is None or above not in reading.values:
        return
    pending = _pending(reading)
    became = {
        pending[folded(code)]: kept[row] for row, code in enumerate(reading.column("code")) if code and row in kept
    }
    column = f"{above}_id"
    for row in (*delta.created, *(change.after for change in delta.changed)):
        if is_placeholder(row.get(column)):
            row[column] = became.get(row[column])
