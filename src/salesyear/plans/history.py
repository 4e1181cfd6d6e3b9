"""The history of an initiative in words: what was done, and what changed from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.core.models import Event
from salesyear.plans.models import Initiative, InitiativeKind, InitiativeState, Plan


@dataclass(frozen=True)
class Entry:
    """One thing that was done: when, by whom, what, and the changes it made."""

    at: datetime
    actor: str
    words: str
    changes: list[str]


def entries(events: Iterable[Event], plan: Plan) -> list[Entry]:
    """Return events of an initiative as entries of its history."""
    return [Entry(event.at, event.actor_name, _words(event.verb), list(_changes(event, plan))) for event in events]


def _words(verb: str) -> str:
    words = {
        "added": gettext("put it into the ledger"),
        "changed": gettext("changed it"),
        "dropped": gettext("dropped it"),
        "resumed": gettext("took it up again"),
        "measured": gettext("measured its effect"),
    }
    last = verb.rpartition(".")[2]
    return words.get(last, last)


def _changes(event: Event, plan: Plan) -> Iterator[str]:
    changed: Mapping[str, list[Any]] = event.detail.get("changed", {})
    for name, (before, after) in changed.items():
        field: Any = Initiative._meta.get_field(name)
        label = str(field.verbose_name)
        yield f"{label}: {_value(name, before, plan)} → {_value(name, after, plan)}"
    if "effect" in event.detail:
        effect, low, high = (_money(event.detail[name], plan) for name in ("effect", "low", "high"))
        yield f"{effect} ({low} … {high})"


def _value(name: str, value: Any, plan: Plan) -> str:  # noqa: ANN401 - plain JSON of the history
    match name:
        case "chance":
            return numbers.percent(value).text
        case "cost":
            return _money(value, plan)
        case "months":
            return " / ".join(_money(amount, plan) for amount in value)
        case "kind" | "state":
            choices = dict(InitiativeKind.choices if name == "kind" else InitiativeState.choices)
            return str(choices.get(value, value))
        case "where":
            return gettext("%(count)d customers or lines named") % {"count": sum(len(keys) for keys in value.values())}
        case _:
            return str(value) or numbers.MISSING


def _money(minor: int, plan: Plan) -> str:
    return numbers.money(minor, plan.currency_id, digits=plan.currency.digits).text
