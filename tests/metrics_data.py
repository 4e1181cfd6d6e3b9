"""The public data sets as tables of facts, and the engine this leg of the tests measures them on."""

from __future__ import annotations

import os
from datetime import date
from functools import cache, partial
from pathlib import Path

import polars as pl

import salesyear.samples
from salesyear.engine.metrics.facts import Facts
from salesyear.engine.metrics.tables import TABLES

GOLDEN = Path(__file__).parent / "engine" / "metrics" / "golden"
NORTHWIND = Path(__file__).parent / "importing" / "files" / "northwind"
ADVENTURE = Path(str(salesyear.samples.__file__)).parent / "adventureworks"
KINDS = {"int64": pl.Int64, "date": pl.Date, "string": pl.String}
Tables = dict[str, pl.DataFrame]


def table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with just the columns of a table; what it does not say is 0 or empty, `month` follows from `day`."""
    if "day" in frame.columns and "month" not in frame.columns:
        frame = frame.with_columns(month=month("day"))
    columns = []
    for column, kind in TABLES[name].columns.items():
        known = pl.col(column) if column in frame.columns else pl.lit("" if kind == "string" else 0)
        columns.append(known.cast(KINDS[kind]).alias(column))
    return frame.select(columns)


def month(day: str) -> pl.Expr:
    """The number of the month of a day."""
    return pl.col(day).dt.year().cast(pl.Int64) * 12 + pl.col(day).dt.month() - 1


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(ADVENTURE / f"{name}.csv.gz", infer_schema_length=None, try_parse_dates=True)


@cache
def adventureworks() -> Tables:
    """60,919 reseller order lines; the quotas of 17 salespeople, quarter by quarter, put on the quarter's first month.

    A unit is a territory's number, its region the number of the territory's group.
    """
    customers = _read("Customer").with_columns(pl.col("PersonId", "StoreId").cast(pl.Int64, strict=False))
    products = _read("Product").with_columns(pl.col("ProductSubcategoryId").cast(pl.Int64, strict=False))
    products = products.join(_read("ProductSubcategory"), on="ProductSubcategoryId", how="left")
    lines = _read("sales_order_lines").join(
        customers.filter(pl.col("StoreId").is_not_null()).select("PersonId", "TerritoryId"),
        left_on="CustomerID_FK",
        right_on="PersonId",
    )
    sold = lines.select(
        row="SalesOrderDetailID_K",
        kind=pl.lit(1),
        day=pl.col("OrderDate").cast(pl.Date),
        customer="CustomerID_FK",
        rep="EmployeeID_FK",
        unit="TerritoryId",
        order="SalesOrderID",
        product="ProductID_FK",
        amount=(pl.col("LineTotal") * 100).round().cast(pl.Int64),
        quantity=pl.col("OrderQty") * 1_000_000,
    )
    territories = _read("SalesTerritory")
    groups = {name: 100 + place for place, name in enumerate(sorted(set(territories["Group"])))}
    quotas = _read("SalesPersonQuotaHistory").select(
        month=month("QuotaDate"), rep="BusinessEntityId", target=pl.col("SalesQuota").cast(pl.Int64) * 100
    )
    buyers = sold.group_by("customer").agg(pl.col("rep").mode().min(), pl.col("unit").first())
    return {
        "sold": table("sold", sold),
        "targets": table("targets", quotas),
        "customers": table("customers", buyers),
        "units": table(
            "units",
            territories.select(
                row="TerritoryId",
                unit="TerritoryId",
                territory="TerritoryId",
                region=pl.col("Group").replace_strict(groups),
            ),
        ),
        "products": table(
            "products",
            products.select(
                product="ProductId",
                line=pl.col("ProductCategoryId").fill_null(0),
                category=pl.col("ProductSubcategoryId").cast(pl.String).fill_null(""),
                strategic=(pl.col("ProductCategoryId") == 1).cast(pl.Int64).fill_null(0),
            ),
        ),
    }


@cache
def northwind() -> Tables:
    """2,155 order lines of 830 orders, 1996-07 to 1998-05; a customer's number is its place in the alphabet."""
    orders = pl.read_csv(NORTHWIND / "orders.csv", try_parse_dates=True)
    lines = pl.read_csv(NORTHWIND / "order_details.csv").join(orders, on="OrderID")
    products = pl.read_csv(NORTHWIND / "products.csv")
    names = sorted(pl.read_csv(NORTHWIND / "customers.csv")["CustomerID"].to_list())
    numbers = {name: place for place, name in enumerate(names, start=1)}
    net = pl.col("UnitPrice") * pl.col("Quantity") * (1 - pl.col("Discount")) * 100
    sold = lines.with_row_index("row").select(
        "row",
        kind=pl.lit(1),
        day="OrderDate",
        customer=pl.col("CustomerID").replace_strict(numbers),
        rep="EmployeeID",
        order="OrderID",
        product="ProductID",
        amount=net.round().cast(pl.Int64),
        quantity=pl.col("Quantity") * 1_000_000,
    )
    return {
        "sold": table("sold", sold),
        "customers": table("customers", pl.DataFrame({"customer": list(numbers.values())})),
        "products": table(
            "products",
            products.select(product="ProductID", line="CategoryID", category=pl.col("CategoryID").cast(pl.String)),
        ),
    }


