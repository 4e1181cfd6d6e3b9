"""Row-level security on PostgreSQL: the second gate, made from the same `Visible` as the managers.

A request puts on the role `salesyear_scoped`, which owns nothing, and tells the database what the person may
see; the policies below do the rest. Commands and workers keep the owner's role, which policies do not bind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

from salesyear.core.scope import Also, Reach, Scope, ScopedModel, Visible, scoped_models

ROLE = "salesyear_scoped"
_LISTS = (("unit", Reach.UNITS, "units"), ("rep", Reach.OWN, "reps"), ("agency", Reach.AGENCY, "agencies"))


def families() -> list[str]:
    """Return the names of all families of rows that some model declares."""
    return sorted({model.visible.family for model in scoped_models()})


def statements() -> list[str]:
    """Return the SQL that (re)makes the role, its rights and one policy per scoped table."""
    return [
        (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') "
            f"THEN CREATE ROLE {ROLE} NOLOGIN; END IF; END $$"
        ),
        f"GRANT {ROLE} TO CURRENT_USER",
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON core_event FROM {ROLE}",
        *(line for model in scoped_models() for line in _policy(model)),
    ]


def apply(**_: object) -> None:
    """Write the policies to the database (after every migration; PostgreSQL only)."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


@contextmanager
def enforced(scope: Scope) -> Iterator[None]:
    """Let the database itself hold everything inside to what `scope` may see."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(*_put_on(scope))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def _put_on(scope: Scope) -> tuple[str, list[str]]:
    pairs = [(f"salesyear.{name}", _array(getattr(scope, name))) for _, _, name in _LISTS]
    pairs += [(f"salesyear.sees_{family}", ",".join(sorted(scope.sees(family)))) for family in families()]
    calls = ", ".join("set_config(%s, %s, false)" for _ in pairs)
    flat = [text for pair in pairs for text in pair]
    return f"SELECT {calls}, set_config('role', '{ROLE}', false)", flat


def _array(keys: frozenset[int]) -> str:
    return "{" + ",".join(str(key) for key in sorted(keys)) + "}"


def _policy(model: type[ScopedModel]) -> list[str]:
    table = model._meta.db_table
    rule = _condition(model)
    return [
        *(_definer(select) for select in _selects(model)),
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS salesyear_scope ON {table}",
        f"CREATE POLICY salesyear_scope ON {table} TO {ROLE} USING ({rule}) WITH CHECK ({rule})",
    ]


def _condition(model: type[ScopedModel]) -> str:
    visible = model.visible
    parts = [_sees(visible, Reach.ALL)]
    parts += [
        f"({_sees(visible, reach)} AND {_column_in(model, getattr(visible, name), setting)})"
        for name, reach, setting in _LISTS
        if getattr(visible, name)
    ]
    if visible.also:
        parts += _through(model, visible, visible.also)
    return " OR ".join(parts)


def _sees(visible: Visible, reach: Reach) -> str:
    # A sub-select is computed once per query, not once per row.
    return (
        f"(SELECT '{reach}' = ANY(string_to_array("
        f"coalesce(current_setting('salesyear.sees_{visible.family}', true), ''), ',')))"
    )


def _mine(setting: str) -> str:
    return f"(SELECT coalesce(nullif(current_setting('salesyear.{setting}', true), ''), '{{}}')::bigint[])"


def _column_in(model: type[models.Model], path: str, setting: str) -> str:
    first, _, rest = path.partition("__")
    field = model._meta.get_field(first)
    column = f"{model._meta.db_table}.{field.column}"  # type: ignore[union-attr]  # a declared column is a concrete field
    if not rest:
        return f"{column} = ANY ({_mine(setting)}::bigint[])"
    return f"{column} IN (SELECT {_name(_keys_behind(model, path, setting))}())"


def _keys_behind(model: type[models.Model], path: str, setting: str) -> str:
    first, _, rest = path.partition("__")
    target: Any = model._meta.get_field(first).related_model
    table = target._meta.db_table
    return f"SELECT {table}.id FROM {table} WHERE {_column_in(target, rest, setting)}"


def _keys_also(also: Also, path: str, setting: str) -> str:
    other = apps.get_model(also.model)
    table, key = other._meta.db_table, other._meta.get_field(also.key).column
    return f"SELECT {table}.{key} FROM {table} WHERE {_column_in(other, path, setting)}"


def _selects(model: type[ScopedModel]) -> list[str]:
    visible = model.visible
    paths = [(getattr(visible, name), setting) for name, _, setting in _LISTS]
    selects = [_keys_behind(model, path, setting) for path, setting in paths if "__" in path]
    if visible.also:
        selects += [
            _keys_also(visible.also, visible.also.unit, "units"),
            _keys_also(visible.also, visible.also.rep, "reps"),
        ]
    return selects


def _definer(select: str) -> str:
    # Read with the owner's rights: through the other table's own policy, two tables that name each other would
    # send PostgreSQL round in circles ("infinite recursion detected in policy").
    return (
        f"CREATE OR REPLACE FUNCTION {_name(select)}() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public AS $${select}$$"
    )


def _name(select: str) -> str:
    return f"salesyear_keys_{hashlib.sha256(select.encode()).hexdigest()[:12]}"


def _through(model: type[ScopedModel], visible: Visible, also: Also) -> list[str]:
    column = model._meta.get_field(also.column).column  # type: ignore[union-attr]  # a concrete field
    return [
        f"({_sees(visible, reach)} AND {model._meta.db_table}.{column} IN "
        f"(SELECT {_name(_keys_also(also, path, setting))}()))"
        for reach, path, setting in ((Reach.UNITS, also.unit, "units"), (Reach.OWN, also.rep, "reps"))
    ]
