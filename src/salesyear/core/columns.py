"""How a slice declares what can be imported into it: a kind of row, and its columns by their many names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class Type(StrEnum):
    """What a column of a file holds."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    DECIMAL = "decimal"
    AMOUNT = "amount"
    PERCENT = "percent"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind understands.

    name: the model's field, unless the kind is written by hand. label: its heading, translated when shown.
    to: "slice.Model" when the cell names a row of another table, by code or by name. synonyms: headings, Chinese
    and English, that mean this column, the surest first; blanks, case and signs do not count, and
    "first name + last name" means both, joined. choices: accepted spellings → value.
    longest: characters that fit. masked: exports show it masked (186****1402) to some, so that a cell with an asterisk
    says nothing. creates: in the kinds that may create what a cell names, the table it belongs to.
    """

    name: str
    label: Any
    type: Type = Type.TEXT
    required: bool = False
    to: str = ""
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    longest: int | None = None
    masked: bool = False
    creates: str = ""


@dataclass(frozen=True)
class ImportKind:
    """A kind of row that files bring in.

    key: the columns that make a row the same row; empty key columns take their value from `defaults`.
    any_of: groups of columns of which a file must have one each, besides the required ones.
    defaults: what a new row gets where the file says nothing. settle: called in the import's transaction with the
    keys of the rows that were written, to keep up what is derived from them.
    """

    name: str
    label: Any
    model: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    any_of: tuple[tuple[str, ...], ...] = ()
    settle: Callable[[Iterable[Any]], None] | None = None

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns a file must have."""
        return tuple(column for column in self.columns if column.required)
