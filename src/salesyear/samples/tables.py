"""How a sample is read: published files in, tables for the ordinary import out, dates moved by whole years."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table for the import: of which kind, its columns, its rows (made as they are read)."""

    kind: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample company: its name, currency, the last full year its sales cover, and its tables."""

    name: str
    title: str
    currency: tuple[str, str]
    last_full_year: int
    missing: tuple[str, ...]
    tables: Callable[[int], Iterator[Table]]

    def years_to(self, today: date) -> int:
        """Return by how many years to move its dates so that its last full year is the last full year."""
        return today.year - 1 - self.last_full_year


def published(company: str, name: str, encoding: str = "utf-8-sig") -> list[Row]:
    """Read one published file, as text, untouched."""
    path = files("salesyear.samples") / company / f"{name}.csv.gz"
    with path.open("rb") as packed, gzip.open(packed, "rt", encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def moved(text: str, years: int) -> str:
    """Return the day of `2011-05-31 00:00:00` or `2011/5/31` moved by whole years; 29 February becomes the 28th."""
    if not text:
        return ""
    year, month, day = (int(part) for part in text[:10].split(" ")[0].replace("/", "-").split("-"))
    if (month, day) == (2, 29) and not _leap(year + years):
        day = 28
    return date(year + years, month, day).isoformat()


def whole(text: str) -> str:
    """Return a key that was published as a float (`1045.0`) as what it is (`1045`)."""
    return text.removesuffix(".0")


def by(rows: Iterable[Row], key: str) -> Mapping[str, Row]:
    """Return rows by the value of one column, the last one winning."""
    return {whole(row[key]): row for row in rows}


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
