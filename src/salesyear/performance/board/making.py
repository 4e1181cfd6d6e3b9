"""From an address to a board: which plan, which facts, whose names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404

from salesyear.core import numbers
from salesyear.core.scope import Scope
from salesyear.performance import queries
from salesyear.performance.board import names, reports
from salesyear.performance.board.asked import Asked
from salesyear.performance.board.kept import Kept
from salesyear.performance.board.page import BoardPage, Context
from salesyear.performance.board.sums import Source
from salesyear.performance.board.texts import Money
from salesyear.performance.facts import facts_of
from salesyear.performance.facts.scoped import who_of
from salesyear.plans import policy
from salesyear.plans.models import Plan, State, Version
from salesyear.plans.queries import plan_of
from salesyear.plans.reports import Coverage, coverage
from salesyear.sales.models import Currency

_currencies: Kept[tuple[str, int]] = Kept(256)
_policies: Kept[dict[str, float]] = Kept(16)
_coverages: Kept[Coverage | None] = Kept(256)


@dataclass(frozen=True)
class Year:
    """The year a board is about: its first day, its plan if there is one, the version chosen, all there are."""

    starts_on: date
    plan: Plan | None = None
    version: Version | None = None
    versions: Sequence[Version] = ()


def page_of(scope: Scope, asked: Asked, today: date, *, whole: bool = False) -> BoardPage:
    """Read and compute the board that an address asks for, as somebody sees it; `whole` has all parts on one page.

    Raises Http404 for a place that is not there, as for one that they do not see, NoRate, and BeingMade.
    """
    year = _year(asked, today)
    chosen = year.version if asked.version else None  # the published one needs no saying
    source = Source(facts_of(scope, chosen, patient=False), year.starts_on, today)
    made = reports.board(source, asked, whole=whole)
    found = names.names_of(scope, made)
    context = _context(scope, asked, year, source, found)
    if any(found.of(level, key) == numbers.MISSING for level, key in asked.where if key):
        raise Http404
    return BoardPage(made, context)


def _context(scope: Scope, asked: Asked, year: Year, source: Source, found: names.Names) -> Context:
    """What a page needs besides its board; what the history and the facts have not moved since is not read again."""
    # What is no fact is kept for those who see the same rows of every kind.
    seen, head = (source.facts.key, who_of(scope)), queries.newest_event()
    whole = not asked.where and year.plan is not None and year.version is not None
    return Context(
        found,
        Money(*_currencies.get(seen, lambda: _currency(scope))),
        names.top_of(scope),
        year.plan,
        year.version,
        year.versions,
        queries.open_count(scope),
        _policies.get((year.plan and year.plan.pk, head), lambda: policy.values(year.plan)),
        _coverages.get((seen, year.version and year.version.pk, head), lambda: _coverage(scope, year))
        if whole
        else None,
    )


def _coverage(scope: Scope, year: Year) -> Coverage | None:
    return coverage(scope, year.plan, year.version) if year.plan else None


def _currency(scope: Scope) -> tuple[str, int]:
    """The company's own currency: without one, the facts would have been refused."""
    code, digits = Currency.objects.within(scope).values_list("code", "digits").get(is_base=True)
    return code, digits


def _year(asked: Asked, today: date) -> Year:
    plan = plan_of(today) if asked.year is None else Plan.objects.filter(unit=None, year=asked.year).first()
    running = plan and plan.starts_on <= today and today.year - plan.starts_on.year <= 1
    if plan is None or (asked.year is None and not running):
        return Year(date(asked.year or today.year, 1, 1))
    versions = list(plan.versions.order_by("number"))
    if asked.version:
        version = next((one for one in versions if one.number == asked.version), None)
        if version is None:
            raise Http404
    else:
        version = next((one for one in versions if one.state == State.PUBLISHED), None)
    return Year(plan.starts_on, plan, version, versions)
