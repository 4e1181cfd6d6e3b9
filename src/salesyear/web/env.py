"""Settings from the environment, read loudly: a wrong value stops the start and says what is allowed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

T = TypeVar("T")


class SettingError(Exception):
    """A variable of the environment holds something that cannot be used."""


class Env:
    """Reads typed values out of an environment; every refusal names the variable, the value and what is allowed."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.variables = os.environ if variables is None else variables

    def text(self, name: str, default: str) -> str:
        """Return a text as it stands."""
        return self.variables.get(name) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return yes or no."""
        words = {
            "1": True,
            "yes": True,
            "true": True,
            "on": True,
            "0": False,
            "no": False,
            "false": False,
            "off": False,
        }
        return self._read(name, default, lambda text: words[text.lower()], "yes or no")

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number between two bounds."""
        allowed = f"a whole number from {least} to {most}"
        number = self._read(name, default, int, allowed)
        if not least <= number <= most:
            raise _refusal(name, str(number), allowed)
        return number

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """Return one of a few words."""
        return self._read(name, default, lambda text: allowed[allowed.index(text)], "one of " + ", ".join(allowed))

    def engine(self, name: str) -> str:
        """Return what answers for the figures: duckdb, postgresql, or the address of a Spark cluster."""
        text = self.text(name, "duckdb")
        if text in {"duckdb", "postgresql"} or text.startswith("spark://"):
            return text
        raise _refusal(name, text, "duckdb, postgresql or spark://host:port")

    def names(self, name: str, default: list[str]) -> list[str]:
        """Return a list of names parted by commas."""
        return [part.strip() for part in self.text(name, ",".join(default)).split(",") if part.strip()]

    def folder(self, name: str, default: Path) -> Path:
        """Return a folder that is there and can be written, making it for its owner alone if need be."""
        path = Path(self.text(name, str(default))).expanduser().absolute()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as reason:
            raise _refusal(name, str(path), f"a folder that can be made and written ({reason.strerror})") from None
        return path

    def zone(self, name: str, default: str) -> str:
        """Return the name of a time zone."""
        text = self.text(name, default)
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError):
            raise _refusal(name, text, "a time zone such as Asia/Shanghai") from None
        return text

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """Return Django's settings of the database: SQLite in `default`, or what a URL names."""
        url = self.variables.get(name, "")
        if not url:
            return _sqlite(default)
        parts = urlsplit(url)
        if parts.scheme == "sqlite":
            return _sqlite(Path(unquote(parts.path)))
        if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
            return _postgresql(url)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # never print a password
        raise _refusal(name, shown, "postgresql://user:password@host:5432/name or sqlite:///path/to/file")

    def _read(self, name: str, default: T, reader: Callable[[str], T], allowed: str) -> T:
        text = self.variables.get(name, "").strip()
        if not text:
            return default
        try:
            return reader(text)
        except (ValueError, KeyError):
            raise _refusal(name, text, allowed) from None


def _refusal(name: str, value: str, allowed: str) -> SettingError:
    return SettingError(f"{name} is “{value}”. It must be {allowed}.")


def secret_of(folder: Path) -> str:
    """Return this installation's own secret, written at the first run with rights for its owner alone."""
    path = folder / "secret.key"
    if not path.exists():
        temporary = folder / f".secret.{os.getpid()}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(temporary, path)  # whoever comes first wins; the other reads the winner's
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()


def _sqlite(path: Path) -> dict[str, Any]:
    pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [unquote(parts.hostname or "")])[0],
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }
