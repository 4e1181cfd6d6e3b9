"""Settings are read loudly: a wrong value names the variable, what it holds and what is allowed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from salesyear.web.env import Env, SettingError, secret_of

pytestmark = pytest.mark.once


def test_what_is_not_set_has_its_default() -> None:
    env = Env({})
    assert env.flag("SALESYEAR_HTTPS", default=False) is False
    assert env.whole("SALESYEAR_LOCKOUT_TRIES", 5, least=2, most=100) == 5
    assert env.names("SALESYEAR_HOSTS", ["localhost"]) == ["localhost"]
    assert env.zone("SALESYEAR_TIME_ZONE", "Asia/Shanghai") == "Asia/Shanghai"


def everything(variables: dict[str, str]) -> None:
    env = Env(variables)
    env.flag("A", default=True)
    env.whole("B", 1, least=1, most=9)
    env.one_of("C", "en", ("zh-hans", "en"))
    env.zone("D", "UTC")
    env.database("E", Path("x"))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"A": "maybe"}, "A is “maybe”. It must be yes or no."),
        ({"B": "lots"}, "B is “lots”. It must be a whole number from 1 to 9."),
        ({"B": "10"}, "B is “10”. It must be a whole number from 1 to 9."),
        ({"C": "fr"}, "C is “fr”. It must be one of zh-hans, en."),
        ({"D": "Mars/Base"}, "D is “Mars/Base”. It must be a time zone such as Asia/Shanghai."),
        ({"E": "mysql://h/n"}, "E is “mysql://h/n”. It must be postgresql://user:password@host:5432/name or sqlite://"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingError) as refused:
        everything(variables)
    assert str(refused.value).startswith(said)


def test_a_refused_database_never_shows_its_password() -> None:
    with pytest.raises(SettingError) as refused:
        Env({"DATABASE_URL": "oracle://boss:secret@host/db"}).database("DATABASE_URL", Path("x"))
    assert "secret" not in str(refused.value)


def test_a_database_by_its_url(tmp_path: Path) -> None:
    env = Env({"P": "postgresql://wang:p%40ss@db.example:5433/sales", "S": f"sqlite://{tmp_path}/one.sqlite3"})
    postgresql = env.database("P", tmp_path)
    assert (postgresql["NAME"], postgresql["USER"], postgresql["PASSWORD"]) == ("sales", "wang", "p@ss")
    assert (postgresql["HOST"], postgresql["PORT"]) == ("db.example", "5433")
    sqlite = env.database("S", tmp_path / "other")
    assert sqlite["NAME"] == f"{tmp_path}/one.sqlite3"
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]
    assert "journal_mode=WAL" in sqlite["OPTIONS"]["init_command"]


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = secret_of(tmp_path)
    assert secret_of(tmp_path) == first
    assert len(first) >= 80
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_wrong_variable_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    variables = {**os.environ, "SALESYEAR_HOME": str(tmp_path), "SALESYEAR_LOCKOUT_TRIES": "none"}
    ran = subprocess.run(
        [sys.executable, "-m", "salesyear.cli", "user", "list"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.strip() == (
        "salesyear: SALESYEAR_LOCKOUT_TRIES is “none”. It must be a whole number from 2 to 100."
    )
