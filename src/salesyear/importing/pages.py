"""An import as its page shows it: plain values in the reader's language, nothing to reckon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from salesyear.core.columns import Type
from salesyear.engine.messages import EngineError
from salesyear.importing.kinds import KINDS
from salesyear.importing.layouts import Layout
from salesyear.importing.models import Import, State


def in_words(refused: EngineError) -> str:
    """A refusal in the reader's language."""
    return _(refused.text) % refused.values if refused.values else _(refused.text)


def _sentences(fault: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rule and mend of a kept problem, by name."""
    return [(part, fault[part]) for part in ("rule", "mend")]


@dataclass(frozen=True)
class Choice:
    """One line of the choice of columns: a heading, what stands under it, what it was taken for."""

    place: int
    heading: str
    example: str
    column: str


@dataclass(frozen=True)
class Given:
    """A column that can be given one value for all rows, or whose dates can be read otherwise."""

    name: str
    label: str
    value: str


class Page:
    """What the page of one import shows."""

    def __init__(self, import_: Import) -> None:
        self.import_ = import_
        self.shown: Mapping[str, Any] = import_.shown
        self.layout = Layout.of(import_.layout)
        self.kind = KINDS[self.layout.kind]

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        """Every kind, and whether it is this one."""
        return [(name, str(kind.label), name == self.kind.name) for name, kind in KINDS.items()]

    @property
    def columns(self) -> list[tuple[str, str, bool]]:
        """The kind's columns: name, label, whether needed."""
        return [(column.name, str(column.label), column.required) for column in self.kind.columns]

    @property
    def choices(self) -> list[Choice]:
        """One line per heading of the file."""
        taken = {heading: name for name, headings in self.layout.columns.items() for heading in headings}
        first = self.shown["rows"][0][1:] if self.shown["rows"] else [""] * len(self.shown["headings"])
        return [
            Choice(place, heading, first[place], taken.get(heading, ""))
            for place, heading in enumerate(self.shown["headings"])
        ]

    @property
    def constants(self) -> list[Given]:
        """One field per column, for one value in all rows."""
        given = self.layout.constants
        return [Given(one.name, str(one.label), given.get(one.name, "")) for one in self.kind.columns]

    @property
    def dates(self) -> list[Given]:
        """The columns of dates that the file has."""
        columns = [one for one in self.kind.columns if one.type is Type.DATE and one.name in self.layout.columns]
        return [Given(one.name, str(one.label), self.layout.orders.get(one.name, "")) for one in columns]

    @property
    def may_create(self) -> bool:
        """Whether this kind can create what its rows name."""
        return any(column.creates for column in self.kind.columns)

    @cached_property
    def lacking(self) -> str:
        """What the layout lacks, in words."""
        lacking = self.shown.get("lacking")
        if not lacking:
            return ""
        sentence = lacking["text"]
        return _(sentence) % {name: self._translated(value) for name, value in lacking["values"].items()}

    def _translated(self, names: str) -> str:
        """Labels of columns that were written down in another language."""
        return ", ".join(
            str(self.kind.by_name[name].label) if name in self.kind.by_name else name for name in names.split(", ")
        )

    @property
    def read(self) -> list[str]:
        """How the file was read: encoding, separator, sheet."""
        names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
        how = dict(self.shown["read"])
        how["separator"] = names.get(how["separator"], "")
        return [text for text in how.values() if text]

    @property
    def understood_headings(self) -> list[str]:
        """The labels over the rows as understood."""
        given = {*self.layout.columns, *self.layout.constants}
        return [str(column.label) for column in self.kind.columns if column.name in given]

    @property
    def derived(self) -> bool:
        """Whether the amount comes from quantity, price and discount."""
        given = {*self.layout.columns, *self.layout.constants}
        return self.kind.name == "orderlines" and "amount" not in given and "price" in given

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The first problems in the reader's language."""
        return [
            {**fault, **{part: _(sentence) % fault["places"] for part, sentence in _sentences(fault)}}
            for fault in self.shown.get("faults", [])
        ]

    @property
    def more_faults(self) -> int:
        """Problems that only the workbook shows."""
        return int(self.shown.get("problems", 0)) - len(self.shown.get("faults", []))

    @property
    def good(self) -> int:
        """Rows that can be saved."""
        return self.import_.rows - self.import_.rejected

    @property
    def open(self) -> bool:
        """Whether it is not saved yet."""
        return self.import_.state == State.CHECKED

    @property
    def saved(self) -> bool:
        """Whether it is saved and can be undone."""
        return self.import_.state == State.SAVED
