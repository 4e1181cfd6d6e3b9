"""The front-end files of others are the ones that were recorded, and no others."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

import salesyear.web

pytestmark = pytest.mark.once
FOLDER = Path(salesyear.web.__file__).parent / "static" / "vendor"
LIST: dict[str, Any] = tomllib.loads((FOLDER / "VENDORED.toml").read_text(encoding="utf-8"))
FILES = [file for package in LIST["package"] for file in package["file"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])
def test_a_file_is_the_recorded_one(file: dict[str, str]) -> None:
    assert hashlib.sha256((FOLDER / file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_nothing_else_lies_there() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert there == {"VENDORED.toml", *(file["path"] for file in FILES)}


def test_every_package_names_version_licence_and_purpose() -> None:
    for package in LIST["package"]:
        assert {"name", "version", "licence", "used_for"} <= package.keys()
