"""Row-level security on PostgreSQL: the second gate, made from the same `Visible` as the managers.

A request puts on the role `salesyear_scoped`, which owns nothing, and tells the database what the person may
see; the policies below do the rest. Commands and workers keep the owner's role, which policies do not bind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

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
            f"THEN CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO CURRENT_USER; "
            # Where the owner may not make roles, somebody else has made it and let the owner put it on.
            f"ELSIF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; END IF; END $$"
        ),
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON core_event FROM {ROLE}",
        *(line for keys in _lookups() for line in keys.create()),
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
    column = f"{model._meta.db_table}.{_column(model, first)}"
    if not rest:
        return f"{column} = ANY ({_mine(setting)}::bigint[])"
    target = cast("type[models.Model]", field.related_model)  # a path goes through one foreign key
    return f"{column} IN ({_Keys(target._meta.db_table, 'id', _column(target, rest)).call(setting)})"


def _through(model: type[ScopedModel], visible: Visible, also: Also) -> list[str]:
    other = apps.get_model(also.model)
    column = f"{model._meta.db_table}.{_column(model, also.column)}"
    return [
        f"({_sees(visible, reach)} AND {column} IN "
        f"({_Keys(other._meta.db_table, _column(other, also.key), _column(other, path)).call(setting)}))"
        for reach, path, setting in ((Reach.UNITS, also.unit, "units"), (Reach.OWN, also.rep, "reps"))
    ]


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]  # a declared column is a concrete field


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of another table's rows that are mine, looked up with the owner's rights.

    A policy that reads a table with a policy of its own would ask that one, too, and PostgreSQL refuses the circle
    (customer → line → customer). The function looks past it, at keys only and at nothing but what it is given.
    """

    table: str
    key: str
    where: str

    @property
    def name(self) -> str:
        return f"salesyear_{self.table}_{self.key}_by_{self.where}"

    def call(self, setting: str) -> str:
        return f"SELECT {self.name}({_mine(setting)})"

    def create(self) -> list[str]:
        return [
            (
                f"CREATE OR REPLACE FUNCTION {self.name}(bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE "
                f"SECURITY DEFINER SET search_path = pg_catalog, public AS "
                f"$$ SELECT {self.key} FROM public.{self.table} WHERE {self.where} = ANY ($1) $$"
            ),
            f"REVOKE ALL ON FUNCTION {self.name}(bigint[]) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {self.name}(bigint[]) TO {ROLE}",
        ]


def _lookups() -> list[_Keys]:
    """Return every look-up that some policy makes, each once."""
    found = set[_Keys]()
    for model in scoped_models():
        for path in (model.visible.unit, model.visible.rep, model.visible.agency):
            first, _, rest = path.partition("__")
            if rest:
                target = cast("type[models.Model]", model._meta.get_field(first).related_model)
                found.add(_Keys(target._meta.db_table, "id", _column(target, rest)))
        also = model.visible.also
        if also:
            other = apps.get_model(also.model)
            key = _column(other, also.key)
            found |= {_Keys(other._meta.db_table, key, _column(other, path)) for path in (also.unit, also.rep)}
    return sorted(found, key=lambda one: one.name)
