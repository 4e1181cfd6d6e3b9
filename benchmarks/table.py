"""An edit of the planning table at 100,000 leaf cells: server time beside writing the same sheets raw, in one run.

python -m benchmarks.table [edits]
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from django.test import Client

    from salesyear.plans.models import Version

P = ParamSpec("P")
Got = TypeVar("Got")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("SALESYEAR_HOME", tempfile.mkdtemp(prefix="salesyear-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesyear.web.settings")

REPS, SLOTS, LINES = 104, 80, 10  # 104 × 80 × 12 = 99,840 cells


def main() -> None:
    """Print median and p95 of an edit, of its parts, and of the floor."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    version = _version()
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    took, cpu = _requests(version, edits)
    floor = _floor(version, edits)
    sys.stdout.write(f"{REPS * SLOTS * 12:,} cells, {edits} edits of one month of one salesperson\n")
    whole = took["the whole request"]
    _line("the whole request", whole)
    _line("  its time on the processor", cpu)
    for name in PARTS:
        _line(f"  {name}", took[name])
    _line("  the rest: rows, JSON, session, middleware", _rest(took))
    _line("floor: all sheets written raw", floor)
    sys.stdout.write(f"ratio of medians: {statistics.median(whole) / statistics.median(floor):.1f}\n")


def _rest(took: dict[str, list[float]]) -> list[float]:
    return [one - sum(parts) for one, *parts in zip(*took.values(), strict=True)]


def _line(name: str, times: list[float]) -> None:
    median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    sys.stdout.write(f"{name}: median {1000 * median:.0f} ms, p95 {1000 * p95:.0f} ms\n")


def _version() -> Version:
    """A company of 104 salespeople in 13 territories of 4 regions, with shares to keep in every region."""
    import numpy as np

    from salesyear.org.models import Rep, Unit, UnitKind
    from salesyear.plans.models import Plan, Sheet, Version
    from salesyear.sales.models import Currency, Line

    start, luck = date(2024, 1, 1), np.random.default_rng(1)
    money = Currency.objects.create(code="CNY", name="CNY", digits=2, is_base=True)
    top = Unit.objects.create(code="C", name="Company", kind=UnitKind.COMPANY, starts_on=start)
    regions = [
        Unit.objects.create(code=f"R{n}", name=f"R{n}", kind=UnitKind.REGION, parent=top, starts_on=start)
        for n in range(4)
    ]
    units = [
        Unit.objects.create(code=f"T{n}", name=f"T{n}", kind=UnitKind.TERRITORY, parent=regions[n % 4], starts_on=start)
        for n in range(13)
    ]
    lines = [Line.objects.create(code=f"L{n}", name=f"L{n}", strategic=n < 3) for n in range(LINES)]
    plan = Plan.objects.create(
        name="2027", year=2027, starts_on=date(2027, 1, 1), currency=money, made_at=datetime.now(UTC)
    )
    reps = [(Rep.objects.create(code=f"P{n}", name=f"P{n}", unit=units[n % 13]), units[n % 13]) for n in range(REPS)]
    reps.sort(key=lambda pair: (pair[1].path, pair[0].pk))
    slots = [[n // LINES, lines[n % LINES].pk, int(n // LINES == 7)] for n in range(SLOTS)]
    prior = luck.lognormal(10, 0.7, (REPS, SLOTS, 12))
    strategic = {line.pk for line in lines[:3]}
    shares = [{"name": "Strategic lines", "at": "region", "of": {"strategic": ["1"]}, "at_least": 0.3}]
    shares += [{"name": "New customers", "at": "region", "of": {"new": ["1"]}, "at_least": 0.15}]
    total = int(prior.sum() * 1.1) // 100 * 100
    version = Version.objects.create(
        plan=plan, number=1, name="Bench", made_at=datetime.now(UTC),
        inputs={
            "unit": 100, "seed": 1, "strategic": sorted(strategic), "cash": {"terms": [[30, 1]], "rate": 0.95},
            "rules": {"total": [{"name": "Company total", "exactly": total}], "share": shares},
            "places": [[unit.parent_id, unit.pk, unit.pk, rep.pk] for rep, unit in reps],
        },
    )  # fmt: skip
    for place, (rep, unit) in enumerate(reps):
        whole = prior[place].astype("<i8").tobytes()
        packed = {"last_year": whole, "baseline": whole, "target": whole, "prior": prior[place].astype("<f8").tobytes()}
        Sheet.objects.create(version=version, unit=unit, rep=rep, slots=slots, **packed)
    return version


PARTS = {"the solve": "salesyear.targets.editing.solving", "writing it": "salesyear.targets.editing.keeping"}


def _requests(version: Version, count: int) -> tuple[dict[str, list[float]], list[float]]:
    """Time edits as the page sends them, through all but the socket; the first, which reads all, is left out.

    Also how long each kept the processor: on a busy machine the rest is waiting for it.
    """
    import salesyear.targets.editing.keeping as keeping
    import salesyear.targets.editing.solving as solving

    took: dict[str, list[float]] = {"the whole request": [], **{name: [] for name in PARTS}}
    solving.amounts_of = _timed(solving.amounts_of, took["the solve"])
    keeping.keep_edits = _timed(keeping.keep_edits, took["writing it"])
    cpu: list[float] = []
    client, places = _client(), version.inputs["places"]
    address = f"/targets/plans/{version.plan_id}/{version.number}/table/edits/"
    for number in range(count + 1):
        region, territory, _unit, rep = places[7 * number % REPS]
        row = f"region:{region}/territory:{territory}/rep:{rep}"
        cell = {"row": row, "column": str(number % 12 + 1), "text": "+3%"}
        body = json.dumps({"seen": number, "edits": [cell], "measures": "target,last_year,growth"})
        start, busy = time.perf_counter(), time.process_time()
        answer = client.post(address, body, content_type="application/json")
        took["the whole request"].append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
        said = json.loads(gzip.decompress(answer.content))
        assert said.get("edition") == number + 1, said
    return {name: times[1:] for name, times in took.items()}, cpu[1:]


def _timed(function: Callable[P, Got], times: list[float]) -> Callable[P, Got]:
    def timed(*args: P.args, **kwargs: P.kwargs) -> Got:
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - start)

    return timed


def _client() -> Client:
    """A director, signed in."""
    from django.test import Client

    from salesyear.org import services
    from salesyear.org.models import Role

    director = services.add_user(email="director@example.com", name="director", password="only-in-the-benchmark")
    services.give_role(director, Role.DIRECTOR, starts_on=date(2024, 1, 1))
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(director, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _floor(version: Version, count: int) -> list[float]:
    """Time writing all sheets of the version with one prepared statement and a commit."""
    from django.db import connection, transaction

    from salesyear.core.scope import Scope
    from salesyear.plans.models import Sheet

    kept = Sheet.objects.within(Scope.system("benchmark")).filter(version=version)
    rows = [(bytes(target), pk) for target, pk in kept.values_list("target", "pk")]
    took = []
    for _ in range(count):
        start = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("UPDATE plans_sheet SET target = %s WHERE id = %s", rows)
        took.append(time.perf_counter() - start)
    return took


if __name__ == "__main__":
    main()
