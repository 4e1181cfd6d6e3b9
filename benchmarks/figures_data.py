"""A made-up company of any size as columnar facts, and the same rows in PostgreSQL and in SQLite. Prints nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.metrics.asking import day_of_month, month_number

FIRST, MONTHS = date(2024, 1, 1), 36
REGIONS, TERRITORIES, REPS, PRODUCTS = 8, 96, 960, 400
Keys = NDArray[np.int64]
TABLES = ("sold", "invoices", "receipts", "targets", "customers", "units", "products")


def write(folder: Path, lines: int, customers: int, seed: int) -> dict[str, list[Path]]:
    """Write the facts as the product keeps them: a file a month, sorted by unit and salesperson inside it.

    Three lines an order, an invoice an order due after 30 days, 96 of 100 paid, one payment
    in twenty naming no invoice.
    """
    dice = np.random.default_rng(seed)
    owner = dice.integers(0, REPS, customers)
    share = 1 / (1 + np.arange(customers)) ** 0.4  # a few customers buy much, most little
    files: dict[str, list[Path]] = {name: [] for name in TABLES}
    orders = lines // 3 // MONTHS
    for number in range(MONTHS):
        month = month_number(FIRST) + number
        made = _month(dice, month, orders, owner, share / share.sum(), number * orders)
        for name, frame in made.items():
            files[name].append(_written(folder / f"{name}-{month}.parquet", frame))
    for name, frame in _still(owner).items():
        files[name].append(_written(folder / f"{name}.parquet", frame))
    return files


def _month(
    dice: np.random.Generator, month: int, orders: int, owner: Keys, share: NDArray[np.float64], before: int
) -> dict[str, pl.DataFrame]:
    customer = dice.choice(len(owner), orders, p=share)
    key = before + 1 + np.arange(orders)
    head = pl.DataFrame(
        {
            "order": key,
            "day": np.datetime64(day_of_month(month)) + dice.integers(0, 28, orders),
            "month": np.full(orders, month),
            "customer": customer + 1,
            "rep": owner[customer] + 1,
            "unit": owner[customer] % TERRITORIES + 1 + REGIONS,
        }
    )
    lines = pl.concat([head.with_columns(row=3 * pl.col("order") + part) for part in range(3)]).with_columns(
        kind=pl.lit(1),
        product=pl.Series(dice.integers(1, PRODUCTS + 1, 3 * orders)),
        amount=pl.Series(dice.integers(1_000, 500_000, 3 * orders)),
        quantity=pl.Series(dice.integers(1, 20, 3 * orders) * 1_000_000),
    )
    invoices = (
        lines.group_by("order", "day", "month", "customer", "rep", "unit")
        .agg(pl.col("amount").sum())
        .sort("order")
        .with_columns(row=pl.col("order"), due_on=pl.col("day") + pl.duration(days=30))
        .with_columns(due_month=pl.col("due_on").dt.year().cast(pl.Int64) * 12 + pl.col("due_on").dt.month() - 1)
    )
    receipts = invoices.with_columns(
        day=pl.col("day").dt.offset_by(pl.lit(pl.Series(dice.integers(0, 90, orders))).cast(pl.String) + "d"),
        invoice=pl.when(pl.Series(dice.random(orders) < 0.95)).then(pl.col("row")).otherwise(0),
    ).filter(pl.Series(dice.random(orders) < 0.96))
    receipts = receipts.with_columns(
        month=pl.col("day").dt.year().cast(pl.Int64) * 12 + pl.col("day").dt.month().cast(pl.Int64) - 1
    )
    targets = pl.DataFrame(
        {
            "month": np.full(REPS, month),
            "rep": np.arange(REPS) + 1,
            "unit": np.arange(REPS) % TERRITORIES + 1 + REGIONS,
            **dict.fromkeys(("customer", "line", "new"), np.zeros(REPS, dtype=np.int64)),
            "target": dice.integers(10_000_000, 80_000_000, REPS),
            "baseline": dice.integers(10_000_000, 80_000_000, REPS),
        }
    )
    columns = ("row", "kind", "day", "month", "customer", "rep", "unit", "order", "product", "amount", "quantity")
    owed = ("row", "day", "month", "customer", "rep", "unit")
    return {
        "sold": lines.select(columns).sort("unit", "rep", "day", "row"),
        "invoices": invoices.select(*owed, "due_on", pl.col("due_month").cast(pl.Int64), "amount"),
        "receipts": receipts.select(*owed, "invoice", "amount"),
        "targets": targets,
    }


def _still(owner: Keys) -> dict[str, pl.DataFrame]:
    """What does not change by month: customers, units and products."""
    size = len(owner)
    words = dict.fromkeys(("segment", "industry", "grade", "city", "province"), pl.lit(""))
    customers = pl.DataFrame(
        {"customer": np.arange(size) + 1, "rep": owner + 1, "unit": owner % TERRITORIES + 1 + REGIONS}
    )
    places = np.arange(TERRITORIES)
    units = pl.DataFrame(
        {"row": places + 1 + REGIONS, "region": places % REGIONS + 1, "territory": places + 1 + REGIONS}
    ).with_columns(unit=pl.col("row"))
    goods = np.arange(PRODUCTS)
    products = pl.DataFrame({"product": goods + 1, "line": goods % 12 + 1, "strategic": (goods % 5 == 0).astype(int)})
    return {
        "customers": customers.with_columns(**words, city_tier=pl.lit(0, dtype=pl.Int64)),
        "units": units.select("row", "region", "territory", "unit"),
        "products": products.with_columns(category=pl.lit("")).select("product", "line", "category", "strategic"),
    }


def _written(path: Path, frame: pl.DataFrame) -> Path:
    frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=122_880)
    return path


def frames(files: dict[str, list[Path]]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each table piece by piece, a month at a time."""
    for name in TABLES:
        yield from ((name, pl.read_parquet(path)) for path in files[name])


INDEXES = ("CREATE INDEX sold_month ON sold (month)", "CREATE INDEX sold_customer ON sold (customer)")


def into_sqlite(files: dict[str, list[Path]], path: Path) -> sqlite3.Connection:
    """The same rows in SQLite, days as text, with the indexes that a careful hand would make."""
    found = sqlite3.connect(path)
    found.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
    known: set[str] = set()
    for name, frame in frames(files):
        days = [column for column, kind in frame.schema.items() if kind == pl.Date]
        frame = frame.with_columns(pl.col(days).dt.to_string("%Y-%m-%d"))
        names = ", ".join(f'"{column}"' for column in frame.columns)
        if name not in known:
            found.execute(f"CREATE TABLE {name} ({names})")
            known.add(name)
        marks = ", ".join("?" * frame.width)
        found.executemany(f"INSERT INTO {name} VALUES ({marks})", frame.iter_rows())
    for index in INDEXES:
        found.execute(index)
    found.execute("ANALYZE")
    found.commit()
    return found


def into_postgresql(files: dict[str, list[Path]], url: str) -> None:
    """The same rows in PostgreSQL, with the same indexes."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url, autocommit=True) as opened, opened.cursor() as cursor:
        known: set[str] = set()
        for name, frame in frames(files):
            cursor.adbc_ingest(name, frame.to_arrow(), mode="append" if name in known else "create")
            known.add(name)
        for index in INDEXES:
            cursor.execute(index)
        cursor.execute("VACUUM ANALYZE")
