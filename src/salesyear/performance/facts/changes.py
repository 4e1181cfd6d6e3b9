"""Which months of the facts have changed: noted by triggers, so that no way of writing can be forgotten.

Imports write with SQL of their own, undoing deletes behind Django's back, people edit single rows: the database sees
all of it, in the transaction of the change. Each change adds a random number to its day; the sum is the day's stamp,
and that of its days the month's. A counter would come round to an old value after a restored backup; a random sum does
not.

On PostgreSQL each statement adds rows of its own, so that two sellers at once never wait for each other, and `fold`
adds them up from time to time. SQLite has one writer and keeps one row a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from salesyear.performance.models import FactChange

TABLE = "performance_factchange"
FOLD_AT = 2_000
DAYS = 32  # rows of a month where nothing is to be folded: one a day, and one for what has no day
Stamps = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Source:
    """A table whose rows make up some facts: dated by a column, by a column of its order, by a key, or not at all."""

    facts: str
    table: str
    day: str = ""
    key: str = ""
    through: str = ""


SOURCES = (
    Source("sold", "sales_orderline", "ordered_on"),
    Source("sold", "sales_return", "returned_on"),
    Source("sold", "sales_credit", "ordered_on", through="sales_order"),
    Source("rates", "sales_rate", "starts_on"),
    Source("rates", "sales_currency"),
    Source("invoices", "sales_invoice", "invoiced_on"),
    Source("receipts", "sales_receipt", "received_on"),
    Source("quotas", "targets_quota"),
    Source("sheets", "plans_sheet", key="version_id"),
    Source("customers", "crm_customer"),
    Source("products", "sales_product"),
    Source("products", "sales_line"),
    Source("units", "org_unit"),
)


def month_of(day: str) -> str:
    """The SQL that numbers the month of a day."""
    if connection.vendor == "postgresql":
        return f"(EXTRACT(YEAR FROM {day})::bigint * 12 + EXTRACT(MONTH FROM {day})::bigint - 1)"
    return f"(CAST(strftime('%Y', {day}) AS INTEGER) * 12 + CAST(strftime('%m', {day}) AS INTEGER) - 1)"


def _day_of(day: str) -> str:
    """The SQL that says which day of its month a day is."""
    if connection.vendor == "postgresql":
        return f"EXTRACT(DAY FROM {day})::int"
    return f"CAST(strftime('%d', {day}) AS INTEGER)"


def apply(**_: object) -> None:
    """Put the triggers in place (after every migration); where one was missing, every month counts as changed."""
    if not {TABLE, *(source.table for source in SOURCES)} <= set(connection.introspection.table_names()):
        return  # half-way through the migrations of a new database
    wanted = list(_triggers())
    missing = {name for name, _ in wanted} - _present()
    with connection.cursor() as cursor:
        for name, statements in wanted:
            for statement in statements if name in missing or connection.vendor == "postgresql" else ():
                cursor.execute(statement)
    if missing:
        seed()


def seed() -> None:
    """Count every month there is as changed."""
    with connection.cursor() as cursor:
        for source in SOURCES:
            months = f"SELECT DISTINCT {_month(source, 'r')} AS month FROM {_rows(source, source.table, 'r')}"
            cursor.execute(
                f"INSERT INTO {TABLE} (facts, month, day, stamp) "
                f"SELECT '{source.facts}', month, 0, {_random()} FROM ({months}) AS m WHERE month IS NOT NULL"
            )
    fold()


def stamps() -> Stamps:
    """The stamp of every month of every kind of facts."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT facts, month, SUM(stamp), COUNT(*) FROM {TABLE} GROUP BY facts, month")
        found = cursor.fetchall()
    if sum(rows for *_, rows in found) > DAYS * len(found) + FOLD_AT and not connection.in_atomic_block:
        fold()
    return {(facts, int(month)): int(stamp) for facts, month, stamp, _ in found}


