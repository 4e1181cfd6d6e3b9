"""The history: who did what, when; append-only and hash-chained, so that a change to the past shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from salesyear.core.models import Event

GENESIS = "0" * 64
_LOCK = 0x5A1E5  # the advisory lock that keeps two writers from taking the same number


@dataclass(frozen=True, slots=True)
class Audit:
    """What `verify` found: how many events, the head's digest, and the first one that does not fit."""

    events: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        """Say whether the chain holds from the first event to the last."""
        return self.broken_at is None


def record(
    verb: str, *, actor: AbstractBaseUser | None = None, subject: object = "", detail: Mapping[str, Any] | None = None
) -> Event:
    """Append one event, in the transaction of what it tells about.

    verb: `slice.thing.happened`, for example `importing.import.saved`. detail: plain JSON values.
    """
    with transaction.atomic():
        _one_writer_at_a_time()
        last = Event.objects.order_by("-number").first()
        event = Event(
            number=last.number + 1 if last else 1,
            at=timezone.now(),
            actor_id=actor.pk if actor else None,
            actor_name=str(actor) if actor else "salesyear",
            verb=verb,
            subject=str(subject)[:200],
            detail=dict(detail or {}),
            previous=last.digest if last else GENESIS,
        )
        event.digest = digest_of(event)
        event.save()
    return event


def digest_of(event: Event) -> str:
    """Return the SHA-256 over everything an event says and over the digest before it."""
    said = [
        event.number,
        _moment(event.at),
        event.actor_id,
        event.actor_name,
        event.verb,
        event.subject,
        event.detail,
        event.previous,
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> Audit:
    """Walk the whole chain and name the first event that was changed, removed or slipped in."""
    previous, number = GENESIS, 0
    for event in Event.objects.order_by("number").iterator():
        number += 1
        if event.number != number:
            return Audit(number - 1, previous, number, f"event {number} is missing")
        if event.previous != previous or event.digest != digest_of(event):
            return Audit(number - 1, previous, number, f"event {number} was changed")
        previous = event.digest
    return Audit(number, previous)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _one_writer_at_a_time() -> None:
    # SQLite's IMMEDIATE transactions already are; PostgreSQL needs to be told.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
