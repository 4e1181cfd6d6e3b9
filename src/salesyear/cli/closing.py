"""What the figures suggest, put into the gap ledger where a gap is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.plans.models import Sheet, Version

if TYPE_CHECKING:
    from salesyear.targets.suggestions import Suggestion

Told = Callable[[str, float], None]
Place = tuple[int | None, int | None]  # keys of a unit's row and of a salesperson


def close_the_gap(scope: Scope, version: Version, today: date, told: Told) -> None:
    """Add the most valuable suggestions of every place until its own gap is covered."""
    from salesyear.plans.services import add_initiative
    from salesyear.targets.suggestions import suggestions

    told(noop("Looking for what closes the gap"), 0.0)
    for one in _wanted(scope, version, suggestions(scope, version, today).lines):
        add_initiative(version.plan, one.params(version.plan.starts_on), source=one.source, actor=None)


def _wanted(scope: Scope, version: Version, found: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """The most valuable first, each only while its place has a gap: what is left over fills no other's."""
    rows = Sheet.objects.within(scope).filter(version=version)
    sums = rows.values_list("unit_id", "rep_id", "target_total", "baseline_total")
    missing: dict[Place, int] = {(unit, rep): target - base for unit, rep, target, base in sums}
    for one in sorted(found, key=lambda one: (-one.value, one.source)):
        place = (one.unit.pk if one.unit else None, one.rep.pk if one.rep else None)
        if missing.get(place, 0) > 0:
            missing[place] -= one.value
            yield one
