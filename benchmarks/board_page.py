"""A dashboard's page, a new day and a list as a file, over many order lines in a database, asked like a browser does.

python benchmarks/board_page.py [--lines 10000000] [--customers 200000] [--pages 200] [--home FOLDER]

The site is served on loopback as it is installed (SQLite, two processes). Seconds are wall time of the whole request,
asked by the director. The very first page, which reads all rows, is told apart; then each page asks another question
(place, period, compared with what); then the same ones again. A day of 1,000 lines is committed by another process, and
the time is taken until the open board shows it; five times. The file is a list of 100,000 orders as CSV.
With --home a company that is there already is measured and kept; its five days are added to it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from load import DAYS, Client, fill, serve, site

BOARD = "/performance/board/"
KINDS = ("rep", "territory", "region", "company")  # the narrowest place that a board is about
DAY = """
INSERT INTO sales_orderline (order_id, key, ordered_on, customer_id, rep_id, unit_id, product_id, currency_id,
  quantity_micros, discount, amount, stated_micros)
SELECT order_id, 'new' || random(), ordered_on, customer_id, rep_id, unit_id, product_id, currency_id, quantity_micros,
  discount, 12345, stated_micros
FROM sales_orderline WHERE ordered_on = (SELECT MAX(ordered_on) FROM sales_orderline WHERE ordered_on < '2025-12-31')
ORDER BY id LIMIT 1000"""


def places(home: Path) -> list[str]:
    """The ways down: the company, its regions, their territories and people, as words of an address."""
    with sqlite3.connect(home / "salesyear.sqlite3") as opened:
        units = opened.execute("SELECT id, parent_id FROM org_unit").fetchall()
        reps = opened.execute("SELECT DISTINCT unit_id, rep_id FROM sales_order").fetchall()
    above = dict(units)
    top = next(unit for unit, parent in units if parent is None)
    ways = [""]
    for unit, rep in reps:
        region = above[unit] if above[unit] != top else unit
        ways += [f"region={region}", f"region={region}&territory={unit}", f"region={region}&territory={unit}&rep={rep}"]
    return list(dict.fromkeys(ways))


def questions(ways: list[str], dice: random.Random) -> list[str]:
    """Every way down in every period, compared with the plan or with last year, in a mixed order."""
    periods = ["", *(f"Q{number}" for number in range(1, 5)), *map(str, range(1, 13))]
    found = [
        f"{BOARD}?year={year}&period={period}&compare={compare}&{way}"
        for way in ways
        for year in (2024, 2025)
        for period in periods
        for compare in ("plan", "last-year")
    ]
    dice.shuffle(found)
    return found


def kind_of(path: str) -> str:
    """What kind of place a board is about."""
    return next((kind for kind in KINDS if f"{kind}=" in path), "company")


def clocked(client: Client, path: str, wanted: int = 200) -> float:
    """Milliseconds until a page is there. Raises SystemExit when it is another answer."""
    begun = time.perf_counter()
    status = client.ask("GET", path)
    took = 1000 * (time.perf_counter() - begun)
    if status != wanted or (path.startswith(f"{BOARD}?") and not made(client)):
        raise SystemExit(f"{path}: {status}, {len(client.said)} bytes")
    return took


def made(client: Client) -> bool:
    """Whether the last answer was a board, and not the page that says its figures are being made."""
    return b"<live-board" in client.said


def waited(client: Client, path: str) -> float:
    """Milliseconds until a board is there, which a worker may have to make the files for."""
    begun = time.perf_counter()
    while client.ask("GET", path) != 200 or not made(client):
        time.sleep(0.2)
    return 1000 * (time.perf_counter() - begun)


def appended(client: Client, home: Path) -> float:
    """Milliseconds from the commit of a day's lines to an answer that holds them."""
    live = f"{BOARD}live/?year=2025"
    if 304 not in {client.ask("GET", live) for _ in range(3)}:
        raise SystemExit("The board is not still before anything was added.")
    with sqlite3.connect(home / "salesyear.sqlite3", timeout=30) as opened:
        opened.execute(DAY)
    begun = time.perf_counter()
    while client.ask("GET", live) != 200:
        time.sleep(0.01)
    return 1000 * (time.perf_counter() - begun)


def export_of(lines: int) -> str:
    """The address of 100,000 orders as CSV: so many days from the first one on or a few more (four lines an order)."""
    last = date(2024, 1, 1) + timedelta(days=-(-100_000 * 4 * DAYS // lines) - 1)
    return f"/data/orders/export.csv?ordered_on_to={last}"


def measured(home: Path, port: int, pages: int, lines: int) -> dict[str, Any]:
    """All figures of one site."""
    client = Client(port, "director")
    client.sign_in()
    first = waited(client, f"{BOARD}?year=2025")
    asked = questions(places(home), random.Random(0))
    cold = [clocked(client, path) for path in asked[:pages]]
    kinds = {kind: [took for path, took in zip(asked, cold, strict=False) if kind_of(path) == kind] for kind in KINDS}
    again = [clocked(client, path) for path in asked[:pages]]
    days = [appended(client, home) for _ in range(5)]
    return {
        "first_page_ms": round(first),
        "new_question_ms": spread(cold),
        "by_kind_ms": {kind: {"pages": len(times), **spread(times)} for kind, times in kinds.items() if times},
        "same_question_ms": spread(again),
        "day_appended_ms": [round(day) for day in days],
        "csv_100000_rows_ms": round(clocked(client, export_of(lines))),
    }


def spread(times: list[float]) -> dict[str, int]:
    """Median and tail."""
    ordered = sorted(times)
    return {f"p{share}": round(ordered[int(share / 100 * (len(ordered) - 1))]) for share in (50, 95, 99)}


def main() -> int:
    """Make the company, ask, print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--lines", type=int, default=10_000_000)
    words.add_argument("--customers", type=int, default=200_000)
    words.add_argument("--pages", type=int, default=200)
    words.add_argument("--home", type=Path, help="a company filled earlier; say --lines as it was filled")
    words.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.fill:
        fill(given.customers, given.lines)
        return 0
    home = given.home or Path(tempfile.mkdtemp(prefix="salesyear-page-"))
    process, port = serve(home) if given.home else site(home, given.customers, given.lines)
    try:
        found = {"lines": given.lines, **measured(home, port, given.pages, given.lines)}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        if not given.home:
            shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
