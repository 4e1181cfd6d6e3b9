"""Help for the tests of imports: a file in, as a person would bring it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from salesyear.core.scope import Scope
from salesyear.importing import services
from salesyear.importing.layouts import Layout
from salesyear.importing.models import Import

SYSTEM = Scope.system("a test")
FILES = Path(__file__).parent / "importing" / "files"
NORTHWIND = ("currencies", "region", "categories", "employees", "customers", "products", "orders", "order_details")


def look(path: Path, layout: Layout | None = None, kind: str = "") -> Import:
    """A file taken in and checked, not saved."""
    return services.take_in(path, path.name, actor=None, scope=SYSTEM, layout=layout, kind=kind)


def bring(path: Path, layout: Layout | None = None, *, kind: str = "", good_rows_only: bool = False) -> Import:
    """A file taken in and saved."""
    return services.save_import(look(path, layout, kind), scope=SYSTEM, good_rows_only=good_rows_only)


def northwind() -> list[Import]:
    """The published company, table by table, by nothing but its headings."""
    return [bring(FILES / "northwind" / f"{name}.csv") for name in NORTHWIND]


def written(folder: Path, text: str, name: str = "file.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def counts(import_: Import) -> dict[str, Any]:
    """Where its rows went; they always add up."""
    assert import_.rows == import_.created + import_.changed + import_.unchanged + import_.rejected
    names = ("created", "changed", "unchanged", "rejected")
    return {name: getattr(import_, name) for name in names if getattr(import_, name)}


def problems(import_: Import) -> list[tuple[int, str, str]]:
    """Row, value and rule of each problem."""
    return [(fault["row"], fault["value"], fault["rule"] % fault["places"]) for fault in import_.shown["faults"]]
