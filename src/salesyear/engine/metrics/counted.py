"""The ways of counting that are no plain sum: customers each once, orders each once, invoices still open.

Customers do not add up: a customer who buys in March and in April is one customer. So these are counted from rows each
time, never from sums of sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

from salesyear.engine.messages import noop
from salesyear.engine.metrics.asking import Asked, NeedsPeriod, is_time, month_end, month_number
from salesyear.engine.metrics.figure import Base, Span, one
from salesyear.engine.metrics.rows import YEAR, Rows
from salesyear.engine.metrics.tables import GOODS

Counted = Callable[[Rows], Any]
Together = Callable[[Rows, Sequence[Base]], Any]
PARTY = ("rep", "unit", "customer")  # the columns that say whose a row is
DAYS = 32  # a month and a day of it as one number: month × 32 + day, so that months add without date arithmetic


def sums(rows: Rows) -> Any:  # noqa: ANN401 - an Ibis table, here and below
    """The plain way: a sum."""
    return rows.totals({rows.base.name: sum_of(rows.base)})


def sum_of(base: Base) -> Callable[[Any], Any]:
    """The sum of a base figure's column over the rows that count."""

    def total(table: Any) -> Any:  # noqa: ANN401
        which = base.rows(table) if base.rows else None
        if base.adds is one:
            return table.count(where=which).cast("int64")
        return base.adds(table).sum(where=which).cast("int64")

    return total


def _strategic(rows: Rows) -> Any:  # noqa: ANN401
    products = rows.facts.all_rows("products")
    strategic = products.filter(products.strategic == 1)
    return sums(rows.kept(lambda t: [t["product"].isin(strategic["product"])]))


def _orders(rows: Rows) -> Any:  # noqa: ANN401
    return bought(rows).count_each("order")


def _to_date(rows: Rows) -> Any:  # noqa: ANN401
    """Months that are over in full, the running one by its working days."""
    end = rows.asked.end
    if end is None:
        return sums(rows)
    running, share, adds = month_number(end), share_of_month(rows, end), rows.base.adds
    parts = rows.totals(
        {
            "_over": lambda t: adds(t).sum(where=t.month < running).cast("int64"),
            "_runs": lambda t: adds(t).sum(where=t.month == running).cast("int64"),
        }
    )
    over, runs = (parts[name].fill_null(0).cast("float64") for name in ("_over", "_runs"))
    return parts.mutate(**{rows.base.name: over + runs * share}).drop("_over", "_runs")


def share_of_month(rows: Rows, end: date) -> float:
    """Which part of a month's working days is over at the end of a day."""
    first, last = end.replace(day=1), month_end(end)
    whole = rows.facts.working(first, last)
    return rows.facts.working(first, end) / whole if whole else end.day / last.day


def bought(rows: Rows) -> Rows:
    """Purchases alone: a return is none."""
    return rows.kept(lambda t: [t.kind > 0])


def _universe(rows: Rows) -> Any:  # noqa: ANN401
    """Each customer there is has one row."""
    return rows.totals({rows.base.name: lambda t: t.count().cast("int64")})


def _buying(rows: Rows, bases: Sequence[Base]) -> Any:  # noqa: ANN401
    """Who bought, and who bought again: on a first day and on a later last one. One pass over the rows for both."""
    found = _buyers(rows).each("customer", {"_first": lambda t: t["_first"].min(), "_last": lambda t: t["_last"].max()})
    if rows.joins():  # one customer of two places is one customer of what both belong to
        one = found.group_by([*(found[split] for split in rows.by), found["_of"]])
        found = one.aggregate(_first=found["_first"].min(), _last=found["_last"].max())
    again = (found["_first"] < found["_last"]).sum().fill_null(0)
    counts = {"buyers": found.count(), "repeat": again}
    return _many(found, rows, {base.name: counts[base.how].cast("int64") for base in bases})


