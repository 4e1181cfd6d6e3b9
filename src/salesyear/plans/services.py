"""What people do with the policy, the initiatives of the gap ledger and what is committed; atomic and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.core import events
from salesyear.engine.plans.effect import Effect
from salesyear.org.models import Rep, Unit, User
from salesyear.plans.models import Commitment, Initiative, InitiativeState, Plan, PolicyValue, QuarterPlan
from salesyear.plans.policy import BY_NAME, MICRO


class NotPossible(ValueError):
    """What was asked for contradicts what is there; the text says what and how to mend it."""


@dataclass(frozen=True)
class InitiativeParams:
    """An initiative as it was typed or suggested. months: twelve amounts if it works. chance: parts per million."""

    kind: str
    title: str
    unit: Unit | None
    rep: Rep | None
    starts_on: date
    months: Sequence[int]
    chance: int
    owner: str = ""
    ends_on: date | None = None
    cost: int = 0
    where: Mapping[str, Sequence[int]] = field(default_factory=dict)
    state: str = InitiativeState.PROPOSED

    def columns(self) -> dict[str, Any]:
        """Return the values as the model's columns."""
        return {
            "kind": self.kind,
            "title": self.title,
            "unit": self.unit,
            "rep": self.rep,
            "owner": self.owner,
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "chance": self.chance,
            "cost": self.cost,
            "months": list(self.months),
            "where": {column: list(keys) for column, keys in self.where.items()},
            "state": self.state,
        }


@transaction.atomic
def set_value(plan: Plan, name: str, value: float, *, source: str, actor: User | None) -> PolicyValue:
    """Set a figure of the policy; what it was before stays in its history. Raises NotPossible for an unknown name."""
    if name not in BY_NAME:
        raise NotPossible(_("There is no policy value “%(name)s”.") % {"name": name})
    kept = PolicyValue.objects.create(
        plan=plan, name=name, micros=round(value * MICRO), source=source, set_by=actor, set_at=timezone.now()
    )
    detail = {"plan": plan.pk, "micros": kept.micros, "source": source}
    events.record("plans.policy.set", actor=actor, subject=name, detail=detail)
    return kept


@transaction.atomic
def add_initiative(plan: Plan, params: InitiativeParams, *, source: str = "", actor: User | None) -> Initiative:
    """Put an initiative into the ledger. source: the suggestion it came from, which can be taken once only.

    Raises NotPossible when that suggestion is in the ledger already.
    """
    made = Initiative(plan=plan, source=source, made_by=actor, made_at=timezone.now(), **params.columns())
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as twice:  # the database's own rule, so that two clicks at once take it once
        raise NotPossible(_("This suggestion is in the ledger already.")) from twice
    _tell("added", made, actor, expected=made.expected, source=source)
    return made


@transaction.atomic
def change_initiative(initiative: Initiative, params: InitiativeParams, *, actor: User | None) -> Initiative:
    """Change an initiative; the history says what was before and is now. Nothing changed: nothing is recorded."""
    before = _said(initiative)
    for column, value in params.columns().items():
        setattr(initiative, column, value)
    after = _said(initiative)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        initiative.save()
        _tell("changed", initiative, actor, changed=changed)
    return initiative


@transaction.atomic
def drop_initiative(initiative: Initiative, *, actor: User | None) -> None:
    """Take an initiative out of what counts; it stays on the page, and can be taken up again."""
    _bring_to(initiative, InitiativeState.DROPPED, "dropped", actor)


@transaction.atomic
def resume_initiative(initiative: Initiative, *, actor: User | None) -> None:
    """Take up again what was dropped."""
    _bring_to(initiative, InitiativeState.PROPOSED, "resumed", actor)


@transaction.atomic
def put_back_suggestion(initiative: Initiative, *, actor: User | None) -> None:
    """Undo the taking of a suggestion: the initiative is gone from the ledger and may be taken again.

    Raises NotPossible for one that nobody suggested, or that is under way: that one can be dropped.
    """
    if not initiative.source or initiative.state != InitiativeState.PROPOSED:
        raise NotPossible(_("“%(title)s” is more than a suggestion by now: drop it instead.") % {"title": initiative})
    _tell("put_back", initiative, actor, source=initiative.source)
    initiative.delete()


