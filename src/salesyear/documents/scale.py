"""In what unit the figures of a chart are labelled: it stands once, beside the chart's title, not in every label."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from salesyear.core.numbers import grouped, major
from salesyear.documents.content.model import Chart, Money


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit: its word, from which amount on it is taken, its size in units of the currency, its decimals.

    form: the number format that shows it. Formats divide by thousands only: 万 and 亿 keep one and two decimals,
    the point is set before them.
    """

    word: str
    least: int
    size: int
    places: int
    form: str


WHOLE: Final = Scale("", 0, 1, 0, "#,##0")
CHINESE: Final = (Scale("亿", 10**8, 10**8, 2, "0\\.00,,"), Scale("万", 10**4, 10**4, 1, "0\\.0,"))
ENGLISH: Final = (
    Scale("B", 10**9, 10**9, 2, "0.00,,,"),
    Scale("M", 10**8, 10**6, 0, "#,##0,,"),
    Scale("M", 10**7, 10**6, 1, "#,##0.0,,"),
    Scale("M", 10**6, 10**6, 2, "0.00,,"),
    Scale("K", 10**5, 10**3, 0, "#,##0,"),
    Scale("K", 10**4, 10**3, 1, "#,##0.0,"),
)


def scale_of(chart: Chart, money: Money, *, chinese: bool) -> Scale:
    """The unit that fits the greatest amount of a chart."""
    amounts = (abs(one) for series in chart.series for one in series.values if one is not None)
    most = major(max(amounts, default=0), money.digits)
    return next((one for one in (CHINESE if chinese else ENGLISH) if most >= one.least), WHOLE)


def titled(chart: Chart, scale: Scale, *, chinese: bool) -> str:
    """The chart's title with the unit of its labels."""
    if not scale.word:
        return chart.title
    return f"{chart.title}（{scale.word}）" if chinese else f"{chart.title} ({scale.word})"


def label_of(minor: int, money: Money, scale: Scale) -> str:
    """An amount as a label shows it, for who draws it without a number format."""
    number = (major(minor, money.digits) / scale.size).quantize(Decimal(1).scaleb(-scale.places), ROUND_HALF_UP)
    return grouped(number)
