"""T2 产品线销售占比优化: the strategic lines' share of sales, line by line."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext

from salesyear.plans.frames import part_of_target
from salesyear.plans.models import InitiativeKind
from salesyear.sales.frames import earned
from salesyear.sales.models import Product
from salesyear.sales.money import NoRate
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, micros, planned_share, share_words

KINDS = (InitiativeKind.CROSS_SELL, InitiativeKind.PROMOTION, InitiativeKind.PRICE)


def report(asked: Asked) -> RowReport:
    """Return the sales of the last twelve months by line; a product is strategic by itself or by its line."""
    try:
        sums = _sums(asked)
    except NoRate as refused:
        return RowReport((_goal(asked, 0, 0),), kinds=KINDS, missing=[str(refused)])
    whole, strategic = sum(sums.values()), sum(amount for (_line, is_), amount in sums.items() if is_)
    rows = sorted(sums.items(), key=lambda row: -row[1])
    yes, no = gettext("yes"), gettext("no")
    table = Table(
        gettext("Sales of the last twelve months by product line"),
        (
            Column(gettext("Product line")),
            Column(gettext("Strategic")),
            Column(gettext("Sales"), "money"),
            Column(gettext("Share of sales"), "share"),
        ),
        [(line, yes if is_ else no, amount, micros(amount, whole)) for (line, is_), amount in rows],
    )
    marked = any(is_ for _line, is_ in sums)
    goals = (_goal(asked, strategic, whole if marked else 0), *_planned(asked))
    return RowReport(goals, table if sums else None, KINDS, [] if marked else [_unmarked()])


def _unmarked() -> str:
    return gettext(
        "No product or line is marked as strategic: mark them in the files of products or lines, or tick lines when a"
        " plan is made, and their share would stand here."
    )


def _planned(asked: Asked) -> list[Goal]:
    """What this version asks of the lines it was told are strategic."""
    lines = asked.version.inputs.get("strategic", ())
    part, whole = part_of_target(asked.scope, asked.version, "line", lines) if lines else (0, 0)
    if whole <= 0:
        return []
    label = gettext("Strategic lines’ share of the target %(year)d") % {"year": asked.plan.year}
    return [planned_share(asked, label, "strategic_share", part, whole)]


def _goal(asked: Asked, strategic: int, whole: int) -> Goal:
    wanted = asked.values["strategic_share"]
    lacking = gettext("%(amount)s more would be needed for the share at today’s sales.")
    return Goal(
        gettext("Strategic lines’ share of sales"),
        f"≥ {asked.goal('strategic_share')}",
        share_words(strategic, whole),
        strategic >= wanted * whole if whole > 0 else None,
        lacking % {"amount": asked.money(round(wanted * whole) - strategic)} if 0 <= strategic < wanted * whole else "",
    )


def _sums(asked: Asked) -> dict[tuple[str, bool], int]:
    """Sales less returns by line, of a shared sale this person's part (case 1). Raises NoRate."""
    import polars as pl

    sums: dict[tuple[str, bool], float] = defaultdict(float)
    facts = earned(asked.scope, since=asked.year_ago, before=asked.month)
    names = ("pk", "line__name", "line__strategic", "strategic")
    products = {
        key: (line or gettext("not named"), bool(of_line or own))
        for key, line, of_line, own in Product.objects.within(asked.scope).values_list(*names)
    }
    for product, amount in facts.group_by("product").agg(pl.col("amount").sum()).iter_rows():
        sums[products.get(product, (gettext("not named"), False))] += amount
    return {key: round(amount) for key, amount in sums.items()}
