"""What people do with people and structure; each intention atomic and recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.core import events
from salesyear.core.scope import Scope
from salesyear.org.models import Assignment, Grant, Position, Rep, Role, Unit, User

PAST = date(1900, 1, 1)


class NotPossible(ValueError):
    """What was asked for contradicts what is there; the text says what and how to mend it."""


@transaction.atomic
def add_user(*, email: str, name: str, password: str | None, actor: User | None = None, rep: Rep | None = None) -> User:
    """Make an account that can do nothing until it is given a role. Raises NotPossible when the address is taken."""
    if User.objects.filter(email=email.lower()).exists():
        raise NotPossible(_("There is already a user with the address %(email)s.") % {"email": email})
    user = User.objects.create_user(email, password, name=name, rep=rep)
    events.record("org.user.added", actor=actor, subject=user.email, detail={"name": name})
    return user


@transaction.atomic
def give_role(user: User, role: str, *, actor: User | None = None, starts_on: date | None = None, **of: Any) -> Grant:  # noqa: ANN401 - unit=, agency=
    """Give a role from a day on; `unit=` for a regional manager, `agency=` for an agent."""
    if role == Role.REGIONAL_MANAGER and not of.get("unit"):
        raise NotPossible(_("A regional manager needs a region: choose the unit they manage."))
    if role == Role.AGENT and not of.get("agency"):
        raise NotPossible(_("An agent needs an agency: choose the firm they order for."))
    if role == Role.SALESPERSON and not user.rep_id:
        raise NotPossible(_("A salesperson's account must be linked to a salesperson: choose who they are."))
    grant = Grant.objects.create(user=user, role=role, starts_on=starts_on or timezone.localdate(), **of)
    place = of.get("unit") or of.get("agency")
    detail = {"role": str(role), "of": str(place) if place else ""}
    events.record("org.role.given", actor=actor, subject=user.email, detail=detail)
    return grant


@transaction.atomic
def take_role(grant: Grant, *, actor: User | None = None) -> None:
    """Take a role away at once; what was done with it stays in the history."""
    events.record("org.role.taken", actor=actor, subject=grant.user.email, detail={"role": grant.role})
    grant.delete()


@transaction.atomic
def deactivate_user(user: User, *, actor: User | None = None) -> None:
    """Close an account and end its sessions; the next request of any open tab is refused."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    events.record("org.user.deactivated", actor=actor, subject=user.email)


@transaction.atomic
def move_rep(rep: Rep, position: Position, *, on: date, actor: User | None = None) -> Assignment:
    """Put somebody into another position from a day on; what was sold before stays where it was earned.

    Raises NotPossible when an assignment that starts on or after that day is already there.
    """
    scope = Scope.system("moving a salesperson")
    later = Assignment.objects.within(scope).filter(rep=rep, starts_on__gte=on).first()
    if later:
        raise NotPossible(
            _("%(name)s already has an assignment from %(day)s: end or remove that one first.")
            % {"name": rep.name, "day": later.starts_on}
        )
    Assignment.objects.within(scope).filter(rep=rep, ends_on__isnull=True).update(ends_on=on - timedelta(days=1))
    assignment = Assignment.objects.create(rep=rep, position=position, starts_on=on)
    place_reps(on)
    detail = {"position": position.code, "on": on.isoformat()}
    events.record("org.rep.moved", actor=actor, subject=rep.code, detail=detail)
    return assignment


@transaction.atomic
def move_unit(unit: Unit, parent: Unit, *, on: date, actor: User | None = None) -> Unit:
    """Put a unit under another parent from a day on: the old row ends, a new one with the same code starts."""
    if on <= unit.starts_on:
        raise NotPossible(
            _("%(name)s starts on %(day)s: it can move on a later day only.")
            % {"name": unit.name, "day": unit.starts_on}
        )
    unit.ends_on = on - timedelta(days=1)
    unit.save()
    moved = Unit.objects.create(code=unit.code, name=unit.name, kind=unit.kind, parent=parent, starts_on=on)
    detail = {"under": parent.code, "on": on.isoformat()}
    events.record("org.unit.moved", actor=actor, subject=unit.code, detail=detail)
    return moved


def place_reps(day: date) -> None:
    """Write down each salesperson's present unit, the one of the assignment latest begun by a day."""
    scope = Scope.system("placing salespeople")
    rows = Assignment.objects.within(scope).filter(starts_on__lte=day).order_by("starts_on")
    latest = dict(rows.values_list("rep_id", "position__unit_id"))
    for rep_id, unit_id in latest.items():
        Rep.objects.within(scope).filter(pk=rep_id).exclude(unit_id=unit_id).update(unit_id=unit_id)


def _end_sessions(user: User) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
