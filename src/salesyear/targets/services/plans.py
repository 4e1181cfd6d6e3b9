"""What people do to have a plan: ask for one, make it, keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from salesyear.core import events, runs
from salesyear.core.models import Run
from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.org.models import Unit, User
from salesyear.plans.models import Plan, Sheet, State, Step, Version
from salesyear.plans.policy import values
from salesyear.targets.planning.params import PlanParams

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesyear.targets.models import Baseline
    from salesyear.targets.planning.making import MadePlan

    Told = Callable[[str, float], None]

PLAN_KIND = "targets.plan"
_BATCH = 500


def quiet(_step: str, _share: float) -> None:
    """Listen to nothing."""


def ask_for_plan(params: PlanParams, *, actor: User | None, token: str = "") -> Run:
    """Put a plan into the queue; the same token gives the same run, however often it is sent."""
    key = f"{PLAN_KIND}:{actor.pk if actor else 0}:{token}" if token else None
    return runs.ask_for(PLAN_KIND, params.as_json(), actor=actor, seed=params.seed, key=key)


def make_plan(params: PlanParams, actor: User | None = None, told: Told = quiet, *, run: Run | None = None) -> Version:
    """Make a plan from the facts and keep it as a new draft version.

    Uses the newest baseline that covers the year, and computes one where there is none.
    Raises NoPlan, NoBaseline, NoRate and the engine's own refusals.
    """
    from salesyear.targets.planning.making import plan_from_facts

    baseline = _baseline(params, actor, told)
    policy = values(_plan_there(params))
    made = plan_from_facts(Scope.system("making a plan"), baseline, params, policy, told)
    told(noop("Keeping the result"), 1.0)
    return keep_plan(made, actor=actor, run=run)


def _baseline(params: PlanParams, actor: User | None, told: Told) -> Baseline:
    from salesyear.targets.planning.facts import covering_baseline
    from salesyear.targets.reports.baseline import BaselineParams, baseline_of_year
    from salesyear.targets.services.baseline import keep_baseline

    if kept := covering_baseline(params):
        return kept
    first = params.first_day
    wanted = BaselineParams(year=first.year + (first.month > 1), seed=params.seed, fiscal=first.month)
    scope = Scope.system("computing a plan's baseline")
    made = baseline_of_year(scope, wanted, timezone.localdate(), lambda step, share: told(step, share / 2))
    return keep_baseline(made, run=None, actor=actor)


def _plan_there(params: PlanParams) -> Plan | None:
    return Plan.objects.filter(unit=params.unit, starts_on=params.first_day).first()


@transaction.atomic
def keep_plan(made: MadePlan, *, actor: User | None, run: Run | None = None) -> Version:
    """Keep a plan as the next draft, once a run: an attempt that comes second finds the first one's."""
    if run and (there := Version.objects.filter(inputs__run=run.pk).first()):
        return there
    plan = _plan_there(made.params) or _new_plan(made, actor)
    number = (plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = Version.objects.create(
        plan=plan,
        number=number,
        name=made.params.name.strip(),
        inputs=made.inputs | ({"run": run.pk} if run else {}) | {"places": _places(made)},
        fingerprint=made.facts.fingerprint,
        made_by=actor,
        made_at=timezone.now(),
    )
    Sheet.objects.bulk_create(_sheets(version, made), batch_size=_BATCH)
    Step.objects.create(version=version, state=State.DRAFT, actor=actor, at=version.made_at)
    events.record("targets.plan.made", actor=actor, subject=version.mark, detail={"fingerprint": version.fingerprint})
    return version


def _new_plan(made: MadePlan, actor: User | None) -> Plan:
    first = made.params.first_day
    unit = Unit.objects.within(Scope.system("naming a plan")).filter(pk=made.params.unit or 0).first()
    span = str(first.year) if first.month == 1 else f"{first.year}/{(first.year + 1) % 100:02}"
    return Plan.objects.create(
        name=f"{span} {unit.name}" if unit else span,
        unit=unit,
        year=made.params.year,
        starts_on=first,
        currency_id=made.facts.currency,
        made_by=actor,
        made_at=timezone.now(),
    )


def _places(made: MadePlan) -> list[list[int]]:
    """Region, territory, unit and salesperson of every leaf, as they were when the plan was made."""
    return [[leaf.region, leaf.territory, leaf.unit, leaf.rep] for leaf in made.layout.leaves]


def _sheets(version: Version, made: MadePlan) -> list[Sheet]:
    slots = made.facts.slots
    sheets = []
    for number, leaf in enumerate(made.layout.leaves):
        mine = slots.leaf == number
        whole = {"last_year": slots.last_year[mine], "baseline": slots.baseline[mine], "target": made.target[mine]}
        whole["cash"] = made.cash[number]
        packed = {name: part.astype("<i8").tobytes() for name, part in whole.items()}
        totals = {f"{name}_total": int(part.sum()) for name, part in whole.items()}
        prior = made.prior[mine].astype("<f8").tobytes()
        keys = {"unit_id": leaf.unit or None, "rep_id": leaf.rep or None, "slots": slots.keys[mine].tolist()}
        sheets.append(Sheet(version=version, **keys, prior=prior, **packed, **totals))
    return sheets
