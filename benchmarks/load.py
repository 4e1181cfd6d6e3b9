"""Many people at once: a mixed load of reading and writing against the site as it is installed, on this machine.

Run it by hand: `python benchmarks/load.py [--seconds 300] [--clients 32] [--customers 200000] [--lines 1000000]`.
A folder and a database of its own; 80 of 100 requests read (board, live board, lists, home), 20 write (an address of
one's own with its event, a theme). Then twice as many clients for a fifth of the time, and the first number again: what
is too much must be answered late or with 503, and be over when the rush is over.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

SESSIONS: dict[str, dict[str, str]] = {}  # the cookies of each person who has signed in
ROOT = Path(__file__).parent.parent
RUN = (sys.executable, "-m", "salesyear.cli")
DAYS = 997  # a prime: with 1,000, a divisor of the number of customers, all orders of one would fall on one day
PASSWORD = "correct-horse-battery"  # the made-up company's
PEOPLE = ("director", "wang", "li", "sun", "finance", "admin")
READS = (
    ("/performance/board/?year=2025", 4),
    ("/performance/board/live/?year=2025", 10),
    ("/", 2),
    ("/data/customers/", 2),
    ("/data/orders/?page=2", 1),
    ("/performance/alerts/", 1),
)


@dataclass
class Told:
    """What the clients saw in one stretch of time."""

    seconds: float
    clients: int
    answers: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, took: float) -> None:
        """Write down one answer."""
        with self.guard:
            self.answers[status] += 1
            self.times.append(took)

    @property
    def errors(self) -> int:
        """Answers that are none: a server's fault, or nobody there."""
        return sum(count for status, count in self.answers.items() if status in {0, 500, 502, 504})

    def summary(self) -> dict[str, object]:
        """The figures of the stretch."""
        times = sorted(self.times) or [0.0]

        def at(share: float) -> int:
            return round(1000 * times[int(share * (len(times) - 1))])

        return {
            "clients": self.clients,
            "seconds": round(self.seconds, 1),
            "requests_s": round(len(times) / self.seconds, 1),
            "p50_ms": at(0.50),
            "p95_ms": at(0.95),
            "p99_ms": at(0.99),
            "answers": dict(sorted(self.answers.items())),
            "errors": self.errors,
        }


class Client:
    """One person: signed in, one connection kept open, a tag for the live board."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self._cookies: dict[str, str] = {}
        self._tag = ""
        self.said = b""
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def come_in(self) -> None:
        """Go on with the session of the same person if there is one: who signs in without end is turned away."""
        if self._name not in SESSIONS:
            self.sign_in()
            SESSIONS[self._name] = dict(self._cookies)
        self._cookies = dict(SESSIONS[self._name])

    def sign_in(self) -> None:
        """Sign in by the form."""
        self.ask("GET", "/account/login/")
        status = self.ask("POST", "/account/login/", login=f"{self._name}@example.com", password=PASSWORD)
        if status != 302:
            raise SystemExit(f"{self._name} could not sign in: {status}")

    def ask(self, method: str, path: str, **form: str) -> int:
        """Ask once; 0 when nobody answered."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if method == "POST":
            body = urlencode({**form, "csrfmiddlewaretoken": self._cookies.get("csrftoken", "")})
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        if "live" in path and self._tag:
            headers["If-None-Match"] = self._tag
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            self.said = answer.read()
        except (OSError, HTTPException):
            self._connection.close()
            return 0
        self._tag = answer.headers.get("ETag") or self._tag
        for line in answer.headers.get_all("Set-Cookie") or []:
            if found := re.match(r"([^=]+)=([^;]*)", line):
                self._cookies[found[1]] = found[2]
        return answer.status

    def go_on(self, told: Told, until: float, seed: int) -> None:
        """Read and write until the time is over."""
        dice = random.Random(seed)
        paths, weights = zip(*READS, strict=True)
        while time.monotonic() < until:
            begun = time.monotonic()
            if dice.random() < 0.8:
                status = self.ask("GET", dice.choices(paths, weights)[0])
            elif dice.random() < 0.5:
                address = f"{self._name}{dice.randrange(50)}@example.com"
                status = self.ask("POST", "/performance/alerts/channels/", kind="mail", address=address)
            else:
                status = self.ask("POST", "/theme/", theme=dice.choice(("light", "dark", "auto")), next="/")
            told.note(status, time.monotonic() - begun)
            time.sleep(dice.uniform(0.0, 0.05))


