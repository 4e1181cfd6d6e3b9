"""A version of a plan made into a paper: for the company, one region or one salesperson, by what the scope sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.documents.content import gap, lessons, market, outline, quality, sheet, targets
from salesyear.documents.content.gathering import PlanFacts, facts_of
from salesyear.documents.content.happenings import happenings
from salesyear.documents.content.model import Cell, Chapter, Cover, Money, Paper, Slide
from salesyear.documents.content.targets import Telling, definitions
from salesyear.market.queries import latest_scoring
from salesyear.performance.lessons import lessons_of
from salesyear.plans.models import Version
from salesyear.plans.policy import values
from salesyear.plans.reports import Ledger, ledger

PLACES_SHOWN = 3  # of a salesperson, beside the name


class NothingToPrint(ValueError):
    """The plan has no amount that this person sees."""


@dataclass(frozen=True, slots=True)
class PaperParams:
    """What a paper is to be: its language, whom it is about (empty: all that the scope sees), who presents it."""

    language: str
    about: str = ""
    organisation: str = ""
    presenter: str = ""
    brief: bool = False  # one page for a salesperson: the numbers and the gap, not the other chapters
    remarks: tuple[str, ...] = ()
    moment: datetime | None = None  # what every date inside the files says; the version's own unless given


def paper_of(scope: Scope, version: Version, params: PaperParams) -> Paper:
    """Build a paper. Raises NothingToPrint when the scope sees no part of the version."""
    with translation.override(params.language):
        return _paper(scope, version, params)


def _paper(scope: Scope, version: Version, params: PaperParams) -> Paper:
    facts = facts_of(scope, version)
    if facts.cells.is_empty():
        raise NothingToPrint(_("You see no part of this version of the plan, so there is nothing to print."))
    plan = version.plan
    currency = plan.currency
    money = Money(currency.code, currency.digits, int(version.inputs.get("unit", 1)))
    told = Telling(facts, money, params.language, _year_name(version))
    known = ledger(scope, version)
    rows = [line.initiative for line in known.lines]
    policy = values(plan)
    return Paper(
        params.language,
        _cover(version, params, facts),
        tuple(_chapters(told, scope, known, policy, params)),
        tuple(definitions()),
        money,
        facts.months,
        tuple(cells_of(facts)),
        tuple(happenings(facts.months, rows, round(policy["event_lead_time"]))),
        params.moment or version.made_at,
        mark_of(version),
        () if params.brief else params.remarks,
        params.brief,
    )


def _year_name(version: Version) -> str:
    first = version.plan.starts_on
    return str(version.plan.year) if first.month == 1 else f"{first.year}/{(first.year + 1) % 100:02d}"


def mark_of(version: Version) -> str:
    """Which version a paper was made from, so that the same mark means the same paper."""
    seed = version.inputs.get("seed", "")
    said = {"number": version.number, "edition": version.edition, "facts": version.fingerprint[:12] or "--"}
    text = _("version %(number)d, edition %(edition)d, facts %(facts)s") % said
    return f"{text}, {_('seed')} {seed}" if seed != "" else text


def _cover(version: Version, params: PaperParams, facts: PlanFacts) -> Cover:
    year = {"year": _year_name(version)}
    title = _("Annual sales plan %(year)s") % year
    about = params.about or _("The whole company")
    if params.brief:
        title = _("Targets %(year)s") % year
        about = "  ·  ".join([about, *_places(facts)])
    organisation = params.organisation or facts.company.name
    return Cover(
        title,
        about,
        organisation,
        params.presenter,
        timezone.localdate(params.moment or version.made_at),
    )


def _places(facts: PlanFacts) -> list[str]:
    """Where a salesperson sells: the territories, or the regions where nothing is below them."""
    return [
        one.name
        for region in facts.company.below
        for one in (region.all_below("territory") or [region])
        if any(one.sums.year)
    ][:PLACES_SHOWN]


def _chapters(
    told: Telling, scope: Scope, known: Ledger, policy: Mapping[str, float], params: PaperParams
) -> Iterator[Chapter]:
    from salesyear.targets.reports.audit import audit  # the engine, which a site starts without

    if params.brief:
        yield Chapter(1, _("Targets"), "", tuple(sheet.slides(told, known, policy)))
        return
    numbers: list[Slide] = [
        *targets.slides(told, policy),
        *gap.slides(told, known),
        *quality.slides(audit(scope, known.version)),
    ]
    slides = {
        "targets": numbers,
        "market": list(market.slides(told, scope, latest_scoring())),
        "performance": list(lessons.slides(list(lessons_of(scope, until=known.plan.starts_on)))),
    }
    yield from outline.chapters(slides, outline.facts_there(scope), policy)


def cells_of(facts: PlanFacts) -> Iterator[Cell]:
    """Every place of the plan with its months, for the workbook, the organisation's order first."""
    import polars as pl

    keys = ["region", "territory", "rep", "customer", "line", "new"]
    months = facts.cells.group_by([*keys, "place"]).agg(pl.col("target", "last_year", "baseline").sum())
    places = (
        months.sort("place")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("target"), pl.col("last_year").sum(), pl.col("baseline").sum())
        .sort(keys)
    )
    names = facts.names
    for row in places.iter_rows(named=True):
        yield Cell(
            names.unit(row["region"]),
            names.unit(row["territory"]) if row["territory"] else "",
            names.rep(row["rep"]),
            names.customer(row["customer"]),
            names.line(row["line"]),
            row["new"],
            tuple(row["target"]),
            row["last_year"],
            row["baseline"],
            names.rep_codes.get(row["rep"], ""),
            names.customer_codes.get(row["customer"], ""),
            names.line_codes.get(row["line"], ""),
        )
