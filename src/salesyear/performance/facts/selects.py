"""The facts as SQL: one query for each kind, alike on SQLite and PostgreSQL, so that files and live tables agree.

A shared order line becomes one row for each share, in whole minor units by largest remainder (case 1: it counts once);
an amount in a foreign currency is converted at the rate of its day, rounded once (case 2), and is empty where nobody
has said the rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

from django.db import connection

from salesyear.core import rls
from salesyear.performance.facts.changes import month_of

MICRO = 1_000_000


@dataclass(frozen=True)
class Money:
    """How amounts become the company's own currency: its code and each currency's digits."""

    base: str
    digits: tuple[tuple[str, int], ...]

    def amount(self, alias: str, day: str) -> str:
        """The SQL of a row's amount in the company's own currency."""
        foreign = [(code, digits) for code, digits in self.digits if code != self.base]
        if not foreign:
            return f"{alias}.amount"
        cases = " ".join(f"WHEN '{code}' THEN {self._converted(alias, day, digits)}" for code, digits in foreign)
        return f"CASE {alias}.currency_id {cases} ELSE {alias}.amount END"

    def _converted(self, alias: str, day: str, digits: int) -> str:
        own = dict(self.digits)[self.base]
        above, below = 10**own, MICRO * 10**digits
        above, below = above // gcd(above, below), below // gcd(above, below)
        rate = (
            f"(SELECT x.micros FROM sales_rate x WHERE x.currency_id = {alias}.currency_id "
            f"AND x.starts_on <= {alias}.{day} ORDER BY x.starts_on DESC LIMIT 1)"
        )
        return f"{_sign(f'{alias}.amount')} * {_half_up(f'ABS({alias}.amount)', rate, above, below)}"


@dataclass(frozen=True)
class Span:
    """Which rows are read: of all months, of one (by its number), or of some days of it."""

    month: int | None = None
    days: tuple[str, ...] = ()

    def only(self, days: Iterable[int]) -> Span:
        """Just some days of its month, each given by its number in it."""
        month = self.month or 0
        return Span(month, tuple(f"{month // 12:04}-{month % 12 + 1:02}-{day:02}" for day in sorted(days)))

    def within(self, day: str) -> str:
        """The condition that a day falls into it, in a form that an index serves."""
        if self.month is None:
            return "1 = 1"
        if self.days:
            return f"{day} IN ({', '.join(repr(one) for one in self.days)})"
        return f"{day} >= '{_first_day(self.month)}' AND {day} < '{_first_day(self.month + 1)}'"

    def number(self, day: str) -> str:
        """The month of a day that falls into it."""
        return month_of(day) if self.month is None else f"{self.month}"


ALL = Span()


def sold(money: Money, span: Span = ALL) -> str:
    """Sales and returns, a shared sale one row a share.

    Lines with shares are looked for by themselves: few are shared, and the others would be read once more for them.
    """
    line, back = span.within("l.ordered_on"), span.within("b.returned_on")
    amount, returned = money.amount("l", "ordered_on"), money.amount("b", "returned_on")
    dated = f"l.ordered_on AS day, {span.number('l.ordered_on')} AS month, l.customer_id AS customer"
    own = 'COALESCE(l.unit_id, 0) AS line_unit, COALESCE(l.rep_id, 0) AS line_rep, l.order_id AS "order"'
    shared = "EXISTS (SELECT 1 FROM sales_credit q WHERE q.order_id = l.order_id)"
    return f"""
SELECT l.id AS "row", 1 AS kind, {dated}, COALESCE(l.rep_id, 0) AS rep, COALESCE(l.unit_id, 0) AS unit, {own},
  l.product_id AS product, {amount} AS amount, l.quantity_micros AS quantity
FROM sales_orderline l WHERE {line} AND NOT {shared}
UNION ALL
SELECT "row", 1, day, month, customer, rep, unit, line_unit, line_rep, "order", product,
  sign * (part + CASE WHEN place <= whole - parts THEN 1 ELSE 0 END), quantity
