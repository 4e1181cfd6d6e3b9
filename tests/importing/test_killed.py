"""kill -9 at any statement of an import leaves the state before (acceptance cases 15 and 26), on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

SCRIPT = Path(__file__).parents[1] / "kill_import.py"


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a database of its own: a file, or one more on the tests' PostgreSQL server."""
    environment = {**os.environ, "SALESYEAR_HOME": str(tmp_path / "home"), "PYTHONPATH": ":".join(sys.path)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield environment
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS killed")
        server.execute("CREATE DATABASE killed")
        yield {**environment, "DATABASE_URL": urlsplit(url)._replace(path="/killed").geturl()}
        server.execute("DROP DATABASE killed WITH (FORCE)")


def swept(environment: dict[str, str], *options: str) -> dict[str, Any]:
    """What the sweep found."""
    done = subprocess.run(  # our own script
        [sys.executable, str(SCRIPT), *options], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_killed_after_any_statement_nothing_is_left_and_it_can_be_run_again(own_database: dict[str, str]) -> None:
    found = swept(own_database)
    assert found["between"] == []
    assert found["statements"] > 20
    assert (found["finished"], found["lines"]) == (True, 12)


def test_without_the_transaction_the_same_sweep_finds_half_an_import(own_database: dict[str, str]) -> None:
    found = swept(own_database, "--bare")
    assert found["between"]
