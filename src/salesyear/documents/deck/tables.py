"""Tables on slides: figures to the right, hairlines below rows, split over slides under the same heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from salesyear.documents.content.model import Column, Money, Row, Table
from salesyear.documents.deck.template import INCH, INK, LIGHT, POINT, QUIET, describe, say
from salesyear.documents.fitting import TO_THE_LEFT, height_of, pages_of, size_for, texts_of, widths_of

SIZES: Final = (12.0, 11.0, 10.0, 9.0, 8.0, 7.0)
READABLE: Final = 9.0  # the smallest type that is chosen to save a slide
PADDING: Final = (10.0, 6.0)  # beside and above each text, both sides together, in points
PLAIN: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the style without any line or fill


class Fitted:
    """A table measured for a width: its type size, its columns, its rows' heights, and so its pages."""

    def __init__(self, table: Table, width: float, money: Money) -> None:
        self.table = table
        self.money = money
        self.widths = widths_of(table, width * 72)
        self.texts = [texts_of(row, table.columns, money) for row in table.rows]
        self._measure(size_for(table, self.widths, money, SIZES, PADDING[0]))

    def _measure(self, size: float) -> None:
        self.size = size
        self.heights = [self._height(texts) for texts in self.texts]
        self.head = self._height([column.heading for column in self.table.columns])

    def _height(self, texts: Sequence[str]) -> float:
        return height_of(texts, self.widths, self.size, PADDING)

    def pages(self, first: float, later: float) -> list[range]:
        """Which rows stand on which slide; room in inches. Smaller type is taken when it saves a slide."""
        for size in (one for one in SIZES if READABLE <= one <= self.size):
            self._measure(size)
            if sum(self.heights) <= first * 72 - self.head:
                break
        return pages_of(self.heights, first * 72 - self.head, later * 72 - self.head)


def add_table(slide: Any, fitted: Fitted, rows: range, box: tuple[float, float], said: str) -> float:  # noqa: ANN401
    """Put some rows of a table on a slide at left, top (inches); returns where it ends."""
    columns = fitted.table.columns
    heights = [fitted.head, *(fitted.heights[row] for row in rows)]
    left, top = (Emu(int(one * INCH)) for one in box)
    width = Emu(int(sum(fitted.widths) * POINT))
    frame = slide.shapes.add_table(len(heights), len(columns), left, top, width, Emu(int(sum(heights) * POINT)))
    describe(frame, said)
    native = frame.table
    properties = native._tbl.tblPr
    properties.find(qn("a:tableStyleId")).text = PLAIN
    native.horz_banding = False
    for place, one in enumerate(fitted.widths):
        native.columns[place].width = Emu(int(one * POINT))
    for place, height in enumerate(heights):
        native.rows[place].height = Emu(int(height * POINT))
    _write_row(native, 0, [column.heading for column in columns], columns, fitted.size, Row((), strong=True), head=True)
    for place, row in enumerate(rows, start=1):
        _write_row(native, place, fitted.texts[row], columns, fitted.size, fitted.table.rows[row])
    return box[1] + sum(heights) / 72


def _write_row(
    native: Any,  # noqa: ANN401
    place: int,
    texts: Sequence[str],
    columns: Sequence[Column],
    size: float,
    row: Row,
    *,
    head: bool = False,
) -> None:
    for number, (text, column) in enumerate(zip(texts, columns, strict=True)):
        cell = native.cell(place, number)
        cell.margin_left = cell.margin_right = Pt(PADDING[0] / 2)
        cell.margin_top = cell.margin_bottom = Pt(PADDING[1] / 2)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.text_frame.word_wrap = True
        align = PP_ALIGN.LEFT if column.kind in TO_THE_LEFT else PP_ALIGN.RIGHT
        say(cell.text_frame, text, size, bold=row.strong, colour=QUIET if head else INK, align=align)
        _line_below(cell, INK if head or row.strong else LIGHT, 0.75 if head or row.strong else 0.5)


def _line_below(cell: Any, colour: str, width: float) -> None:  # noqa: ANN401
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(qn("a:lnB"), {"w": str(int(width * POINT)), "cmpd": "sng"})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour}))
    line.append(fill)
    properties.insert(0, line)