FROM (SELECT *, whole_size * shares / {MICRO} AS whole, CAST(SUM(part) OVER (PARTITION BY "row") AS BIGINT) AS parts,
    ROW_NUMBER() OVER (PARTITION BY "row" ORDER BY rest DESC, credit) AS place
  FROM (SELECT l.id + 0 AS "row", {dated}, c.rep_id AS rep, COALESCE(c.unit_id, 0) AS unit, {own},
      l.product_id AS product,
      c.id AS credit, {_sign("l.own")} AS sign, ABS(l.own) AS whole_size, ABS(l.own) * c.part_of / {MICRO} AS part,
      ABS(l.own) * c.part_of % {MICRO} AS rest,
      CAST(SUM(c.part_of) OVER (PARTITION BY l.id) AS BIGINT) AS shares,
      l.quantity_micros * c.part_of / {MICRO} AS quantity
    FROM (SELECT l.*, {amount} AS own FROM sales_orderline l WHERE {line} AND {shared}) l
    JOIN (SELECT k.*, CAST(k.share AS BIGINT) AS part_of FROM sales_credit k) c ON c.order_id = l.order_id) s) p
UNION ALL
SELECT b.id, -1, b.returned_on, {span.number("b.returned_on")}, b.customer_id, COALESCE(b.rep_id, 0),
  COALESCE(b.unit_id, 0), COALESCE(b.unit_id, 0), COALESCE(b.rep_id, 0), COALESCE(b.order_id, 0),
  COALESCE(b.product_id, 0), -({returned}), -COALESCE(b.quantity_micros, 0)
FROM sales_return b WHERE {back}"""


def invoices(money: Money, span: Span = ALL) -> str:
    """What customers owe; without a due date it is due at once."""
    due = "COALESCE(p.due_on, p.invoiced_on)"
    return f"""
SELECT p.id AS "row", p.invoiced_on AS day, {span.number("p.invoiced_on")} AS month, p.customer_id AS customer,
  COALESCE(p.rep_id, 0) AS rep, COALESCE(p.unit_id, 0) AS unit, {due} AS due_on, {month_of(due)} AS due_month,
  {money.amount("p", "invoiced_on")} AS amount
FROM sales_invoice p WHERE {span.within("p.invoiced_on")}"""


def receipts(money: Money, span: Span = ALL) -> str:
    """Money that came in; invoice 0 where none is named."""
    return f"""
SELECT p.id AS "row", p.received_on AS day, {span.number("p.received_on")} AS month, p.customer_id AS customer,
  COALESCE(p.rep_id, 0) AS rep, COALESCE(p.unit_id, 0) AS unit, COALESCE(p.invoice_id, 0) AS invoice,
  {money.amount("p", "received_on")} AS amount
FROM sales_receipt p WHERE {span.within("p.received_on")}"""


CUSTOMERS = """
SELECT c.id AS customer, COALESCE(c.owner_id, 0) AS rep, COALESCE(c.unit_id, 0) AS unit,
  COALESCE(c.agency_id, 0) AS agency, c.segment, c.industry, c.grade, c.city, c.province,
  COALESCE(c.city_tier, 0) AS city_tier
FROM crm_customer c"""
PRODUCTS = """
SELECT p.id AS product, COALESCE(p.line_id, 0) AS line, p.category,
  CASE WHEN p.strategic OR COALESCE(n.strategic, p.strategic) THEN 1 ELSE 0 END AS strategic
FROM sales_product p LEFT JOIN sales_line n ON n.id = p.line_id"""
_TABLE = {"sold": "sales_orderline", "invoices": "sales_invoice", "receipts": "sales_receipt"}
DATED = {"sold": sold, "invoices": invoices, "receipts": receipts}


def about_how_many(name: str) -> int:
    """About how many rows a kind of facts that is dated has, without counting them: how far their keys reach."""
    table = _TABLE[name]
    with rls.as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT MAX(id) FROM {table}) - (SELECT MIN(id) FROM {table}) + 1")
        return int(cursor.fetchone()[0] or 0)


def _first_day(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}-01"


def _sign(amount: str) -> str:
    return f"CASE WHEN {amount} < 0 THEN -1 ELSE 1 END"


def _half_up(size: str, rate: str, above: int, below: int) -> str:
    """A size above 0 times a rate times above / below, rounded half up, in whole numbers all the way."""
    if connection.vendor == "postgresql":  # whose whole numbers refuse to run over: numeric does not
        return f"div({size}::numeric * {rate} * {2 * above} + {below}, {2 * below})::bigint"
    return f"(({size} * {rate} * {2 * above} + {below}) / {2 * below})"
