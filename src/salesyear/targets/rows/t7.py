"""T7 渠道下沉计划: coverage by city tier, this year beside the last."""

from __future__ import annotations

from django.utils.translation import gettext

from salesyear.market.models import Study, TierCoverage
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, micros

SMALLER = 3  # the tier from which a city is one of the smaller ones: third- and fourth-tier cities


def report(asked: Asked) -> RowReport:
    """Return the coverage by city tier of the newest market study."""
    kinds = (InitiativeKind.CHANNEL,)
    label, wanted = gettext("Gain in channel coverage of smaller cities"), f"> {asked.goal('channel_coverage_gain')}"
    study = Study.objects.order_by("-pk").first()
    tiers = list(_tiers(asked, study)) if study else []
    if not tiers:
        missing = gettext(
            "City tiers of customers are not known: coverage by tier, and openings that pay back, would stand here."
        )
        return RowReport((Goal(label, wanted),), kinds=kinds, missing=[missing])
    now = sum(one.cities for one in tiers if one.tier >= SMALLER)
    before = sum(one.cities_before for one in tiers if one.tier >= SMALLER)
    gain = now / before - 1 if before else None
    said = f"{100 * gain:+.1f}%" if gain is not None else "--"
    reached = gain > asked.values["channel_coverage_gain"] if gain is not None else None
    note = gettext("%(now)d cities reached, %(before)d the year before.") % {"now": now, "before": before}
    table = Table(
        gettext("Coverage by city tier"),
        (
            Column(gettext("Where")),
            Column(gettext("City tier"), "count"),
            Column(gettext("Cities"), "count"),
            Column(gettext("A year before"), "count"),
            Column(gettext("Customers"), "count"),
            Column(gettext("Buying"), "count"),
            Column(gettext("Coverage"), "share"),
        ),
        [
            (
                str(one.unit),
                one.tier,
                one.cities,
                one.cities_before,
                one.customers,
                one.covered,
                micros(one.covered, one.customers),
            )
            for one in tiers
        ],
    )
    return RowReport(
        (Goal(label, wanted, said, reached, note),),
        table,
        kinds,
        links={gettext("Coverage by city tier"): "tier-coverage"},
    )


def _tiers(asked: Asked, study: Study) -> list[TierCoverage]:
    rows = TierCoverage.objects.within(asked.scope).filter(study=study).select_related("unit")
    return list(rows.order_by("unit__path", "tier"))
