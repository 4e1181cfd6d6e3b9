"""Which papers somebody can have of a version, and those they had made."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from salesyear.core.models import Run
from salesyear.core.scope import Scope
from salesyear.org.models import Unit, UnitKind
from salesyear.plans import queries as plans
from salesyear.plans.models import Sheet, Version

KIND = "documents.paper"
SHOWN = 10


def version_for(day: date, number: int | None) -> Version | None:
    """Return the version of the running plan by its number; else the one everybody works by, else the newest."""
    plan = plans.plan_of(day)
    if plan is None:
        return None
    if number is not None:
        return Version.objects.filter(plan=plan, number=number).select_related("plan").first()
    return plans.published(plan) or plans.newest(plan)


def parts_of(scope: Scope, version: Version) -> list[tuple[str, str]]:
    """Return what papers can be about: all that is seen, each region and each salesperson in it."""
    rows = Sheet.objects.within(scope).filter(version=version).values_list("unit__path", "rep_id", "rep__name")
    seen = list(rows)
    if not seen:
        return []
    keys = {int(key) for path, _rep, _name in seen for key in (path or "").strip("/").split("/") if key}
    regions = Unit.objects.within(scope).filter(pk__in=keys, kind=UnitKind.REGION).order_by("name")
    reps = {rep: name for _path, rep, name in seen if rep}
    people = sorted(reps.items(), key=lambda pair: (pair[1], pair[0]))
    return [
        ("", _("All that you see")),
        *((f"unit:{region.pk}", region.name) for region in regions),
        *((f"rep:{key}", name) for key, name in people),
    ]


def papers_of(scope: Scope) -> list[Run]:
    """Return the papers somebody had made, the newest first."""
    mine = Run.objects.filter(kind=KIND, made_by_id=scope.user_id, made_by__isnull=False)
    return list(mine.order_by("-pk")[:SHOWN])
