"""The background work of this chapter: computing a baseline, making a plan."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salesyear.core.models import Run
from salesyear.core.runs import Progress, run_kind
from salesyear.core.scope import Scope
from salesyear.engine.messages import EngineError
from salesyear.org.models import Role
from salesyear.targets import services
from salesyear.targets.access import MAKERS
from salesyear.targets.planning.params import PlanParams
from salesyear.targets.reports import BaselineParams, NoBaseline, baseline_of_year

PLANNERS = frozenset({Role.DIRECTOR, Role.REGIONAL_MANAGER, Role.FINANCE, Role.ADMINISTRATOR})


def _steps_of(run: Run) -> Path:
    """Return the folder of a run's steps, having thrown away those of runs that have ended (cancelled ones, say)."""
    folder = Path(settings.HOME) / "steps"
    there = {int(one.name): one for one in folder.glob("[0-9]*") if one.name.isdecimal()}
    for key in Run.objects.filter(pk__in=there, ended_at__isnull=False).values_list("pk", flat=True):
        rmtree(there[key], ignore_errors=True)
    return folder / str(run.pk)


# Not atomic: a transaction of half a minute would keep everybody else from writing on SQLite. It bears being run
# again, since a run keeps one baseline only.
@run_kind(services.KIND, label=gettext_lazy("baseline forecast"), roles=PLANNERS, atomic=False)
def compute_baseline(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the whole company's baseline and keep it; everybody then sees their own part of it."""

    def told(step: str, share: float) -> None:
        progress(round(100 * share), 100, step)

    system, steps = Scope.system("computing the baseline"), _steps_of(run)
    try:
        made = baseline_of_year(system, BaselineParams(**params), timezone.localdate(), told, steps=steps)
    except EngineError as refused:
        raise NoBaseline(_(refused.text) % refused.values) from refused
    except ModuleNotFoundError as missing:
        raise NoBaseline(
            _("The forecasting library “%(name)s” is not installed. Install Salesyear with its “forecast” extra.")
            % {"name": missing.name}
        ) from missing
    progress(100, 100)  # a cancelled run keeps nothing
    kept = services.keep_baseline(made, run=run, actor=run.made_by)
    rmtree(steps, ignore_errors=True)
    return {"url": f"{reverse('baseline')}?year={kept.year}", "baseline": kept.pk}


@run_kind(services.EFFECTS_KIND, label=gettext_lazy("measured effects"), roles=PLANNERS, atomic=False)
def measure_effects(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Measure what the initiatives of a version have brought so far, and keep it in place of the estimates."""
    from salesyear.plans.queries import versions
    from salesyear.targets.effects import measured_effects

    version = versions().get(pk=params["version"])
    found = measured_effects(Scope.system("measuring effects"), version, timezone.localdate())
    progress(100, 100)  # a cancelled run keeps nothing
    count = services.keep_effects(found, actor=run.made_by)
    return {"url": f"{reverse('ledger')}?plan={version.plan_id}", "measured": count}


# Not atomic, for the same reason; it keeps one version a run.
@run_kind(services.PLAN_KIND, label=gettext_lazy("plan"), roles=MAKERS, atomic=False)
def make_plan(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the plan that was asked for and keep it as a draft."""

    def told(step: str, share: float) -> None:
        progress(round(100 * share), 100, step)

    try:
        version = services.make_plan(PlanParams.from_json(params), run.made_by, told, run=run)
    except EngineError as refused:
        raise NoBaseline(_(refused.text) % refused.values) from refused
    url = reverse("plan-version", args=[version.plan_id, version.number])
    return {"version": version.pk, "plan": version.plan_id, "number": version.number, "url": url}
