"""The rows of each chapter on paper: what the policy plans for each, what is shown here, and which data are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AnySet

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from salesyear.core.scope import Scope, ScopedModel
from salesyear.core.sentences import enumerated
from salesyear.documents.content.model import Chapter, Column, Row, Slide, Table
from salesyear.plans.chapters import CHAPTERS, FACTS
from salesyear.plans.chapters import Chapter as Outline
from salesyear.plans.chapters import Row as OutlineRow
from salesyear.plans.policy import FIGURES, Figure

#: Facts that chapters need, and the table that holds them; a fact without a table cannot be brought in yet.
TABLES: dict[str, str] = {
    "products": "sales.Product",
    "customers": "crm.Customer",
    "orders": "sales.Order",
    "invoices": "sales.Invoice",
    "receipts": "sales.Receipt",
    "units": "org.Unit",
    "reps": "org.Rep",
    "agencies": "crm.Agency",
    "initiatives": "plans.Initiative",
}


def facts_there(scope: Scope) -> frozenset[str]:
    """The kinds of facts of which there is at least one row, within what somebody sees.

    Targets are there whatever was brought in: the paper is of a plan, whose they are.
    """
    there = {"quotas"}
    for name, label in TABLES.items():
        model = apps.get_model(label)
        rows = model.objects.within(scope) if issubclass(model, ScopedModel) else model.objects.all()
        if rows.exists():
            there.add(name)
    return frozenset(there)


def chapters(
    slides: Mapping[str, Sequence[Slide]], there: AnySet[str], policy: Mapping[str, float]
) -> Iterator[Chapter]:
    """The six chapters in the plan's order: their slides, then a table of all rows with goals and missing data."""
    for number, outline in enumerate(CHAPTERS, start=1):
        shown = list(slides.get(outline.slug, ()))
        codes = {slide.code for slide in shown}
        yield Chapter(
            number,
            str(outline.title),
            str(outline.question),
            (*shown, _rows(outline, codes, there, policy)),
        )


def _rows(outline: Outline, shown: AnySet[str], there: AnySet[str], policy: Mapping[str, float]) -> Slide:
    rows = [_row(row, shown, there, policy) for row in outline.rows]
    missing = sum(1 for row in outline.rows if _lacking(row, there) and row.code not in shown)
    values = {"chapter": outline.title, "count": len(rows), "missing": missing}
    title = _("%(chapter)s: all %(count)d points have the data they need.") % values
    if missing:
        title = _("%(chapter)s: of %(count)d points %(missing)d wait for data; each says which.") % values
    columns = (
        Column(_("Point"), share=2.3),
        Column(_("Planned"), share=3.2),
        Column(_("In this paper"), share=1.1),
        Column(_("Missing data"), share=2.4),
    )
    notes = (_("Planned values are the plan's policy; each can be changed on the policy page."),)
    return Slide(title, (Table(columns, tuple(rows)),), notes)


def _row(row: OutlineRow, shown: AnySet[str], there: AnySet[str], policy: Mapping[str, float]) -> Row:
    goals = pgettext("between phrases", "; ").join(
        goal_of(figure, policy) for figure in FIGURES if figure.row == row.code and _is_goal(figure)
    )
    lacking = enumerated(_(FACTS[name]) for name in _lacking(row, there))
    where = _("yes") if row.code in shown else _("no")
    return Row((f"{row.code} {row.name}", goals or _(row.shows), where, lacking or _("nothing")))


def _lacking(row: OutlineRow, there: AnySet[str]) -> list[str]:
    return [name for name in row.needs if name not in there]


def _is_goal(figure: Figure) -> bool:
    return "lookback" not in figure.name


def goal_of(figure: Figure, policy: Mapping[str, float]) -> str:
    """A policy value as a phrase: “Strategic lines' share of sales, at least: 30%”."""
    value = policy.get(figure.name, figure.value)
    units = {
        "share": f"{value:.0%}",
        "points": _("%(value)g points") % {"value": value},
        "days": ngettext("%(value)g day", "%(value)g days", int(value)) % {"value": value},
        "months": ngettext("%(value)g month", "%(value)g months", int(value)) % {"value": value},
        "times": _("%(value)g times") % {"value": value},
    }
    said = {"label": _(figure.label), "value": units.get(figure.unit, f"{value:g}")}
    return pgettext("a policy value", "%(label)s: %(value)s") % said
