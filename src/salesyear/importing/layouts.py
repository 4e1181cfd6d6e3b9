"""How the headings of a file are understood: guessed from their names, chosen by people, remembered."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils import translation

from salesyear.core.columns import Column, ImportKind
from salesyear.engine.messages import EngineError, noop
from salesyear.importing.kinds import KINDS, kind_named

#: The two choices for dates like 11/8/2016.
DATE_ORDERS = ("mdy", "dmy")


class LayoutError(EngineError):
    """A mapping that does not fit the file or the kind."""


@dataclass(frozen=True)
class Layout:
    """What each column of a kind is read from.

    columns: column → headings (several are joined by a blank). constants: column → the same text in every row.
    orders: column → "mdy" or "dmy" where its own values do not tell. create_missing: customers, products and
    regions that are named and not known are created from the file's own columns.
    """

    kind: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    create_missing: bool = False

    def kept(self) -> dict[str, Any]:
        """The layout as plain JSON."""
        return {
            "kind": self.kind,
            "columns": {name: list(headings) for name, headings in self.columns.items()},
            "constants": dict(self.constants),
            "orders": dict(self.orders),
            "create_missing": self.create_missing,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Layout:
        """The layout that was kept as JSON."""
        columns = {name: tuple(headings) for name, headings in kept["columns"].items()}
        return cls(kept["kind"], columns, kept["constants"], kept["orders"], kept["create_missing"])


def fingerprint(headings: Sequence[str]) -> str:
    """The same for files with the same headings, in any order, width and case."""
    return hashlib.sha256("\n".join(sorted(_bare(heading) for heading in headings)).encode()).hexdigest()


def guess(headings: Sequence[str], kind: str = "") -> Layout:
    """The layout that fits the headings best: of the kind named, else of any."""
    kinds = [kind_named(kind)] if kind else list(KINDS.values())
    layouts = [Layout(kind=one.name, columns=_matched(one, headings)) for one in kinds]
    return max(layouts, key=_fit)


def _fit(layout: Layout) -> tuple[bool, int, float]:
    """Whether nothing is missing, how much was recognised, and how much of the kind that is."""
    kind = KINDS[layout.kind]
    matched = len({heading for headings in layout.columns.values() for heading in headings})
    return (not missing(kind, layout), matched, matched / len(kind.columns))


def missing(kind: ImportKind, layout: Layout) -> list[Column]:
    """The columns that the kind needs and the layout does not give."""
    given = {*layout.columns, *layout.constants}
    lacking = [column for column in kind.required if column.name not in given]
    return lacking + [kind.by_name[group[0]] for group in kind.any_of if not given & set(group)]


def _matched(kind: ImportKind, headings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Headings given to columns, the surest pair first; each heading and each column once."""
    by_bare = {_bare(heading): heading for heading in reversed(headings)}
    pairs = sorted(
        (rank, place, column.name, parts)
        for place, column in enumerate(kind.columns)
        for rank, parts in enumerate(_known_as(kind.name, column.name))
        if all(part in by_bare for part in parts)
    )
    columns: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for _rank, _place, name, parts in pairs:
        if name not in columns and not taken & set(parts):
            columns[name] = tuple(by_bare[part] for part in parts)
            taken |= set(parts)
    return columns


@lru_cache(maxsize=1000)
def _known_as(kind: str, name: str) -> tuple[tuple[str, ...], ...]:
    """The names of a column, bare, the surest first: its synonyms, its own name, its label in both languages."""
    column = KINDS[kind].by_name[name]
    labels = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            labels.append(str(column.label))
    every = [*column.synonyms, name, *labels]
    return tuple(dict.fromkeys(tuple(_bare(part) for part in known.split("+")) for known in every))


def _bare(heading: str) -> str:
    """A heading without case, width, blanks and signs."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or folded


def checked(layout: Layout, headings: Sequence[str]) -> Layout:
    """The layout, when it fits the file; raises LayoutError for what does not."""
    kind = kind_named(layout.kind)
    for name in (*layout.columns, *layout.constants):
        if name not in kind.by_name:
            raise LayoutError(
                noop("“%(name)s” is no column of %(kind)s. There are: %(columns)s."),
                name=name,
                kind=kind.name,
                columns=", ".join(kind.by_name),
            )
    strange = [heading for parts in layout.columns.values() for heading in parts if heading not in headings]
    if strange:
        raise LayoutError(
            noop("The file has no heading “%(heading)s”. It has: %(headings)s."),
            heading=strange[0],
            headings=", ".join(headings),
        )
    lacking = missing(kind, layout)
    if lacking:
        raise LayoutError(
            noop("A column is needed for: %(columns)s. Choose it, or give one value for all rows."),
            columns=", ".join(column.name for column in lacking),
        )
    return layout


def remembered_or_guessed(headings: Sequence[str], kept: Mapping[str, Any] | None, kind: str = "") -> Layout:
    """The layout people last chose for these headings, else the best guess."""
    if kept and (not kind or kept["kind"] == kind):
        return Layout.of(kept)
    return guess(headings, kind)
