"""`{% coverage_bar %}`: how far the gap of the plan on the page is covered, on every page of the plan."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from salesyear.plans import queries, reports

register = template.Library()


@register.inclusion_tag("plans/coverage.html", takes_context=True)
def coverage_bar(context: Context) -> dict[str, Any]:
    """Show the coverage of the page's `plan` (and `version`, if it names one) for who is asking; nothing without.

    A page that has worked it out already gives it as `coverage`; one that is about no plan shows that of today's plan.
    """
    if "coverage" in context:
        return {"coverage": context["coverage"]}
    request = context.get("request")
    version = context.get("version") if "plan" in context else queries.shown_on(timezone.localdate())
    plan = version.plan if version else context.get("plan")
    if plan is None or request is None:
        return {"coverage": None}
    return {"coverage": reports.coverage(request.scope, plan, version)}