def days(facts: str, month: int) -> dict[int, int]:
    """The stamp of each day of a month that has changed, 0 for what changed in it without saying when."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day, SUM(stamp) FROM {TABLE} WHERE facts = %s AND month = %s GROUP BY day", [facts, month]
        )
        return {int(day): int(stamp) for day, stamp in cursor.fetchall()}


def fold() -> None:
    """Add up the rows of each day; stamps stay what they are."""
    with transaction.atomic():
        rows = list(FactChange.objects.select_for_update(skip_locked=connection.vendor == "postgresql"))
        sums: dict[tuple[str, int, int], int] = {}
        for row in rows:
            sums[row.facts, row.month, row.day] = sums.get((row.facts, row.month, row.day), 0) + row.stamp
        FactChange.objects.filter(pk__in=[row.pk for row in rows]).delete()
        FactChange.objects.bulk_create(
            FactChange(facts=facts, month=month, day=day, stamp=stamp) for (facts, month, day), stamp in sums.items()
        )


def _triggers() -> Iterator[tuple[str, list[str]]]:
    """Each trigger's name and the SQL that makes it."""
    for source in SOURCES:
        yield from (_postgresql if connection.vendor == "postgresql" else _sqlite)(source)


def _sqlite(source: Source) -> Iterator[tuple[str, list[str]]]:
    for event, sides in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        name = f"{source.table}_noted_{event}"
        body = " ".join(_note(source, side) for side in sides)
        yield name, [f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event.upper()} ON {source.table} BEGIN {body} END"]


def _note(source: Source, side: str) -> str:
    """SQLite: add to the day's row, making it first if need be."""
    month, day = _month(source, side), _day(source, side)
    if source.through:
        found = f"FROM {source.through} o WHERE o.id = {side}.order_id"
        month, day = f"(SELECT {_month(source, 'o')} {found})", f"(SELECT {_day(source, 'o')} {found})"
    here = f"facts = '{source.facts}' AND month = {month} AND day = {day}"
    return (
        f"INSERT INTO {TABLE} (facts, month, day, stamp) SELECT '{source.facts}', {month}, {day}, 0 "
        f"WHERE {month} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {TABLE} WHERE {here}); "
        f"UPDATE {TABLE} SET stamp = stamp + {_random()} WHERE {here};"
    )


def _postgresql(source: Source) -> Iterator[tuple[str, list[str]]]:
    function = f"salesyear_note_{source.table}"
    when = f"{_month(source, 'r')} AS month, {_day(source, 'r')} AS day"
    days_ = f"SELECT DISTINCT {when} FROM {_rows(source, 'changed', 'r')}"
    body = (
        f"INSERT INTO {TABLE} (facts, month, day, stamp) "
        f"SELECT '{source.facts}', month, day, {_random()} FROM ({days_}) AS m WHERE month IS NOT NULL; RETURN NULL;"
    )
    make = (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $$ BEGIN {body} END $$"
    )
    for event, side in (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD")):
        name = f"{source.table}_noted_{event}_{side.lower()}"
        yield (
            name,
            [
                make,
                (
                    f"CREATE OR REPLACE TRIGGER {name} AFTER {event.upper()} ON {source.table} "
                    f"REFERENCING {side} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                ),
            ],
        )
    name = f"{source.table}_noted_truncate"
    everything = f"salesyear_note_all_{source.facts}"
    body = (
        f"INSERT INTO {TABLE} (facts, month, day, stamp) SELECT facts, month, 0, {_random()} FROM "
        f"(SELECT DISTINCT facts, month FROM {TABLE}) AS m WHERE facts = '{source.facts}'; RETURN NULL;"
    )
    make = f"CREATE OR REPLACE FUNCTION {everything}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
    make += f"SET search_path = public, pg_temp AS $$ BEGIN {body} END $$"
    trigger = f"CREATE OR REPLACE TRIGGER {name} AFTER TRUNCATE ON {source.table} "
    yield name, [make, trigger + f"FOR EACH STATEMENT EXECUTE FUNCTION {everything}()"]


def _month(source: Source, alias: str) -> str:
    if source.key:
        return f"{alias}.{source.key}"
    return month_of(_dated(source, alias)) if source.day else "0"


def _day(source: Source, alias: str) -> str:
    return _day_of(_dated(source, alias)) if source.day and not source.key else "0"


def _dated(source: Source, alias: str) -> str:
    return f"{'o' if source.through and alias == 'r' else alias}.{source.day}"


def _rows(source: Source, table: str, alias: str) -> str:
    if not source.through:
        return f"{table} {alias}"
    return f"{table} {alias} JOIN {source.through} o ON o.id = {alias}.order_id"


def _random() -> str:
    if connection.vendor == "postgresql":
        return "1 + floor(random() * 2147483647)::bigint"
    return "1 + (random() & 2147483647)"


def _present() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}
