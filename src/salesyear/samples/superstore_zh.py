"""示例超市: a Chinese retailer's order lines by 地区, 省 and 城市; no salespeople and no targets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from salesyear.samples.tables import Row, Sample, Table, moved, published

NAME = "superstore-zh"
COMPANY = "CS"
FIRST_DAY = "2016-01-01"
CODES, CODES_AS_OF = "行政区划代码 (modood/Administrative-divisions-of-China)", "2022-12-29"


def tables(years: int) -> Iterator[Table]:
    """Return its tables in the order in which they build on each other, dates moved by `years`."""
    sold = published(NAME, "supermarket")
    yield Table("currencies", ("code", "name", "digits", "is_base"), [("CNY", "人民币", 2, "yes")])
    yield _units(sold, years)
    yield Table("lines", ("code", "name"), [(name, name) for name in _once(sold, "product_type")])
    yield _products(sold)
    yield _customers(sold)
    yield _order_lines(sold, years)
    yield _indicators(sold)


def _once(rows: list[Row], key: str) -> list[str]:
    return sorted({row[key] for row in rows})


def _territory(row: Row) -> str:
    # 海南 stands under two areas in the published file; each keeps its own part.
    return f"{row['area']}-{row['province']}"


def _units(sold: list[Row], years: int) -> Table:
    start = moved(FIRST_DAY, years)
    provinces = {_territory(row): row for row in sold}
    rows = [(COMPANY, "示例超市", "company", "", start)]
    rows += [(area, area, "region", COMPANY, start) for area in _once(sold, "area")]
    rows += [(code, row["province"], "territory", row["area"], start) for code, row in sorted(provinces.items())]
    return Table("units", ("code", "name", "kind", "parent", "starts_on"), rows)


def _products(sold: list[Row]) -> Table:
    # 22 numbers are published with two names; the first one stands.
    first: dict[str, Row] = {}
    for row in sold:
        first.setdefault(row["product_id"], row)
    rows = [(key, row["product_name"], row["product_type"], row["product_sub_type"]) for key, row in first.items()]
    return Table("products", ("code", "name", "line", "category"), rows)


def _customers(sold: list[Row]) -> Table:
    # A customer buys in many cities, so none of them is the customer's own: the city stands on the order.
    rows = {row["customer_id"]: (row["customer_id"], row["customer_name"], row["customer_type"]) for row in sold}
    return Table("customers", ("code", "name", "segment"), list(rows.values()))


def _order_lines(sold: list[Row], years: int) -> Table:
    rows = (
        (
            row["order_id"],
            row["id"],
            moved(row["order_date"], years),
            moved(row["delivery_date"], years),
            row["customer_id"],
            _territory(row),
            row["city"],
            row["product_id"],
            row["amount"],
            row["discount"],
            row["sales"],
            str(Decimal(row["sales"]) - Decimal(row["profit"])),
            "CNY",
        )
        for row in sold
    )
    columns = ("order", "key", "ordered_on", "shipped_on", "customer", "unit", "city", "product", "quantity")
    return Table("orderlines", (*columns, "discount", "amount", "cost", "currency"), rows)


def _indicators(sold: list[Row]) -> Table:
    # The one thing about these markets that is published and free: how many counties and districts a province has.
    territories: dict[str, str] = {}
    for row in sold:
        code, key = _territory(row), row["province"][:2]
        territories[key] = min(code, territories.get(key, code))
    rows = [
        (territories[row["province"][:2]], "区县数", CODES_AS_OF[:4], row["counties"], CODES, CODES_AS_OF)
        for row in published(NAME, "provinces")
        if row["province"][:2] in territories
    ]
    return Table("indicators", ("unit", "measure", "year", "units_micros", "source", "as_of"), rows)


SAMPLE = Sample(
    name=NAME,
    title="示例超市",
    currency=("CNY", "人民币"),
    last_full_year=2019,
    missing=(
        *("reps", "positions", "assignments", "quotas", "prices", "returns", "invoices", "receipts"),
        *("agencies", "credits", "rates"),
    ),
    tables=tables,
)
