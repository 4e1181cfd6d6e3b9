"""Which plan and which version people mean."""

from __future__ import annotations

from datetime import date

from salesyear.plans.models import Plan, State, Version


def plan_of(day: date) -> Plan | None:
    """Return the company's plan in whose year a day falls; else the newest there is."""
    plans = Plan.objects.filter(unit=None).select_related("currency")
    running = plans.filter(starts_on__lte=day, starts_on__gt=day.replace(year=day.year - 1, day=1)).first()
    return running or plans.first()


def published(plan: Plan) -> Version | None:
    """Return the version everybody works by."""
    return plan.versions.filter(state=State.PUBLISHED).first()


def newest(plan: Plan) -> Version | None:
    """Return the newest version, whatever its state."""
    return plan.versions.order_by("-number").first()
