"""The seven questions of the board as SQL written by hand, for DuckDB, PostgreSQL and SQLite. Prints nothing.

The definitions are the catalogue's: a customer is new when nothing was bought in the 24 months before, sales count as
new for 12 months, a payment that names no invoice pays the customer's oldest. Each is one query, as somebody would
write it who knows the tables and wants it fast.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from salesyear.engine.metrics.asking import month_number

YEAR = 12
LOOK_BACK = 24


def boards(first: date, last: date, dialect: str) -> dict[str, str]:
    """The queries by name, for the months from `first` to `last`, on one of duckdb, postgres, sqlite."""
    begin, end = month_number(first), month_number(last)
    of_day = f"month * 32 + {_DAY_OF_MONTH[dialect]}"
    return {
        "attainment": f"""
            SELECT region, month, SUM(sold) AS ordered, SUM(target) AS target FROM (
              SELECT unit, month, SUM(amount) AS sold, 0 AS target FROM sold
              WHERE month BETWEEN {begin} AND {end} GROUP BY unit, month
              UNION ALL
              SELECT unit, month, 0, SUM(target) FROM targets WHERE month BETWEEN {begin} AND {end} GROUP BY unit, month
            ) a JOIN units ON units."row" = a.unit GROUP BY region, month ORDER BY region, month""",
        "top 100": f"""
            SELECT customer, SUM(CASE WHEN month >= {begin} THEN amount ELSE 0 END) AS ordered,
              SUM(CASE WHEN month < {begin} THEN amount ELSE 0 END) AS ordered_year_before
            FROM sold WHERE month BETWEEN {begin} AND {end} OR month BETWEEN {begin - YEAR} AND {end - YEAR}
            GROUP BY customer ORDER BY 2 DESC, 1 LIMIT 100""",
        "new customers": f"""
            WITH days AS (
              SELECT DISTINCT customer, {of_day} AS moment FROM sold
              WHERE kind > 0 AND month BETWEEN {begin - YEAR - LOOK_BACK} AND {end}
            ), starts AS (
              SELECT customer, moment FROM (
                SELECT customer, moment, LAG(moment) OVER (PARTITION BY customer ORDER BY moment) AS earlier FROM days
              ) d
              WHERE earlier IS NULL OR earlier + {LOOK_BACK * 32} < moment
            )
            SELECT SUM(s.amount) AS new_customer_sales FROM sold s JOIN starts ON starts.customer = s.customer
            WHERE s.month BETWEEN {begin} AND {end} AND {of_day} >= moment AND {of_day} < moment + {YEAR * 32}""",
        "repurchase": f"""
            SELECT COUNT(*) AS active_customers, SUM(CASE WHEN first_on < last_on THEN 1 ELSE 0 END) AS repeat_customers
            FROM (
              SELECT customer, MIN(day) AS first_on, MAX(day) AS last_on FROM sold
              WHERE kind > 0 AND month BETWEEN {begin} AND {end} GROUP BY customer) c""",
        "ageing": _ageing(last),
        "coverage": f"""
            SELECT c.rep, COUNT(*) AS customers, COUNT(s.customer) AS covered_customers FROM customers c
            LEFT JOIN (SELECT DISTINCT customer FROM sold WHERE kind > 0 AND month BETWEEN {begin} AND {end}) s
              ON s.customer = c.customer
            GROUP BY c.rep ORDER BY c.rep""",
        "total": f"SELECT SUM(amount) AS ordered FROM sold WHERE month BETWEEN {begin} AND {end}",
    }


_DAY_OF_MONTH = {
    "duckdb": "day(day)",
    "postgres": "EXTRACT(DAY FROM day)::int",
    "sqlite": "CAST(substr(day, 9, 2) AS INTEGER)",
}


def _ageing(end: date) -> str:
    """What is open, in five buckets by the days since it was due."""
    steps = [end - timedelta(days=days) for days in (0, 30, 60, 90)]
    edges = [f"due_on >= '{steps[0]}'"]
    edges += [f"due_on < '{late}' AND due_on >= '{later}'" for late, later in pairwise(steps)]
    edges += [f"due_on < '{steps[-1]}'"]
    names = ("not_due", "overdue_30", "overdue_60", "overdue_90", "overdue_more")
    sums = ", ".join(
        f"SUM(CASE WHEN {edge} THEN still ELSE 0 END) AS {name}" for name, edge in zip(names, edges, strict=True)
    )
    return f"""
        WITH paid AS (
          SELECT invoice, SUM(amount) AS amount FROM receipts WHERE day <= '{end}' AND invoice <> 0 GROUP BY invoice
        ), free AS (
          SELECT customer, SUM(amount) AS amount FROM receipts WHERE day <= '{end}' AND invoice = 0 GROUP BY customer
        ), owed AS (
          SELECT i.customer, i."row", i.due_on, i.day, i.amount - COALESCE(paid.amount, 0) AS left_over
          FROM invoices i LEFT JOIN paid ON paid.invoice = i."row"
          WHERE i.day <= '{end}' AND i.amount > COALESCE(paid.amount, 0)
        ), queue AS (
          SELECT *, SUM(left_over) OVER (PARTITION BY customer ORDER BY due_on, day, "row") AS so_far FROM owed
        ), still AS (
          SELECT due_on, CASE WHEN COALESCE(f.amount, 0) <= so_far - left_over THEN left_over
            WHEN COALESCE(f.amount, 0) >= so_far THEN 0 ELSE so_far - COALESCE(f.amount, 0) END AS still
          FROM queue q LEFT JOIN free f ON f.customer = q.customer
        )
        SELECT {sums} FROM still"""