def _buyers(rows: Rows) -> Rows:
    """Purchases as `_first` and `_last` day, one row for each customer, person and place where no more is asked.

    Those are few and stand for many, so the engine may keep them: every place of a period is then counted from them.
    """
    if not _of_party(rows):
        found = bought(rows)
        return replace(found, rows=found.rows.mutate(_first=found.rows.day, _last=found.rows.day))
    plain = bought(Rows.of(rows.facts, replace(rows.asked, by=(), where=()), rows.base)).rows
    one = plain.group_by([plain[key] for key in PARTY]).aggregate(_first=plain.day.min(), _last=plain.day.max())
    return replace(rows, rows=rows.facts.held(one)).kept(rows.asked_for)


def _of_party(rows: Rows) -> bool:
    """Whether all that is asked of rows is known by whose they are."""
    splits = {*rows.by, *(split for split, _ in rows.asked.where)}
    return rows.keys() <= {*PARTY} and not any(is_time(split) for split in splits)


def _lines(rows: Rows) -> Any:  # noqa: ANN401
    """Different pairs of a customer and a line."""
    finer = replace(_lined(rows), by=tuple(dict.fromkeys((*rows.by, "line"))))
    pairs = finer.each("customer", {})
    pairs = pairs.filter(pairs.line != 0).select(*finer.by, "_of").distinct()
    return _grouped(pairs, rows, pairs.count().cast("int64"))


def _lined(rows: Rows) -> Rows:
    """Purchases with a product, one row for each buyer and line where no more is asked, kept as buyers are."""
    if not _of_party(rows):
        return bought(rows)
    plain = bought(Rows.of(rows.facts, replace(rows.asked, by=(), where=()), rows.base)).rows
    lines = rows.facts.all_rows("products")
    lines = lines.select(_product=lines["product"], _line=lines.line)
    both = plain.left_join(lines, plain["product"] == lines["_product"])
    one = both.group_by([*(both[key] for key in PARTY), both["_line"]]).aggregate(product=both["product"].min())
    return replace(rows, rows=rows.facts.held(one.drop("_line"))).kept(rows.asked_for)


def _grouped(table: Any, rows: Rows, value: Any) -> Any:  # noqa: ANN401
    return _many(table, rows, {rows.base.name: value})


def _many(table: Any, rows: Rows, named: Mapping[str, Any]) -> Any:  # noqa: ANN401
    keys = [table[split] for split in rows.asked.by if split in table.columns]
    return table.group_by(keys).aggregate(**named) if keys else table.aggregate(**named)


def _covered(rows: Rows, table: str = "sold") -> Any:  # noqa: ANN401
    """Customers there are who have a row in a table, where the customer belongs."""
    there = replace(rows.base, table=table, span=Span.TO_DATE)
    moving = tuple(split for split in rows.asked.by if _of_row(split))
    asked = replace(rows.asked, by=moving, where=tuple(one for one in rows.asked.where if _of_row(one[0])))
    found = Rows.of(rows.facts, asked, there)
    found = _buyers(found) if table == "sold" else found.kept(lambda t: [t.valid == 1])
    seen = found.each("customer", {}).select(*moving, "_of")
    seen = seen.distinct() if found.joins() else seen
    who = _whole(rows).rename(_who="_of")
    both = seen.inner_join(who, seen["_of"] == who["_who"])
    return _grouped(both, rows, both.count().cast("int64"))


def _of_row(split: str) -> bool:
    return is_time(split) or split in GOODS


def _whole(rows: Rows) -> Any:  # noqa: ANN401
    """The customers there are, one row each, with what they belong to."""
    by = tuple(split for split in rows.asked.by if not _of_row(split))
    where = tuple(one for one in rows.asked.where if not _of_row(one[0]))
    base = replace(rows.base, table="customers", span=Span.ALWAYS)
    return Rows.of(rows.facts, replace(rows.asked, by=by, where=where), base).listed("customer")


def _last_days(rows: Rows) -> Any:  # noqa: ANN401
    """Customers who ever bought up to the day, with the day of the last purchase."""
    base = replace(rows.base, table="sold", span=Span.BALANCE)
    found = bought(Rows.of(rows.facts, replace(rows.asked, by=(), where=()), base))
    last = found.each("customer", {"_last": lambda t: t.day.max()})
    who = _whole(rows).rename(_who="_of")
    return last.inner_join(who, last["_of"] == who["_who"])


