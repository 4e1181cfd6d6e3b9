"""The ways of counting that are no plain sum: customers each once, orders each once, the running month by its share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesyear.engine.metrics.asking import month_end, month_number
from salesyear.engine.metrics.rows import Rows

Counted = Callable[[Rows], Any]


def _strategic(rows: Rows) -> Any:  # noqa: ANN401 - an Ibis table, here and below
    products = rows.facts.all_rows("products")
    strategic = products.filter(products.strategic == 1)
    return sums(rows.kept(lambda t: [t["product"].isin(strategic["product"])]))


def _orders(rows: Rows) -> Any:  # noqa: ANN401
    return rows.kept(lambda t: [t.kind > 0]).count_each("order")


def _to_date(rows: Rows) -> Any:  # noqa: ANN401
    """Months that are over in full, the running one by its working days."""
    end = rows.asked.end
    if end is None:
        return sums(rows)
    running, share = month_number(end), share_of_month(rows, end)
    adds = rows.base.adds
    parts = rows.totals(
        {
            "_over": lambda t: adds(t).sum(where=t.month < running).cast("int64"),
            "_runs": lambda t: adds(t).sum(where=t.month == running).cast("int64"),
        }
    )
    over, runs = (parts[name].fill_null(0).cast("float64") for name in ("_over", "_runs"))
    return parts.mutate(**{rows.base.name: over + runs * share}).drop("_over", "_runs")


def share_of_month(rows: Rows, end: Any) -> float:  # noqa: ANN401 - a date
    """Which part of a month's working days is over at the end of a day."""
    first, last = end.replace(day=1), month_end(end)
    whole = rows.facts.working(first, last)
    return rows.facts.working(first, end) / whole if whole else end.day / last.day


def sums(rows: Rows) -> Any:  # noqa: ANN401
    """The plain way: a sum."""
    return rows.totals({rows.base.name: sum_of(rows)})


def sum_of(rows: Rows) -> Callable[[Any], Any]:
    """The sum of a base figure's column over the rows that count."""
    base = rows.base
    adds, which = base.adds, base.rows

    def total(table: Any) -> Any:  # noqa: ANN401
        return adds(table).sum(where=which(table) if which else None).cast("int64")

    return total


COUNTED: dict[str, Counted] = {"strategic": _strategic, "orders": _orders, "to_date": _to_date}