@cache
def classicmodels() -> Tables:
    """326 orders as invoices due after 30 days (cancelled ones are none), 273 payments that name no invoice."""
    orders = pl.read_csv(GOLDEN / "classicmodels" / "orders.csv", try_parse_dates=True)
    invoices = orders.filter(pl.col("status") != "Cancelled").select(
        "customer", "amount", row="order", day="ordered_on", due_on=pl.col("ordered_on").dt.offset_by("30d")
    )
    payments = pl.read_csv(GOLDEN / "classicmodels" / "payments.csv", try_parse_dates=True).with_row_index("row")
    sold = invoices.with_columns(pl.col("row").alias("order"), kind=pl.lit(1))
    return {
        "sold": table("sold", sold),
        "invoices": table("invoices", invoices.with_columns(due_month=month("due_on"))),
        "receipts": table("receipts", payments.rename({"received_on": "day"})),
        "customers": table("customers", orders.select("customer").unique().sort("customer")),
    }


@cache
def crm() -> Tables:
    """20,000 opportunities; the owner is the salesperson, the account the customer."""
    deals = pl.read_csv(GOLDEN / "crm-regional-sales" / "deals.csv.gz", try_parse_dates=True)
    deals = deals.rename({"owner": "rep", "account": "customer"})
    return {"deals": table("deals", deals.with_columns(month=month("closes_on"), created_month=month("created_on")))}


@cache
def sfo() -> Tables:
    """2,831 passengers in May 2017: would you recommend us (11: blank), how good is the airport (0: blank)."""
    given = pl.read_csv(GOLDEN / "nps-sfo-2017" / "answers.csv.gz")
    asked = [
        given.select(row="RESPNUM", question=pl.lit("nps"), score="NETPRO", top=pl.lit(10), unit="BAREA"),
        given.select(row="RESPNUM", question=pl.lit("csat"), score="Q7ALL", top=pl.lit(5), unit="BAREA"),
    ]
    both = pl.concat([part.with_columns(pl.col("score").cast(pl.Int64, strict=False)) for part in asked])
    both = both.with_columns(day=pl.lit(date(2017, 5, 15)), unit=pl.lit(0))
    return {"answers": table("answers", both)}


SETS = {
    "adventureworks": adventureworks,
    "northwind": northwind,
    "classicmodels": classicmodels,
    "crm": crm,
    "sfo": sfo,
}


def _given(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def facts_of_tables(tables: Tables) -> Facts:
    """Facts on this leg's engine: DuckDB, or PostgreSQL where the tests run on that."""
    if os.environ.get("SALESYEAR_TEST_DATABASE") == "postgresql":
        from salesyear.engine.metrics.engines.postgres import Postgres

        server = Postgres(os.environ["DATABASE_URL"])
        return Facts(
            server, {name: server.hold(f"facts_{name}", partial(_given, frame)) for name, frame in tables.items()}
        )
    from salesyear.engine.metrics.engines.duck import in_memory

    duck, names = in_memory(tables)
    return Facts(duck, names)