def _known(rows: Rows) -> Any:  # noqa: ANN401
    both = _last_days(rows)
    return _grouped(both, rows, both.count().cast("int64"))


def _churned(rows: Rows) -> Any:  # noqa: ANN401
    gone = last_day(rows.asked, rows.base) - timedelta(days=rows.facts.policy["churn_days"])
    both = _last_days(rows)
    both = both.filter(both["_last"] < gone)
    return _grouped(both, rows, both.count().cast("int64"))


def last_day(asked: Asked, base: Base) -> date:
    """The day on which somebody looks. Raises NeedsPeriod when nobody has said."""
    if asked.end is None:
        raise NeedsPeriod(noop("“%(figure)s” compares days: say which period."), figure=base.name)
    return asked.end


def _starts(rows: Rows) -> Any:  # noqa: ANN401
    """First purchases: `_who` and `_start`, those with none in the look-back before them."""
    back, period = rows.facts.policy["new_customer_lookback"], rows.asked.period
    base = replace(rows.base, span=Span.BALANCE)
    found = bought(Rows.of(rows.facts, replace(rows.asked, by=(), where=()), base)).rows
    if period is None:
        return rows.facts.held(_all_starts(found, back))
    since = month_number(period.first) - YEAR
    found = found.filter(found.month >= since - back)
    once = month_number(period.last) - since < back
    return rows.facts.held(_last_starts(found, since, back) if once else _all_starts(found, back))


def _last_starts(found: Any, since: int, back: int) -> Any:  # noqa: ANN401
    """First purchases from the month `since` on, where no look-back fits in after it: each customer has one at most.

    That is the first purchase since then, if the last one before is long enough ago: two sums, no ordering.
    """
    moment = _moment(found)
    ends = found.group_by(_who=found.customer).aggregate(
        _start=moment.min(where=found.month >= since), _before=moment.max(where=found.month < since)
    )
    ends = ends.filter(ends["_start"].notnull())
    return ends.filter(ends["_before"].isnull() | (ends["_before"] + back * DAYS < ends["_start"])).drop("_before")


def _all_starts(found: Any, back: int) -> Any:  # noqa: ANN401
    days = found.select(_who=found.customer, _start=_moment(found)).distinct()
    before = days["_start"].lag().over(group_by=days["_who"], order_by=days["_start"])
    days = days.mutate(_before=before)
    return days.filter(days["_before"].isnull() | (days["_before"] + back * DAYS < days["_start"])).drop("_before")


def _moment(rows: Any) -> Any:  # noqa: ANN401
    return (rows.month * DAYS + rows.day.day()).cast("int64")


def _new_customers(rows: Rows) -> Any:  # noqa: ANN401
    """Customers who bought on the very day that made them new, in the period."""
    return _on_new(bought(rows), lambda t: t["_at"] == t["_start"]).count_each("customer")


def _new_sales(rows: Rows) -> Any:  # noqa: ANN401
    return sums(_on_new(rows, lambda t: (t["_at"] >= t["_start"]) & (t["_at"] < t["_start"] + YEAR * DAYS)))


def _on_new(rows: Rows, when: Callable[[Any], Any]) -> Rows:
    """Rows of customers while they are new."""
    starts = _starts(rows)
    dated = rows.rows.mutate(_at=_moment(rows.rows))
    both = dated.inner_join(starts, dated.customer == starts["_who"])
    return replace(rows, rows=both.filter(when(both)))


def _win_back_targets(rows: Rows) -> Any:  # noqa: ANN401
    return rows.count_each("customer")


def _won_back(rows: Rows) -> Any:  # noqa: ANN401
    window = rows.facts.policy["win_back_days"]
    sold = rows.facts.table("sold")
    sold = sold.filter(sold.kind > 0).select(_who=sold.customer, _bought=sold.day)
    both = rows.rows.inner_join(sold, rows.rows.customer == sold["_who"])
    after = both["_bought"].delta(both.day, unit="day")
    return replace(rows, rows=both.filter(after > 0, after <= window)).count_each("customer")


