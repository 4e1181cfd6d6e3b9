"""Where the benchmarks' public data lies, and the tables they are made into. Prints nothing by itself."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

FOLDER = Path(os.environ.get("SALESYEAR_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def path(name: str) -> Path:
    """A file of the shared data, named from the data folder; says what to set when it is not there."""
    found = FOLDER / name
    if not found.exists():
        message = f"{found} is not there: set SALESYEAR_SHARED_DATA to the folder that holds the public data sets."
        raise SystemExit(message)
    return found


def tourism() -> pl.DataFrame:
    """Overnight trips: `State`, `Region`, `Purpose`, `date` (first day of the quarter), `amount`."""
    quarter = pl.col("Quarter").str.slice(5, 1).cast(pl.Int8)
    return pl.read_csv(path("forecast-tourism/tourism.csv.gz")).select(
        "State",
        "Region",
        "Purpose",
        date=pl.date(pl.col("Quarter").str.slice(0, 4).cast(pl.Int32), 3 * quarter - 2, 1),
        amount="Trips",
    )


def adventureworks() -> pl.DataFrame:
    """Reseller order lines: `group`, `territory`, `rep`, `customer`, `category`, `order`, `date`, `amount`, `quantity`.

    Orders are booked once a month, on a day that drifts from the 28th to the 1st: `date` is the first of the month that
    begins within four days, which gives each of the 36 months from June 2011 on exactly one booking.
    """
    folder = "adventureworks/"
    lines = pl.read_csv(path(folder + "sales_order_lines.csv.gz"), try_parse_dates=True)
    customers = pl.read_csv(path(folder + "Customer.csv.gz"), infer_schema_length=None).select(
        pl.col("PersonId").cast(pl.Int64, strict=False), "TerritoryId"
    )
    territories = pl.read_csv(path(folder + "SalesTerritory.csv"))
    products = pl.read_csv(path(folder + "Product.csv"), infer_schema_length=None).select(
        "ProductId", pl.col("ProductSubcategoryId").cast(pl.Int64, strict=False)
    )
    subs = pl.read_csv(path(folder + "ProductSubcategory.csv")).select("ProductSubcategoryId", "ProductCategoryId")
    categories = pl.read_csv(path(folder + "ProductCategory.csv"))
    return (
        lines.join(customers, left_on="CustomerID_FK", right_on="PersonId")
        .join(territories.select("TerritoryId", "Group", territory="Name"), on="TerritoryId")
        .join(products, left_on="ProductID_FK", right_on="ProductId")
        .join(subs, on="ProductSubcategoryId")
        .join(categories.rename({"Name": "category"}), on="ProductCategoryId")
        .select(
            "territory",
            "category",
            group="Group",
            rep=pl.col("EmployeeID_FK").cast(pl.String),
            customer=pl.col("CustomerID_FK").cast(pl.String),
            order="SalesOrderID",
            date=pl.col("OrderDate").cast(pl.Date).dt.offset_by("4d").dt.truncate("1mo"),
            amount="LineTotal",
            quantity="OrderQty",
        )
    )


def superstore_en() -> pl.DataFrame:
    """`Region`, `Segment`, `Category`, `date`, `amount`."""
    rows = pl.read_csv(path("superstore-en/superstore_flat_formatted.csv.gz"), infer_schema_length=None)
    plain = pl.col("Sales").cast(pl.String).str.replace_all("[$,]", "").cast(pl.Float64)
    day = pl.col("Order Date").str.to_date("%m/%d/%Y")
    return rows.select("Region", "Segment", "Category", date=day, amount=plain)


def superstore_zh() -> pl.DataFrame:
    """`area`, `province`, `product_type`, `date`, `amount`."""
    rows = pl.read_csv(path("superstore-zh/supermarket.csv.gz"), infer_schema_length=None)
    day = pl.col("order_date").str.to_date("%Y/%m/%d")
    return rows.select("area", "province", "product_type", date=day, amount="sales")
