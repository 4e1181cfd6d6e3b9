"""Row-level security on PostgreSQL: the second gate, made from the same `Visible` as the managers.

A request puts on the role `salesyear_scoped`, which owns nothing, and tells the database what the person may
see; the policies below do the rest. Commands and workers keep the owner's role, which policies do not bind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from salesyear.core.scope import Reach, Scope, ScopedModel, Visible, scoped_models

ROLE = "salesyear_scoped"
_LISTS = (("unit", Reach.UNITS, "units"), ("rep", Reach.OWN, "reps"), ("agency", Reach.AGENCY, "agencies"))


def families() -> list[str]:
    """Return the names of all families of rows that some model declares."""
    return sorted({model.visible.family for model in scoped_models()})


def statements() -> list[str]:
    """Return the SQL that (re)makes the role, its rights, the look-ups and one policy per scoped table."""
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
        *(line for lookup in _lookups() for line in lookup.statements()),
        *(line for model in scoped_models() for line in _policy(model)),
    ]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which keys of another table are mine: a function with the owner's rights.

    Policies that asked the other table directly would call its policy, which may ask back: PostgreSQL refuses that
    as an endless recursion.
    """

    table: str
    key: str
    column: str
    setting: str
    through: tuple[str, str, str] | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        key = f"{self.through[1]}_{self.through[2]}" if self.through else self.key
        return f"salesyear_{self.table}_{key}_by_{self.column}"

    def statements(self) -> list[str]:
        """Return the SQL that makes it, for the scoped role alone."""
        return [
            (
                f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER "
                f"SET search_path = public, pg_temp AS $$ {self._select()} $$"
            ),
            f"REVOKE ALL ON FUNCTION {self.name}() FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {self.name}() TO {ROLE}",
        ]

    def _select(self) -> str:
        mine = f"SELECT {self.key} FROM {self.table} WHERE {self.column} = ANY ({_mine(self.setting)}::bigint[])"
        if not self.through:
            return mine
        _, table, key = self.through
        return f"SELECT {key} FROM {table} WHERE id IN ({mine})"


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


@contextmanager
def as_owner() -> Iterator[None]:
    """Let a service read and write what its person does not see: a plan is solved whole, whoever moves a part of it.

    What comes out must be cut down to the person's scope again before it is shown.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        role = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [role])


def worn(scope: Scope) -> tuple[str, str]:
    """Return what puts the role on for `scope`, and what takes it off, as plain SQL for a driver of its own."""
    sql, texts = _put_on(scope)
    quoted = ("'" + text.replace("'", "''") + "'" for text in texts)
    return sql % tuple(quoted), "RESET ROLE"


def gate(visible: Visible, ways: Mapping[Reach, str]) -> str:
    """Return the rule of the policies for a view that stands for a table's rows and runs with the owner's rights.

    ways: reach → the test of a row of the view; `{mine}` in it stands for the keys of that reach.
    """
    parts = [_sees(visible, Reach.ALL)]
    for _, reach, setting in _LISTS:
        if test := ways.get(reach):
            parts.append(f"({_sees(visible, reach)} AND ({test.format(mine=f'{_mine(setting)}::bigint[]')}))")
    return " OR ".join(parts)


def seen(model: type[ScopedModel]) -> str:
    """Return the query for the keys of a table's rows that the policy lets through, for such a view."""
    return f"SELECT id FROM {model._meta.db_table} WHERE {_condition(model)}"


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
    parts = [_sees(model.visible, Reach.ALL)]
    parts += [f"({_sees(model.visible, reach)} AND {test})" for reach, test, _ in _tests(model)]
    return " OR ".join(parts)


def _tests(model: type[ScopedModel]) -> Iterator[tuple[Reach, str, Lookup | None]]:
    """Return each way to a row of this table: for which reach, the SQL that tests it, the look-up it needs."""
    table, visible = model._meta.db_table, model.visible
    for name, reach, setting in _LISTS:
        if path := getattr(visible, name):
            first, _, rest = path.partition("__")
            field = model._meta.get_field(first)
            if rest:
                lookup = _lookup(field.related_model, "id", rest, setting)
                yield reach, f"{table}.{_column(model, first)} IN (SELECT {lookup.name}())", lookup
            else:
                yield reach, f"{table}.{_column(model, first)} = ANY ({_mine(setting)}::bigint[])", None
    for also in visible.also:
        other = apps.get_model(also.model)
        for reach, path, setting in ((Reach.UNITS, also.unit, "units"), (Reach.OWN, also.rep, "reps")):
            if not path:
                continue
            lookup = _lookup(other, also.key, path, setting)
            yield reach, f"{table}.{_column(model, also.column)} IN (SELECT {lookup.name}())", lookup


def _lookups() -> list[Lookup]:
    found = {lookup for model in scoped_models() for _, _, lookup in _tests(model) if lookup}
    return sorted(found, key=lambda lookup: lookup.name)


def _lookup(model: Any, key: str, name: str, setting: str) -> Lookup:  # noqa: ANN401 - a model class, or what a field names
    first, _, rest = key.partition("__")
    own = "id" if first == "id" else _column(model, first)
    if not rest:
        return Lookup(model._meta.db_table, own, _column(model, name), setting)
    above: Any = model._meta.get_field(first).related_model
    through = (own, above._meta.db_table, _column(above, rest))
    return Lookup(model._meta.db_table, own, _column(model, name), setting, through)


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]  # a declared column is a concrete field


def _sees(visible: Visible, reach: Reach) -> str:
    # A sub-select is computed once per query, not once per row.
    return (
        f"(SELECT '{reach}' = ANY(string_to_array("
        f"coalesce(current_setting('salesyear.sees_{visible.family}', true), ''), ',')))"
    )


def _mine(setting: str) -> str:
    return f"(SELECT coalesce(nullif(current_setting('salesyear.{setting}', true), ''), '{{}}')::bigint[])"
