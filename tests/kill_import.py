"""An import killed after every statement it sends, one after the other; run as a program by `test_killed.py`.

For each statement a child process is forked, imports the same file, and kills itself with SIGKILL right after that
statement. What the database holds then is compared with before and after. `--bare` switches the protection (the
transaction) off: the control.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import django

ROWS = 12
HEADINGS = "order,line,date,customer name,product name,amount\n"


def main() -> None:
    """Sweep all statements and print what was found as JSON."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _company()
    path = Path(os.environ["SALESYEAR_HOME"]) / "lines.csv"
    rows = (f"A{n // 2},{n},2026-01-05,客户{n % 3},产品{n % 4},1.005\n" for n in range(ROWS))
    path.write_text(HEADINGS + "".join(rows), encoding="utf-8")
    sys.stdout.write(json.dumps(_sweep(path, bare="--bare" in sys.argv)) + "\n")


def _company() -> None:
    from salesyear.sales.models import Currency

    Currency.objects.create(code="CNY", name="人民币", digits=2, is_base=True)


def _sweep(path: Path, *, bare: bool) -> dict[str, Any]:
    """Kill after statement 1, 2, 3 … until an import gets through; each time bring the file in again and undo it."""
    before, statement = _state(), 0
    between: list[Any] = []
    while True:
        statement += 1
        status = _in_a_child(path, statement, bare=bare)
        found = _state()
        if not os.WIFSIGNALED(status):
            return {
                "statements": statement - 1,
                "between": between,
                "finished": os.WEXITSTATUS(status) == 0,
                "lines": found[0],
            }
        if found != before:
            between.append([statement, found])
            if bare:
                return {"statements": statement, "between": between, "finished": False, "lines": found[0]}
        _again_and_back(path, before)


def _in_a_child(path: Path, statement: int, *, bare: bool) -> int:
    """Import in a forked process that kills itself after a statement; returns how it ended."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if not child:
        _import(path, statement, bare=bare)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    _wait_for_the_server()
    return status


def _import(path: Path, statement: int, *, bare: bool) -> None:
    """Bring the file in; after so many statements, SIGKILL."""
    from django.db import connection

    sent = 0

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal sent
        result = execute(sql, params, many, context)
        sent += 1
        if sent == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    if bare:
        from salesyear.importing import services

        setattr(services, "_together", nullcontext)  # noqa: B010 (the protection, switched off: no call of ours may do so)
    with connection.execute_wrapper(counted):
        _bring(path)


def _bring(path: Path) -> Any:
    from salesyear.core.scope import Scope
    from salesyear.importing import services
    from salesyear.importing.layouts import Layout

    table = services.read_file(path)
    guessed = services.layout_for(table)
    layout = Layout(guessed.kind, guessed.columns, create_missing=True)
    return services.bring_in(table, path.name, layout, scope=Scope.system("a test"))[0]


def _again_and_back(path: Path, before: Any) -> None:
    """The interrupted import can be run again and never duplicates; then everything is as before."""
    from salesyear.importing import services

    import_ = _bring(path)
    if _state()[0] != ROWS:
        sys.exit(f"brought in again there are {_state()[0]} lines")
    services.undo_import(import_)
    if _state() != before:
        sys.exit("undone, it is not as before")


def _state() -> list[int]:
    """How many rows of each table there are, the lines first."""
    from salesyear.core.scope import Scope
    from salesyear.crm.models import Customer
    from salesyear.importing.models import Import
    from salesyear.sales.models import Order, OrderLine, Product

    system = Scope.system("a test")
    counts = [model.objects.within(system).count() for model in (OrderLine, Order, Customer, Product)]
    return [*counts, Import.objects.filter(state="saved").count()]


def _wait_for_the_server() -> None:
    """PostgreSQL notices a dead client a moment later."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(others + " AND backend_type = 'client backend'")
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    sys.exit("the killed client's session is still there")


if __name__ == "__main__":
    main()