@transaction.atomic
def keep_effect(
    initiative: Initiative, effect: Effect, *, months: Sequence[int | None], until: date, actor: User | None
) -> None:
    """Keep what was measured of an initiative; from now on it stands in place of the estimate of those months.

    months: the effect by month of the plan's year, None for months not measured.
    """
    initiative.effect_months = list(months)
    initiative.effect, initiative.effect_low, initiative.effect_high = effect.total, effect.low, effect.high
    initiative.measured_until = until
    initiative.save()
    _tell("measured", initiative, actor, effect=effect.total, low=effect.low, high=effect.high, until=f"{until}")


@dataclass(frozen=True)
class Place:
    """What a commitment is for: a salesperson's customer or line, by key; neither means all other customers."""

    rep: Rep
    customer_id: int | None = None
    line_id: int | None = None


@dataclass(frozen=True)
class Said:
    """What is said of a place: the salesperson's amount and note, the manager's counter-offer, what was agreed on."""

    amount: int | None = None
    note: str = ""
    offered: int | None = None
    accepted: int | None = None


def answered(before: Said, amount: int | None, note: str) -> Said:
    """Return what stands after a salesperson's own amount; a new one opens again what was agreed on."""
    agreed = before.accepted if amount == before.amount else None
    return Said(amount, note, before.offered, agreed)


@transaction.atomic
def commit(plan: Plan, place: Place, said: Said, *, before: Commitment | None, actor: User | None) -> Commitment | None:
    """Keep what is said of a place beside all that was said before; None when it says nothing new."""
    known = Said(before.amount, before.note, before.offered, before.accepted) if before else Said()
    if said == known:
        return None
    made = Commitment.objects.create(
        plan=plan,
        unit=place.rep.unit,
        rep=place.rep,
        customer_id=place.customer_id,
        line_id=place.line_id,
        amount=said.amount,
        note=said.note,
        offered=said.offered,
        accepted=said.accepted,
        actor=actor,
        at=timezone.now(),
    )
    detail = {"amount": said.amount, "offered": said.offered, "accepted": said.accepted, "note": said.note}
    events.record("plans.commitment.made", actor=actor, subject=made, detail={"commitment": made.pk, **detail})
    return made


@transaction.atomic
def sign_quarter(
    plan: Plan, unit: Unit, quarter: int, *, figures: Mapping[str, Any], note: str, actor: User | None
) -> QuarterPlan:
    """Sign a region's plan of a quarter off, with the figures it showed then."""
    kept = QuarterPlan.objects.create(
        plan=plan,
        unit=unit,
        quarter=quarter,
        figures=dict(figures),
        note=note,
        signed_by=actor,
        signed_at=timezone.now(),
    )
    events.record("plans.quarter.signed", actor=actor, subject=kept, detail={"quarter_plan": kept.pk, "note": note})
    return kept


def _bring_to(initiative: Initiative, state: str, verb: str, actor: User | None) -> None:
    initiative.state = state
    initiative.save()
    _tell(verb, initiative, actor)


def _tell(verb: str, initiative: Initiative, actor: User | None, **more: Any) -> None:  # noqa: ANN401 - plain JSON
    detail = {"initiative": initiative.pk, **more}
    events.record(f"plans.initiative.{verb}", actor=actor, subject=initiative.title, detail=detail)


def _said(initiative: Initiative) -> dict[str, Any]:
    """What the history compares, as plain JSON."""
    plain = ("kind", "title", "owner", "chance", "cost", "state", "months", "where")
    said = {name: getattr(initiative, name) for name in plain}
    names = {"unit": str(initiative.unit or ""), "rep": str(initiative.rep or "")}
    days = {name: str(getattr(initiative, name) or "") for name in ("starts_on", "ends_on")}
    return {**said, **names, **days}