# Days past due, from and to: no bound where there is none.
AGES: Mapping[str, tuple[int | None, int | None]] = {
    "open_invoices": (None, None),
    "not_due": (None, 0),
    "overdue_30": (1, 30),
    "overdue_60": (31, 60),
    "overdue_90": (61, 90),
    "overdue_more": (91, None),
}


def _aged(rows: Rows, bases: Sequence[Base]) -> Any:  # noqa: ANN401
    """Open invoices by how long they are due: what is open is worked out once for all."""
    end = last_day(rows.asked, rows.base)
    rows = replace(rows, rows=_open(rows, end)).kept(rows.asked_for)
    return rows.totals({base.name: _of_age(*AGES[base.how], end) for base in bases})


def _of_age(least: int | None, most: int | None, end: date) -> Callable[[Any], Any]:
    def total(table: Any) -> Any:  # noqa: ANN401
        edges = [table.due_on >= end - timedelta(days=most)] if most is not None else []
        edges += [table.due_on <= end - timedelta(days=least)] if least is not None else []
        within = reduce(and_, edges) if edges else None
        return table["_open"].sum(where=within).cast("int64")

    return total


def _open(rows: Rows, end: date) -> Any:  # noqa: ANN401
    """Invoices with `_open`: less the receipts that name them, then less what else the customer paid, oldest first."""
    import ibis

    invoices, receipts = rows.facts.table("invoices"), rows.facts.table("receipts")
    invoices, receipts = invoices.filter(invoices.day <= end), receipts.filter(receipts.day <= end)
    named = receipts.group_by(_invoice=receipts.invoice).aggregate(_paid=receipts.amount.sum().cast("int64"))
    left = invoices.left_join(named, invoices["row"] == named["_invoice"]).drop("_invoice")
    left = left.mutate(_owed=left.amount - left["_paid"].fill_null(0))
    left = left.filter(left["_owed"] != 0)  # what is paid waits for nothing: few rows are left to put in order
    earlier = ibis.window(group_by=left.customer, order_by=[left.due_on, left.day, left["row"]], rows=(None, 0))
    owed, over = ibis.greatest(left["_owed"], 0), ibis.greatest(-left["_owed"], 0)
    left = left.mutate(
        _owed=owed,
        _until=owed.sum().over(earlier).cast("int64"),
        _over=over.sum().over(ibis.window(group_by=left.customer)).cast("int64"),
    )
    loose = receipts.anti_join(invoices, receipts.invoice == invoices["row"])
    loose = loose.group_by(_payer=loose.customer).aggregate(_loose=loose.amount.sum().cast("int64"))
    both = left.left_join(loose, left.customer == loose["_payer"]).drop("_payer")
    # What was free when all earlier invoices had been paid from it goes into this one, as far as it goes.
    rest = both["_over"] + both["_loose"].fill_null(0) - (both["_until"] - both["_owed"])
    paid = ibis.least(ibis.greatest(rest, 0), both["_owed"])
    both = both.mutate(_open=(both["_owed"] - paid).cast("int64"))
    return rows.facts.held(both.filter(both["_open"] != 0).select(*invoices.columns, "_open"))


COUNTED: dict[str, Counted] = {
    "strategic": _strategic,
    "orders": _orders,
    "to_date": _to_date,
    "universe": _universe,
    "covered": _covered,
    "visited": lambda rows: _covered(rows, "visits"),
    "lines": _lines,
    "new_customers": _new_customers,
    "new_sales": _new_sales,
    "known": _known,
    "churned": _churned,
    "win_back_targets": _win_back_targets,
    "won_back": _won_back,
}
# Figures that are counted in one pass when they are asked together: each way with its pass.
TOGETHER: dict[str, Together] = {"buyers": _buying, "repeat": _buying, **dict.fromkeys(AGES, _aged)}
