"""The history is only ever added to, and a change to the past shows."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from salesyear.core import events, guards
from salesyear.core.models import Event

pytestmark = pytest.mark.django_db


def three_events() -> None:
    for plan in ("east", "west", "north"):
        events.record("plans.version.opened", subject=plan, detail={"year": 2027})


def test_the_chain_holds() -> None:
    three_events()
    audit = events.verify()
    assert audit.intact
    assert audit.events == 3
    assert audit.head == Event.objects.get(number=3).digest


def test_the_database_refuses_to_change_or_delete_an_event() -> None:
    three_events()
    for sql in (
        "UPDATE core_event SET subject = 'south' WHERE number = 2",
        "DELETE FROM core_event WHERE number = 2",
    ):
        with (
            pytest.raises(DatabaseError, match="only ever added to"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("UPDATE core_event SET subject = 'south' WHERE number = 2", 2),
        ("DELETE FROM core_event WHERE number = 1", 1),
        ("UPDATE core_event SET number = 9 WHERE number = 3", 3),
    ],
)
def test_a_change_behind_the_guard_shows(sql: str, number: int) -> None:
    three_events()
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(sql)
    audit = events.verify()
    guards.apply()
    assert not audit.intact
    assert audit.broken_at == number


def test_an_event_cannot_be_saved_twice() -> None:
    event = events.record("plans.version.opened")
    with pytest.raises(TypeError, match="only ever added to"):
        event.save()
    with pytest.raises(TypeError, match="only ever added to"):
        event.delete()
