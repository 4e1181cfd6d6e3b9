"""Who may touch what of a plan: found, or as if it were not there; which roles may write."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone

from salesyear.core.scope import Reach, Scope
from salesyear.org.models import Rep, Role, Unit
from salesyear.plans import queries
from salesyear.plans.models import Initiative, Plan, Version

READERS = frozenset({Role.DIRECTOR, Role.REGIONAL_MANAGER, Role.SALESPERSON, Role.FINANCE, Role.HR, Role.ADMINISTRATOR})
WRITERS = READERS - {Role.HR}
MANAGERS = frozenset({Role.DIRECTOR, Role.REGIONAL_MANAGER, Role.ADMINISTRATOR})
MEASURERS = WRITERS - {Role.SALESPERSON}
POLICY_MAKERS = frozenset({Role.DIRECTOR, Role.ADMINISTRATOR})


def the_plan(asked: str = "") -> Plan | None:
    """Return the plan that the URL asks for by its key, else the company's of today; None when there is none.

    Raises Http404 for one that is not there.
    """
    if not asked:
        return queries.plan_of(timezone.localdate())
    plan = Plan.objects.select_related("currency", "unit").filter(pk=_key(asked)).first()
    if plan is None:
        raise Http404
    return plan


def asked(plan: str = "", version: str = "") -> tuple[Plan | None, Version | None]:
    """Return the plan and the version that the URL asks for, else those of today: in one query where there are both.

    Raises Http404 for what is not there.
    """
    if not plan and not version and (found := queries.shown_on(timezone.localdate())):
        return found.plan, found
    known = the_plan(plan)
    return known, the_version(known, version) if known else None


def the_version(plan: Plan, asked: str = "") -> Version | None:
    """Return the version that the URL asks for by its number, else the published one, else the newest.

    Raises Http404 for one that is not there.
    """
    if not asked:
        return queries.shown(plan)
    version = queries.versions().filter(plan=plan, number=_key(asked)).first()
    if version is None:
        raise Http404
    return version


def find_initiative(scope: Scope, pk: int) -> Initiative:
    """Return an initiative that `scope` sees. Raises Http404 for another's as for one that is not there."""
    rows = Initiative.objects.within(scope).select_related("plan__currency", "unit", "rep", "made_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_rep(scope: Scope, pk: int) -> Rep:
    """Return a salesperson whose part of the plan `scope` sees. Raises Http404."""
    found = Rep.objects.within(scope).select_related("unit").filter(pk=pk).first()
    if found is None or not scope.sees("targets"):
        raise Http404
    return found


def may_place(scope: Scope, unit: Unit | None, rep: Rep | None) -> bool:
    """Whether a row about a unit and a salesperson would be one that `scope` sees itself."""
    reach = scope.sees("targets")
    return (
        Reach.ALL in reach
        or (Reach.UNITS in reach and unit is not None and unit.pk in scope.units)
        or (Reach.OWN in reach and rep is not None and rep.pk in scope.reps)
    )


def _key(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1
