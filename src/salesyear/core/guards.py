"""The history's guard: triggers by which the database itself refuses to change or delete an event."""

from __future__ import annotations

from django.db import connection

_SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS core_event_no_{what} BEFORE {what} ON core_event "
    "BEGIN SELECT RAISE(ABORT, 'The history is only ever added to.'); END"
    for what in ("UPDATE", "DELETE")
]
_POSTGRESQL = [
    (
        "CREATE OR REPLACE FUNCTION core_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'The history is only ever added to.'; END $$"
    ),
    (
        "CREATE OR REPLACE TRIGGER core_event_no_change BEFORE UPDATE OR DELETE ON core_event "
        "FOR EACH ROW EXECUTE FUNCTION core_event_refuse()"
    ),
]


def apply(**_: object) -> None:
    """Put the guard in place (after every migration)."""
    _run(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)


def lift() -> None:
    """Take the guard away: for tests that empty the database, and for nothing else."""
    if connection.vendor == "postgresql":
        _run(["DROP TRIGGER IF EXISTS core_event_no_change ON core_event"])
    else:
        _run([f"DROP TRIGGER IF EXISTS core_event_no_{what}" for what in ("UPDATE", "DELETE")])


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