def fill(customers: int, lines: int) -> None:
    """Make the company of the tests, then customers and order lines by the database's own counting."""
    import django

    django.setup()
    from django.db import connection

    from cast import company
    from salesyear.crm.models import Customer

    cast = company(sales=False)
    reps = _one_of([rep.pk for rep in cast.reps.values()])
    units = _one_of([cast.units[name].pk for name in ("shanghai", "jiangsu", "sichuan")])
    like = Customer._base_manager.order_by("pk")[0]
    own = {"id", "code", "name", "owner_id", "unit_id"}
    same = [str(field.column) for field in Customer._meta.concrete_fields if field.column not in own]
    days = f"date('2024-01-01', '+' || (n * 7 % {DAYS}) || ' days')"
    if connection.vendor == "postgresql":
        days = f"(date '2024-01-01' + (n * 7 % {DAYS})::int)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO crm_customer (code, name, owner_id, unit_id, {', '.join(same)}) {_counted(customers)} "
            f"SELECT 'L' || n, '客户' || n, {reps}, {units}, {', '.join(f'x.{one}' for one in same)} "
            f"FROM c JOIN crm_customer x ON x.id = {like.pk}"
        )
        first = Customer._base_manager.get(code="L1").pk
        cursor.execute(
            "INSERT INTO sales_order (number, ordered_on, customer_id, rep_id, unit_id, currency_id, status, city) "
            f"{_counted(lines // 4)} SELECT 'O' || n, {days}, {first} + n % {customers}, {reps}, {units}, 'CNY', '', ''"
            " FROM c"
        )
        cursor.execute(
            "INSERT INTO sales_orderline (order_id, key, ordered_on, customer_id, rep_id, unit_id, product_id, "
            "currency_id, quantity_micros, discount, amount, stated_micros) "
            "WITH k(i) AS (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) "
            "SELECT o.id, k.i, o.ordered_on, o.customer_id, o.rep_id, o.unit_id, "
            f"{cast.products['core'].pk}, 'CNY', 1000000, 0, 10000 + o.id * k.i % 90000, 0 "
            "FROM sales_order o CROSS JOIN k"
        )


def _one_of(keys: list[int]) -> str:
    return f"CASE n % {len(keys)} " + " ".join(f"WHEN {place} THEN {key}" for place, key in enumerate(keys)) + " END"


def _counted(most: int) -> str:
    return f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {most})"


def rush(port: int, clients: int, seconds: float, seed: int) -> Told:
    """Let so many clients go on for so long."""
    people = [Client(port, PEOPLE[number % len(PEOPLE)]) for number in range(clients)]
    for person in people:
        person.come_in()
    told, begun = Told(seconds, clients), time.monotonic()
    until = begun + seconds
    threads = [
        threading.Thread(target=person.go_on, args=(told, until, seed + number)) for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.seconds = time.monotonic() - begun
    return told


def memory_of(parent: int) -> int:
    """Resident megabytes of a process and all below it."""
    below, found = {parent}, 0
    for _ in range(4):
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) in below:
                below.add(int(path.parent.name))
    for process in below:
        try:
            found += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return found // 1_000_000


def site(home: Path, customers: int, lines: int) -> tuple[subprocess.Popen[bytes], int]:
    """Make the company and serve it on a free port."""
    subprocess.run([*RUN, "manage", "migrate", "-v0"], env=surroundings(home), check=True)
    asked = ["--fill", "--customers", str(customers), "--lines", str(lines)]
    subprocess.run([sys.executable, __file__, *asked], env=surroundings(home), check=True)
    return serve(home)


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a company's processes."""
    return os.environ | {
        "SALESYEAR_HOME": str(home),
        "SALESYEAR_LANGUAGE": "en",
        "DJANGO_SETTINGS_MODULE": "salesyear.web.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }


def serve(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Serve a company that is there on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["serve", "--port", str(port), "--workers", "2", "--threads", "8"]
    process = subprocess.Popen([*RUN, *words], env=surroundings(home))
    for _ in range(600):
        if Client(port, "nobody").ask("GET", "/health/") == 200:
            return process, port
        time.sleep(0.2)
    raise SystemExit("The site did not come up.")


def main() -> int:
    """Measure, print, and say by the exit code whether all was well."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=300)
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--customers", type=int, default=200_000)
    words.add_argument("--lines", type=int, default=1_000_000)
    words.add_argument("--json", action="store_true")
    words.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.fill:
        fill(given.customers, given.lines)
        return 0
    home = Path(tempfile.mkdtemp(prefix="salesyear-load-"))
    begun = time.monotonic()
    process, port = site(home, given.customers, given.lines)
    try:
        made = time.monotonic() - begun
        warm = rush(port, given.clients, max(5.0, given.seconds / 15), 1)
        before = memory_of(process.pid)
        load = rush(port, given.clients, given.seconds, 2)
        after = memory_of(process.pid)
        over = rush(port, 2 * given.clients, given.seconds / 5, 3)
        calm = rush(port, given.clients, given.seconds / 5, 4)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(home, ignore_errors=True)
    found = {
        "made_s": round(made, 1),
        "load": load.summary(),
        "memory_mb": {"before": before, "after": after},
        "overload": over.summary(),
        "afterwards": calm.summary(),
    }
    print(json.dumps(found, indent=None if given.json else 2))
    return 0 if not (load.errors or over.errors or calm.errors or warm.errors) and after < 1.2 * before else 1


if __name__ == "__main__":
    sys.exit(main())
