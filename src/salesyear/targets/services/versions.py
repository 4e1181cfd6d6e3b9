"""What becomes of a version: copied, submitted, approved, published by a second person, sent back."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.core import events, rls
from salesyear.core.scope import Scope
from salesyear.org.models import User
from salesyear.plans.models import Edit, Plan, Sheet, State, Step, Version
from salesyear.targets.access import APPROVERS, MAKERS, PUBLISHERS


class Refused(ValueError):
    """A step that cannot be taken; the text says why and what would work."""


class AnotherIsPublished(Refused):
    """Somebody published another version meanwhile: look at the difference first. `version` is that one."""

    def __init__(self, version: Version) -> None:
        """Keep the version that everybody works by now."""
        text = _(
            "“%(name)s” was published meanwhile. Look at the difference, then publish again if yours is to replace it."
        )
        super().__init__(text % {"name": version})
        self.version = version


def copy_version(version: Version, name: str, *, actor: User | None) -> Version:
    """Make a scenario: a new draft with the same amounts, rules and log, whatever the state of the first."""
    with rls.as_owner(), transaction.atomic():
        Plan.objects.select_for_update().get(pk=version.plan_id)
        version.refresh_from_db()
        number = (version.plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        other = Version.objects.create(
            plan=version.plan,
            number=number,
            name=name.strip(),
            parent=version,
            inputs={key: value for key, value in version.inputs.items() if key != "run"},
            fingerprint=version.fingerprint,
            edition=version.edition,
            made_by=actor,
            made_at=timezone.now(),
        )
        for model in (Sheet, Edit):
            _copy_rows(model, version, other)
        Step.objects.create(version=other, state=State.DRAFT, actor=actor, at=other.made_at)
        events.record("targets.version.copied", actor=actor, subject=other.mark, detail={"from": version.number})
    return other


def _copy_rows(model: type[Sheet] | type[Edit], version: Version, other: Version) -> None:
    """Copy the rows of a version in their order, inside the database: a log may have ten thousands of lines."""
    quote = connection.ops.quote_name
    names = [quote(str(field.column)) for field in model._meta.concrete_fields if not field.primary_key]
    mine = quote("version_id")
    read = ", ".join("%s" if name == mine else name for name in names)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {read} FROM {table} WHERE {mine} = %s ORDER BY id",  # noqa: S608 - the model's own names
            [other.pk, version.pk],
        )


def submit(version: Version, *, actor: User, scope: Scope, note: str = "") -> Version:
    """Hand a draft in. Targets of poor quality need a note that says why they are right all the same."""
    from salesyear.targets.reports.audit import audit

    _need(scope, MAKERS)
    if audit(Scope.system("checking targets before release"), version).poor and not note.strip():
        raise Refused(
            _("The check of these targets found something poor. Say in the note why they are right all the same.")
        )
    return _move(version, State.DRAFT, State.SUBMITTED, actor, note)


def approve(version: Version, *, actor: User, scope: Scope, note: str = "") -> Version:
    """Say yes to what was handed in."""
    _need(scope, APPROVERS)
    return _move(version, State.SUBMITTED, State.APPROVED, actor, note)


def send_back(version: Version, *, actor: User, scope: Scope, note: str = "") -> Version:
    """Make a draft again of what was handed in or approved, with a word about what is to change."""
    _need(scope, APPROVERS)
    if not note.strip():
        raise Refused(_("Say what is to be changed."))
    before = version.state if version.state in {State.SUBMITTED, State.APPROVED} else State.SUBMITTED
    return _move(version, State(before), State.DRAFT, actor, note)


def publish(version: Version, *, actor: User, scope: Scope, over: int | None, note: str = "") -> Version:
    """Make an approved version the one everybody works by; the one before steps back. All of it or nothing.

    over: key of the published version this person last saw (None: none). Raises AnotherIsPublished when it is another
    one by now, and Refused for whoever submitted the version.
    """
    _need(scope, PUBLISHERS)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=version.plan_id)  # two at once: one after the other
        there = plan.versions.filter(state=State.PUBLISHED).first()
        if there and there.pk == version.pk:
            raise Refused(_("This version is published already."))
        if there and there.pk != over:
            raise AnotherIsPublished(there)
        submitted = version.steps.filter(state=State.SUBMITTED).order_by("-pk").first()
        if submitted and submitted.actor_id == actor.pk:
            raise Refused(_("Whoever submitted a version does not publish it: ask a second person."))
        if there:
            _move(there, State.PUBLISHED, State.SUPERSEDED, actor, "")
        return _move(version, State.APPROVED, State.PUBLISHED, actor, note)


def _need(scope: Scope, roles: frozenset[str]) -> None:
    if not scope.roles & roles:
        raise Refused(_("Your role does not take this step."))


def _move(version: Version, before: State, after: State, actor: User, note: str) -> Version:
    """Take one step, if the version still stands where the step begins."""
    with transaction.atomic():
        moved = Version.objects.filter(pk=version.pk, state=before).update(state=after)
        if not moved:
            now = Version.objects.get(pk=version.pk)
            raise Refused(
                _("This version is %(state)s now: the step was not taken.") % {"state": now.get_state_display()}
            )
        Step.objects.create(version=version, state=after, note=note.strip(), actor=actor, at=timezone.now())
        events.record(
            f"targets.version.{after.value}", actor=actor, subject=version.mark, detail={"note": note.strip()[:200]}
        )
    version.state = after
    return version


def _system() -> Scope:
    return Scope.system("copying a version")
