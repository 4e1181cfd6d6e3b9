"""A column of cells read as one: what the values together tell about day and month, decimals and percent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal

from salesyear.core.columns import Type
from salesyear.importing.values import dates, figures, words
from salesyear.importing.values.figures import Figure
from salesyear.importing.values.problems import Problem

Value = str | int | bool | Decimal | date | Figure
Cell = Value | Problem | None


@dataclass(frozen=True)
class Manner:
    """How a column's cells are to be read, decided once for all of them.

    decimal_mark: "." or ","; order: "dmy", "mdy" or "" (cannot be told); points: bare shares are percent points
    (None: cannot be told); choices: accepted spellings; longest: characters that fit; zone: the company's.
    """

    type: Type
    decimal_mark: str = "."
    order: str = ""
    points: bool | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    longest: int | None = None
    zone: tzinfo | None = None


def manner_of(
    kind: Type,
    texts: Iterable[str],
    *,
    order: str = "",
    choices: Mapping[str, str] | None = None,
    longest: int | None = None,
    zone: tzinfo | None = None,
) -> Manner:
    """How a column of this type is to be read, told by its own distinct values; `order` as chosen by a person."""
    distinct = {text for text in texts if text}
    numeric = kind in (Type.WHOLE, Type.DECIMAL, Type.AMOUNT, Type.PERCENT)
    mark = figures.decimal_mark_of(distinct) if numeric else "."
    return Manner(
        type=kind,
        decimal_mark=mark,
        order=(order or dates.order_of(distinct)) if kind is Type.DATE else "",
        points=figures.points_of(distinct, mark) if kind is Type.PERCENT else None,
        choices=choices or {},
        longest=longest,
        zone=zone,
    )


def read_cell(text: str, manner: Manner) -> Cell:
    """The value of one cell, None for an empty one, or the problem with it."""
    if not text or text.isspace():
        return None
    if manner.type not in (Type.TEXT, Type.CODE, Type.YES_NO) and figures.is_nothing(text):
        return None
    return _READERS[manner.type](text, manner)


def read_column(texts: Sequence[str], manner: Manner) -> list[Cell]:
    """Every cell of a column; equal texts are read once, so a column costs as much as its distinct values."""
    known = {text: read_cell(text, manner) for text in set(texts)}
    return [known[text] for text in texts]


_READERS: Mapping[Type, Callable[[str, Manner], Cell]] = {
    Type.TEXT: lambda text, manner: words.read_text(text, manner.longest),
    Type.CODE: lambda text, manner: words.read_code(text, manner.longest),
    Type.WHOLE: lambda text, manner: figures.read_whole(text, manner.decimal_mark),
    Type.DECIMAL: lambda text, manner: figures.read_decimal(text, manner.decimal_mark),
    Type.AMOUNT: lambda text, manner: figures.read_amount(text, manner.decimal_mark),
    Type.PERCENT: lambda text, manner: figures.read_percent(text, manner.decimal_mark, points=manner.points),
    Type.DATE: lambda text, manner: dates.read_date(text, manner.order, manner.zone),
    Type.YES_NO: lambda text, _manner: words.read_yes_no(text),
    Type.CHOICE: lambda text, manner: words.read_choice(text, manner.choices),
}
