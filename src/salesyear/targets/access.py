"""Who may do what with a plan: who edits all of it, who a part, who approves and who publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404

from salesyear.core.scope import Scope
from salesyear.org import tree
from salesyear.org.models import Role
from salesyear.plans.models import Plan, Version
from salesyear.plans.months import MONTHS, months_over
from salesyear.plans.queries import versions

MAKERS = frozenset({Role.DIRECTOR, Role.FINANCE, Role.ADMINISTRATOR})
EDITORS = MAKERS | {Role.REGIONAL_MANAGER}
APPROVERS = frozenset({Role.DIRECTOR})
PUBLISHERS = frozenset({Role.DIRECTOR, Role.FINANCE, Role.ADMINISTRATOR})
# Whoever sees targets at all: everybody inside but marketing.
READERS = EDITORS | {Role.SALESPERSON, Role.HR}


@dataclass(frozen=True)
class Reach:
    """Which part of a plan somebody edits: everything, or the insides of some units (none: nothing)."""

    everything: bool = False
    units: frozenset[int] = frozenset()

    @property
    def anything(self) -> bool:
        """Whether there is something to edit."""
        return self.everything or bool(self.units)


def reach_of(scope: Scope) -> Reach:
    """Return what somebody may edit: makers all of it, a regional manager what is inside the units given to them."""
    if scope.roles & MAKERS or "system" in scope.roles:
        return Reach(everything=True)
    if Role.REGIONAL_MANAGER not in scope.roles:
        return Reach()
    mine = [unit for unit in tree.units(scope) if unit.pk in scope.units]
    return Reach(units=frozenset(unit.pk for unit in mine if unit.parent_id not in scope.units))


def may_make(scope: Scope) -> bool:
    """Whether somebody makes plans, and copies versions of them."""
    return bool(scope.roles & MAKERS)


def may_replan(scope: Scope, plan: Plan, today: date) -> bool:
    """Whether the year has begun and is not over, and somebody may plan the rest of it anew."""
    return may_make(scope) and 0 < months_over(plan, today) < MONTHS


def find_version(scope: Scope, plan: int, number: int) -> Version:
    """Return a version that somebody may look at: makers any, others their part of a submitted one or of a draft.

    Raises Http404 for one that is not there and for one whose family of rows is not seen at all.
    """
    if not scope.sees("targets"):
        raise Http404
    found = versions().filter(plan=plan, number=number).first()
    if found is None:
        raise Http404
    return found
