"""A board as drawings: bullets of its figures, the year's months, the bridge from plan to actual; one scale a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext

from salesyear.core import charts, drawings
from salesyear.core.charts import Mark, Scale, Table
from salesyear.core.drawings import Column, Drawing, Step
from salesyear.performance.board.texts import Money

Values = Mapping[str, Any]
MOST_STEPS = 8  # of a bridge between its ends; the smallest are told together


@dataclass(frozen=True)
class Picture:
    """A drawing as the page shows it: with its title, unit, period, key, and the same as a table."""

    name: str
    title: str
    unit: str
    period: str
    said: str
    drawing: Drawing
    table: Table
    marks: Sequence[Mark] = ()


def months(rows: Sequence[Values], money: Money, as_of: date) -> Picture:
    """The months of the year: sold, planned, and the year before; what is still to come has its plan only."""
    scale = charts.scale_for(max((_most(row) for row in rows), default=0), money.digits)
    columns = [
        Column(
            short(row["month"]),
            _on(scale, row.get("ordered"), money) if row["month"] <= as_of else None,
            _on(scale, row.get("target"), money),
            _on(scale, row.get("ordered_year_before"), money),
            text=_tip(row, money, as_of),
        )
        for row in rows
    ]
    first, last = rows[0]["month"], rows[-1]["month"]
    period = f"{first:%Y-%m} – {last:%Y-%m}"
    unit = charts.money_unit(money.currency, scale)
    top = max((max(one.actual or 0, one.plan or 0, one.last or 0) for one in columns), default=0.0)
    return Picture(
        "months",
        gettext("Sales by month"),
        unit,
        period,
        gettext("Columns by month, %(period)s: sales, the plan, and the year before.") % {"period": period},
        drawings.columns(columns, labels=(f"{top:.3g} {unit}",)),
        Table(
            [gettext("Month"), gettext("Actual"), gettext("Plan"), gettext("Variance"), gettext("Last year")],
            [_month_row(row, money, as_of) for row in rows],
        ),
        charts.key_of("actual", "plan", "last"),
    )


def bridge(
    begin: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    end: tuple[str, float],
    money: Money,
    title: str,
    period: str,
) -> Picture:
    """What leads from one amount to another: the greatest steps, and all others as one, so that it always adds up."""
    shown = list(steps) if len(steps) <= MOST_STEPS else _greatest(steps)
    scale = charts.scale_for(
        round(max(abs(begin[1]), abs(end[1]), *(abs(step) for _name, step in shown), 0)), money.digits
    )
    rows = [
        Step(begin[0], begin[1], money.text(begin[1]), whole=True, style="plan"),
        *(Step(name, step, money.signed(step)) for name, step in shown),
        Step(end[0], end[1], money.text(end[1]), whole=True),
    ]
    table = [[begin[0], money.exact(begin[1])], *([name, money.exact(step)] for name, step in shown)]
    return Picture(
        "bridge",
        title,
        charts.money_unit(money.currency, scale),
        period,
        gettext("From %(begin)s %(first)s to %(end)s %(last)s, step by step.")
        % {"begin": begin[0], "first": money.text(begin[1]), "end": end[0], "last": money.text(end[1])},
        drawings.bridge(rows),
        Table([gettext("Step"), gettext("Amount")], [*table, [end[0], money.exact(end[1])]]),
    )


def short(month: date) -> str:
    """A month's name on an axis."""
    return f"{month.month}月" if (get_language() or "").startswith("zh") else f"{month:%b}"[:3]


def _greatest(steps: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    by_size = sorted(steps, key=lambda step: -abs(step[1]))
    kept = {name for name, _step in by_size[: MOST_STEPS - 1]}
    rest = [step for name, step in steps if name not in kept]
    others = gettext("%(n)d others") % {"n": len(rest)}
    return [*((name, step) for name, step in steps if name in kept), (others, sum(rest))]


def _on(scale: Scale, minor: float | None, money: Money) -> float | None:
    return scale.of(None if minor is None else round(minor), money.digits)


def _most(row: Values) -> int:
    return round(max(row.get("ordered") or 0, row.get("target") or 0, row.get("ordered_year_before") or 0))


def _month_row(row: Values, money: Money, as_of: date) -> list[str]:
    ahead = _ahead(row, as_of)
    sold = row.get("ordered", 0) if row["month"] <= as_of else None
    figures = [sold, row.get("target"), ahead, row.get("ordered_year_before")]
    return [f"{row['month']:%Y-%m}", *(money.exact(figure) for figure in figures)]


def _ahead(row: Values, as_of: date) -> float | None:
    """Sales less plan to date; a month with a plan and no sale shows all of it missing (case 3)."""
    if row["month"] > as_of or row.get("target_to_date") is None:
        return None
    return float((row.get("ordered") or 0) - row["target_to_date"])


def _tip(row: Values, money: Money, as_of: date) -> str:
    names: list[tuple[str, Callable[[Values], float | None]]] = [
        (gettext("Actual"), lambda one: one.get("ordered", 0) if one["month"] <= as_of else None),
        (gettext("Plan"), lambda one: one.get("target")),
        (gettext("Last year"), lambda one: one.get("ordered_year_before")),
    ]
    lines = [f"{name}: {money.text(get(row))}" for name, get in names]
    return "\n".join([f"{row['month']:%Y-%m}", *lines])
