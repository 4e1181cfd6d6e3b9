"""T5 竞品对标分析: our share of the market by unit and line, and how far it has moved."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext

from salesyear.market.models import MarketCell, Study
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, micros, share_words


def report(asked: Asked) -> RowReport:
    """Return the share of the newest year of the newest market study beside the year before."""
    wanted = f"+{asked.values['share_gain_least']:g} – {asked.goal('share_gain_most')}"
    kinds = (InitiativeKind.PRICE, InitiativeKind.CAMPAIGN, InitiativeKind.KEY_ACCOUNT)
    rivals = gettext(
        "Rivals and their moves are not known: who holds the rest, and which accounts to take, would stand here."
    )
    study = Study.objects.order_by("-pk").first()
    cells = list(_cells(asked, study)) if study else []
    if not cells:
        size = gettext("No market size is known: our share by region and product line would stand here.")
        return RowReport((Goal(gettext("Gain in market share"), wanted),), kinds=kinds, missing=[size, rivals])
    newest = max(cell.year for cell in cells)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        sums[cell.year][0] += cell.sold
        sums[cell.year][1] += cell.size or 0
    return RowReport(
        (_goal(asked, sums, newest, wanted),),
        _table([cell for cell in cells if cell.year == newest], newest),
        kinds,
        [rivals],
        links={gettext("Market potential"): "market-potential"},
    )


def _cells(asked: Asked, study: Study) -> list[MarketCell]:
    rows = MarketCell.objects.within(asked.scope).filter(study=study, size__gt=0).select_related("unit", "line")
    return list(rows.order_by("unit__path", "line__code"))


def _goal(asked: Asked, sums: dict[int, list[int]], newest: int, wanted: str) -> Goal:
    (sold, size), before = sums[newest], sums.get(newest - 1)
    now = share_words(sold, size)
    if not before or not before[1]:
        note = gettext("%(year)d has no market size to compare with.") % {"year": newest - 1}
        return Goal(gettext("Gain in market share"), wanted, "--", None, f"{newest}: {now}. {note}")
    points = 100 * (sold / size - before[0] / before[1])
    said = gettext("%(points)+.1f points") % {"points": points}
    return Goal(
        gettext("Gain in market share"), wanted, said, points >= asked.values["share_gain_least"], f"{newest}: {now}"
    )


def _table(cells: list[MarketCell], year: int) -> Table:
    columns = (
        Column(gettext("Where")),
        Column(gettext("Product line")),
        Column(gettext("Own sales"), "money"),
        Column(gettext("Market size"), "money"),
        Column(gettext("Share"), "share"),
        Column(gettext("Source"), "long"),
    )
    rows = [
        (str(cell.unit), str(cell.line), cell.sold, cell.size, micros(cell.sold, cell.size or 0), cell.source)
        for cell in cells
    ]
    return Table(gettext("Our share of the market in %(year)d") % {"year": year}, columns, rows)
