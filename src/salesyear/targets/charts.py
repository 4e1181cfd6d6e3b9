"""A kept baseline as charts: the year's months beside last year's, and the fan of what may come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import floor, log10

from django.utils.translation import get_language, gettext

from salesyear.core import charts, numbers
from salesyear.core.charts import Chart, Scale, Table, Values
from salesyear.targets.models import BaselineCell

BEFORE = 24  # months of history the fan begins with
_NICE = (1, 1.2, 1.6, 2, 3, 4, 6, 8)  # each a round figure also when quartered


def month_columns(cells: Sequence[BaselineCell], year: int) -> Chart:
    """The months of a year: sold or expected, beside the same month of the year before."""
    by, scale = {cell.starts_on: cell for cell in cells}, scale_of(cells)
    now = [by.get(date(year, month, 1)) for month in range(1, 13)]
    before = [by.get(date(year - 1, month, 1)) for month in range(1, 13)]
    option = charts.frame([_short(month) for month in range(1, 13)], _tips(now, before), top=top_of(cells, scale))
    last, this = str(year - 1), str(year)
    option["series"] = [
        charts.bars(last, _values(before, _actual, scale), "last", slot="last"),
        charts.bars(last, _values(before, _expected, scale), "last-forecast", slot="last"),
        charts.bars(this, _values(now, _actual, scale), "actual", slot="this"),
        charts.bars(this, _values(now, _expected, scale), "forecast", slot="this"),
    ]
    said = gettext("Columns by month: sales of %(year)d, sold or expected, beside those of %(before)d.")
    return Chart(
        "months",
        gettext("%(year)d by month") % {"year": year},
        charts.money_unit(cells[0].currency_id, scale),
        f"{year}-01 – {year}-12",
        said % {"year": year, "before": year - 1},
        option,
        _table(now, before),
        charts.key_of("last", "actual", "forecast"),
    )


def fan(cells: Sequence[BaselineCell]) -> Chart:
    """Two years of sales, and what is expected after them with the bounds of 80 and 95 % of what may come."""
    scale = scale_of(cells)
    known = [cell for cell in cells if cell.mean is None][-BEFORE:]
    shown = [*known, *(cell for cell in cells if cell.mean is not None)]
    by = {cell.starts_on: cell for cell in cells}
    before = [by.get(cell.starts_on.replace(year=cell.starts_on.year - 1)) for cell in shown]
    option = charts.frame([f"{one.starts_on:%Y-%m}" for one in shown], _tips(shown, before), top=top_of(cells, scale))
    joint = len(known) - 1  # the fan opens at the last month that is known
    edges = [_edge(shown, name, scale, joint) for name in ("low_95", "high_95", "low_80", "high_80", "mean")]
    option["series"] = [
        *charts.fan([(edges[0], edges[1]), (edges[2], edges[3])], (0.18, 0.42)),
        charts.line(gettext("last year"), _values(before, _either, scale), "last"),
        charts.line(gettext("actual"), _values(shown, _actual, scale), "actual"),
        charts.line(gettext("forecast"), edges[4], "forecast", dashed=True),
    ]
    period = f"{shown[0].starts_on:%Y-%m} – {shown[-1].starts_on:%Y-%m}"
    said = gettext("Lines by month, %(period)s: sales until %(last)s, then the forecast with its bounds.")
    return Chart(
        "fan",
        gettext("What may come"),
        charts.money_unit(cells[0].currency_id, scale),
        period,
        said % {"period": period, "last": f"{known[-1].starts_on:%Y-%m}"},
        option,
        _table(shown, before),
        charts.key_of("actual", "last", "line", "band-80", "band-95"),
    )


def scale_of(cells: Sequence[BaselineCell]) -> Scale:
    """Return the unit that all charts of a node share."""
    return charts.scale_for(max((_most(cell) for cell in cells), default=0), cells[0].currency.digits)


def top_of(cells: Sequence[BaselineCell], scale: Scale) -> float:
    """Return where the axis of all charts of a node ends: the next round figure."""
    most = max((scale.of(_most(cell), cells[0].currency.digits) or 0.0 for cell in cells), default=0.0)
    if most <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(most))
    return next((step * power for step in _NICE if step * power >= most), 10 * power)


def _most(cell: BaselineCell) -> int:
    return max(cell.actual or 0, cell.high_95 or 0, cell.mean or 0)


def _actual(cell: BaselineCell) -> int | None:
    found: int | None = cell.actual
    return found


def _expected(cell: BaselineCell) -> int | None:
    found: int | None = cell.mean
    return found


def _either(cell: BaselineCell) -> int | None:
    found: int | None = cell.mean if cell.actual is None else cell.actual
    return found


def _values(cells: Sequence[BaselineCell | None], part: Callable[[BaselineCell], int | None], scale: Scale) -> Values:
    return [scale.of(part(cell), cell.currency.digits) if cell else None for cell in cells]


def _edge(cells: Sequence[BaselineCell], name: str, scale: Scale, joint: int) -> Values:
    ends = [cell.actual if place == joint else getattr(cell, name) for place, cell in enumerate(cells)]
    return [scale.of(end, cells[0].currency.digits) for end in ends]


def _short(month: int) -> str:
    return f"{month}月" if (get_language() or "").startswith("zh") else f"{date(2000, month, 1):%b}"


def _tips(now: Sequence[BaselineCell | None], before: Sequence[BaselineCell | None]) -> list[str]:
    return [_tip(one, last) for one, last in zip(now, before, strict=True)]


def _tip(cell: BaselineCell | None, before: BaselineCell | None) -> str:
    if cell is None:
        return numbers.MISSING
    lines = [f"{cell.starts_on:%Y-%m}"]
    if cell.actual is not None:
        lines.append(f"{gettext('actual')}: {_money(cell.actual, cell)}")
    if cell.mean is not None:
        lines.append(f"{gettext('baseline')}: {_money(cell.mean, cell)}")
        lines.append(f"80 %: {_money(cell.low_80, cell)} – {_money(cell.high_80, cell)}")
        lines.append(f"95 %: {_money(cell.low_95, cell)} – {_money(cell.high_95, cell)}")
    if before is not None:
        lines.append(f"{gettext('last year')}: {_money(_either(before), before)}")
    return "\n".join(lines)


def _money(minor: int | None, cell: BaselineCell) -> str:
    return numbers.money(minor, cell.currency_id, digits=cell.currency.digits).text


def _table(now: Sequence[BaselineCell | None], before: Sequence[BaselineCell | None]) -> Table:
    headings = [
        gettext("Month"),
        gettext("Actual"),
        gettext("Baseline"),
        gettext("80 % from"),
        gettext("80 % to"),
        gettext("Last year"),
    ]
    pairs = [(one, last) for one, last in zip(now, before, strict=True) if one]
    return Table(headings, [_row(one, last) for one, last in pairs])


def _row(cell: BaselineCell, before: BaselineCell | None) -> list[str]:
    figures = [cell.actual, cell.mean, cell.low_80, cell.high_80, _either(before) if before else None]
    return [f"{cell.starts_on:%Y-%m}", *(_exact(figure, cell) for figure in figures)]


def _exact(minor: int | None, cell: BaselineCell) -> str:
    return numbers.MISSING if minor is None else numbers.grouped(numbers.major(minor, cell.currency.digits), 0)
