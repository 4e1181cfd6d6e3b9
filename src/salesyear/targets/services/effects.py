"""What people do with measured effects: ask for them, and (the worker) keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from salesyear.core import runs
from salesyear.core.models import Run
from salesyear.org.models import User
from salesyear.plans.models import Version
from salesyear.plans.services import keep_effect

if TYPE_CHECKING:
    from salesyear.targets.effects import Measured

EFFECTS_KIND = "targets.effects"


def ask_for_effects(version: Version, *, actor: User | None) -> Run:
    """Put the measuring of a version's initiatives into the queue."""
    return runs.ask_for(EFFECTS_KIND, {"version": version.pk}, actor=actor)


@transaction.atomic
def keep_effects(found: list[Measured], *, actor: User | None) -> int:
    """Keep what was measured, all or nothing; return how many initiatives that were."""
    for one in found:
        keep_effect(one.initiative, one.effect, months=one.months, until=one.until, actor=actor)
    return len(found)
