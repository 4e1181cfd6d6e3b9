"""The background work of this chapter: grading the customers, studying the market."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salesyear.core.models import Run
from salesyear.core.runs import Progress, run_kind
from salesyear.core.scope import Scope
from salesyear.engine.messages import EngineError
from salesyear.market import services
from salesyear.market.reports import (
    GradeWeights,
    NoCustomers,
    NothingToStudy,
    StudyParams,
    customer_scores,
    market_study,
)
from salesyear.org.models import Role

GRADERS = frozenset({Role.DIRECTOR, Role.REGIONAL_MANAGER, Role.FINANCE, Role.MARKETING, Role.ADMINISTRATOR})


# Not atomic, as the baseline: on SQLite its transaction would keep others from writing.
@run_kind(services.KIND, label=gettext_lazy("grading of customers"), roles=GRADERS, atomic=False)
def grade_customers(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Score the whole company's customers and keep that; everybody then sees their own."""

    def told(step: str, share: float) -> None:
        progress(round(100 * share), 100, step)

    try:
        made = customer_scores(
            Scope.system("grading the customers"), GradeWeights(**params), timezone.localdate(), told
        )
    except EngineError as refused:
        raise NoCustomers(_(refused.text) % refused.values) from refused
    except ModuleNotFoundError as missing:
        raise NoCustomers(
            _("The forecasting library “%(name)s” is not installed. Install Salesyear with its “forecast” extra.")
            % {"name": missing.name}
        ) from missing
    progress(100, 100)  # a cancelled run keeps nothing
    kept = services.keep_scores(made, run=run, actor=run.made_by)
    return {"url": reverse("customer-grades"), "scoring": kept.pk}


@run_kind(services.STUDY, label=gettext_lazy("market study"), roles=GRADERS, atomic=False)
def study_market(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Study the whole market and keep what is found; everybody then sees the units given to them."""

    def told(step: str, share: float) -> None:
        progress(round(100 * share), 100, step)

    try:
        made = market_study(Scope.system("studying the market"), StudyParams(**params), timezone.localdate(), told)
    except EngineError as refused:
        raise NothingToStudy(_(refused.text) % refused.values) from refused
    progress(100, 100)  # a cancelled run keeps nothing
    kept = services.keep_study(made, run=run, actor=run.made_by)
    return {"url": reverse("market-potential"), "study": kept.pk}
