"""A month's review made into a paper: the same deck and PDF as the plan's, of what the scope sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from django.utils import translation
from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.documents.content import review as content
from salesyear.documents.content.building import NothingToPrint, PaperParams, mark_of
from salesyear.documents.content.model import Chapter, Cover, Money, Paper
from salesyear.documents.content.words import month_name
from salesyear.documents.making import scope_about
from salesyear.engine.metrics import Period
from salesyear.performance.review import review_of
from salesyear.plans.models import Version
from salesyear.plans.months import months_of


def review_about(
    scope: Scope, version: Version, about: str, month: date, params: PaperParams, today: date
) -> Paper | None:
    """The review of all that a scope sees, of one region (`unit:3`) or of one salesperson (`rep:5`); None: nothing."""
    if not about:
        return review_paper(scope, version, month, params, today)
    found = scope_about(scope, version, about)
    if found is None:
        return None
    narrow, name = found
    try:
        return review_paper(narrow, version, month, replace(params, about=name), today)
    except NothingToPrint:
        return None


def review_paper(scope: Scope, version: Version, month: date, params: PaperParams, today: date) -> Paper:
    """Build the review of a month. today: the day by which something is late. Raises NothingToPrint."""
    with translation.override(params.language):
        return _paper(scope, version, month, params, today)


def _paper(scope: Scope, version: Version, month: date, params: PaperParams, today: date) -> Paper:
    found = review_of(scope, version, month, today)
    if not found.total.target_year and not found.total.sold_to_date:
        raise NothingToPrint(_("You see no part of this version of the plan, so there is nothing to print."))
    currency = version.plan.currency
    money = Money(currency.code, currency.digits, int(version.inputs.get("unit", 1)))
    told = content.Telling(found, money, params.language)
    last = Period.of_months(month, 1).last
    title = _("Monthly review: %(month)s") % {"month": month_name(month, params.language, short=False)}
    cover = Cover(title, params.about or _("The whole company"), params.organisation, params.presenter, last)
    return Paper(
        params.language,
        cover,
        (Chapter(1, _("Monthly review"), "", tuple(content.slides(told))),),
        tuple(content.definitions()),
        money,
        tuple(months_of(version.plan)),
        (),
        (),
        params.moment or datetime.combine(last, time(), UTC),
        mark_of(version),
    )
