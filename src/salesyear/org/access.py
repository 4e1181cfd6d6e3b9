"""Who may see what: one table of roles × families of rows, and the scope a person has today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from salesyear.core.scope import NOBODY, Reach, Scope
from salesyear.org import tree
from salesyear.org.models import Grant, Rep, Role, Unit, User, in_force

ALL, UNITS, OWN, AGENCY = Reach.ALL, Reach.UNITS, Reach.OWN, Reach.AGENCY

# Alerts are about sales, cash and targets: seen by those who see all three, and as far.
_EVERY_FAMILY = ("structure", "products", "customers", "sales", "cash", "people", "targets", "alerts")

# Rows come in families; a family that a role does not name is not seen by it at all.
REACH: dict[str, dict[str, Reach]] = {
    Role.DIRECTOR: dict.fromkeys(_EVERY_FAMILY, ALL),
    Role.REGIONAL_MANAGER: {
        "structure": ALL,
        "products": ALL,
        "customers": UNITS,
        "sales": UNITS,
        "cash": UNITS,
        "people": UNITS,
        "targets": UNITS,
        "alerts": UNITS,
    },
    Role.SALESPERSON: {
        "structure": ALL,
        "products": ALL,
        "customers": OWN,
        "sales": OWN,
        "cash": OWN,
        "people": OWN,
        "targets": OWN,
        "alerts": OWN,
    },
    Role.AGENT: {"structure": ALL, "products": ALL, "customers": AGENCY, "sales": AGENCY, "cash": AGENCY},
    Role.FINANCE: dict.fromkeys(_EVERY_FAMILY, ALL),
    Role.HR: {"structure": ALL, "people": ALL, "targets": ALL},
    Role.MARKETING: dict.fromkeys(("structure", "products", "customers", "sales"), ALL),
    Role.ADMINISTRATOR: dict.fromkeys(_EVERY_FAMILY, ALL),
}

# Fields shown masked. With several roles a field is masked only if every role masks it.
MASKS: dict[str, frozenset[str]] = {
    Role.DIRECTOR: frozenset(),
    Role.REGIONAL_MANAGER: frozenset(),
    Role.SALESPERSON: frozenset({"cost"}),
    Role.AGENT: frozenset({"cost"}),
    Role.FINANCE: frozenset({"contact"}),
    Role.HR: frozenset({"contact", "cost"}),
    Role.MARKETING: frozenset({"contact", "cost"}),
    Role.ADMINISTRATOR: frozenset({"contact", "cost"}),
}


def scope_of(user: User | AnonymousUser, day: date | None = None) -> Scope:
    """Return what somebody may see on a day (today unless said): nothing without a grant in force.

    Takes two queries at most: the grants, and the units below those granted.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    held = list(Grant.objects.filter(in_force(day or timezone.localdate()), user=user).select_related("unit"))
    roles = frozenset(grant.role for grant in held)
    kept: dict[str, Any] = {}
    return Scope(
        user_id=user.pk,
        roles=roles,
        reach=_reach(roles),
        units=_units((grant.unit for grant in held if grant.unit), kept),
        reps=frozenset({user.rep_id} if user.rep_id and Role.SALESPERSON in roles else ()),
        agencies=frozenset(grant.agency_id for grant in held if grant.agency_id),
        places=tuple(dict.fromkeys(grant.unit.name for grant in held if grant.unit)),
        masks=_masks(roles),
        kept=kept,
    )


def person(request: HttpRequest) -> User:
    """Return who is asking, where the gate lets nobody else in."""
    return cast("User", request.user)


def below(units: Iterable[Unit], scope: Scope) -> frozenset[int]:
    """Return the keys of units and of everything below them."""
    paths = [unit.path for unit in units]
    rows = Unit.objects.within(scope).values_list("pk", "path")
    return frozenset(key for key, path in rows if any(path.startswith(start) for start in paths))


def narrowed_to_unit(scope: Scope, unit: int) -> Scope:
    """Return what of a scope lies in one unit and below it: never more than the scope itself sees."""
    mine = below(Unit.objects.within(scope).filter(pk=unit), scope)
    return _narrowed(scope, UNITS, units=mine)


def narrowed_to_rep(scope: Scope, rep: int) -> Scope:
    """Return what of a scope is one salesperson's own: nothing unless the scope sees that salesperson."""
    seen = Rep.objects.within(scope).filter(pk=rep).exists()
    return _narrowed(scope, OWN, reps=frozenset({rep} if seen else ()))


def _narrowed(
    scope: Scope, to: Reach, *, units: frozenset[int] = frozenset(), reps: frozenset[int] = frozenset()
) -> Scope:
    """Every family that is about people's own rows is narrowed; structure and products stay as they are."""
    reach: dict[str, frozenset[Reach]] = {}
    for family in ("structure", "products", "customers", "sales", "cash", "people", "targets"):
        sees = scope.sees(family)
        if family in ("structure", "products"):
            reach[family] = sees
        elif ALL in sees or to in sees or (to is OWN and UNITS in sees):
            reach[family] = frozenset({to})
    if UNITS in scope.sees("targets") and ALL not in scope.sees("targets"):
        units &= scope.units
    return replace(scope, reach=reach, units=units, reps=reps, agencies=frozenset())


def _units(granted: Iterable[Unit], kept: dict[str, Any]) -> frozenset[int]:
    """The units granted with all below them; every role sees the whole structure, so what was read is kept."""
    starts = [unit.path for unit in granted]
    if not starts:
        return frozenset()
    rows = tree.units(Scope.system("resolving a scope"))
    kept[tree.KEPT] = rows
    return frozenset(unit.pk for unit in rows if any(unit.path.startswith(start) for start in starts))


def _reach(roles: frozenset[str]) -> dict[str, frozenset[Reach]]:
    families = {family for role in roles for family in REACH[role]}
    return {family: frozenset(REACH[role][family] for role in roles if family in REACH[role]) for family in families}


def _masks(roles: frozenset[str]) -> frozenset[str]:
    masks = [MASKS[role] for role in roles]
    return frozenset.intersection(*masks) if masks else frozenset({"contact", "cost"})
