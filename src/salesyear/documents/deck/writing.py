"""A paper written as a deck: cover, contents, chapters, definitions; one message a slide, notes with the sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu

from salesyear.documents.content.model import Bullets, Chapter, Chart, Column, Paper, Part, Row, Slide, Table
from salesyear.documents.content.words import unbroken
from salesyear.documents.deck.charts import add_chart
from salesyear.documents.deck.tables import Fitted, add_table
from salesyear.documents.deck.template import (
    ACCENT,
    BOTTOM,
    COVER,
    HEIGHT,
    INCH,
    INNER,
    LEFT,
    MESSAGE,
    QUIET,
    SECTION,
    TOP,
    new_deck,
    say,
)
from salesyear.documents.fitting import cut_to, lines_of
from salesyear.documents.fixed import fix_zip

CHART_ALONE: Final = 5.0  # inches
CHARTS_ABOVE: Final = (2.9, 2.5, 2.1)  # the tallest that lets the table below end on the same slide, else the first
BESIDE: Final = 3  # so many columns of a table still stand beside a chart
BESIDE_TOP: Final = 0.6  # inches that a table beside a chart stands lower
BULLET: Final = 0.4  # inches that a sentence below a table takes


@dataclass(frozen=True)
class Placed:
    """A part as it stands on one slide: which rows of a table, how high a chart (inches)."""

    part: Part | Fitted
    rows: range = range(0)
    height: float = CHART_ALONE


def write_deck(paper: Paper, path: Path) -> None:
    """Write a paper as a PPTX file, the same bytes for the same paper."""
    with translation.override(paper.language):
        deck = new_deck()
        _Writer(deck, paper).write()
    _name(deck, paper)
    deck.save(path)
    fix_zip(path, paper.moment)


def _name(deck: Any, paper: Paper) -> None:  # noqa: ANN401
    about = deck.core_properties
    about.title, about.author, about.subject = paper.cover.title, paper.cover.presenter, paper.cover.subtitle
    about.comments, about.language, about.last_modified_by, about.revision = paper.mark, paper.language, "Salesyear", 1
    about.created = about.modified = paper.moment.replace(tzinfo=None)


class _Writer:
    """Writes slide after slide and counts them."""

    def __init__(self, deck: Any, paper: Paper) -> None:  # noqa: ANN401
        self.deck = deck
        self.paper = paper
        self.count = 0

    def write(self) -> None:
        """Write everything."""
        self._cover()
        if len(self.paper.chapters) > 1:
            self._contents()
        for chapter in self.paper.chapters:
            if len(self.paper.chapters) > 1:
                self._section(chapter)
            for slide in chapter.slides:
                self._slide(slide)
        self._definitions()

    def _new(self, layout: int) -> Any:  # noqa: ANN401
        names = {COVER: 0, SECTION: 1, MESSAGE: 2}
        self.count += 1
        return self.deck.slides.add_slide(self.deck.slide_layouts[names[layout]])

    def _cover(self) -> None:
        cover = self.paper.cover
        slide = self._new(COVER)
        title, below = slide.placeholders[0].text_frame, slide.placeholders[1].text_frame
        title.vertical_anchor = MSO_ANCHOR.BOTTOM
        say(title, cover.title, 40, bold=True, align=PP_ALIGN.LEFT)
        say(below, cover.subtitle, 22, colour=ACCENT, align=PP_ALIGN.LEFT)
        said = (cover.organisation, cover.presenter, cover.day.isoformat())
        say(below, "  ·  ".join(filter(None, said)), 16, colour=QUIET, align=PP_ALIGN.LEFT)
        say(below, self.paper.mark, 11, colour=QUIET, align=PP_ALIGN.LEFT)

    def _contents(self) -> None:
        columns = (Column(_("Chapter"), share=1), Column(_("Question"), share=3))
        rows = tuple(Row((f"{one.number}  {one.title}", one.question)) for one in self.paper.chapters)
        self._slide(Slide(_("Contents"), (Table(columns, rows),)))

    def _section(self, chapter: Chapter) -> None:
        slide = self._new(SECTION)
        title, below = slide.placeholders[0].text_frame, slide.placeholders[1].text_frame
        title.vertical_anchor = MSO_ANCHOR.BOTTOM
        say(title, f"{chapter.number}  {chapter.title}", 34, bold=True, align=PP_ALIGN.LEFT)
        below.vertical_anchor = MSO_ANCHOR.TOP
        say(below, chapter.question, 18, colour=QUIET, align=PP_ALIGN.LEFT)
        self._foot(slide)

    def _definitions(self) -> None:
        columns = (Column(_("Word"), share=1), Column(_("Meaning"), share=4))
        rows = tuple(Row(pair) for pair in self.paper.definitions)
        self._slide(Slide(_("What the words mean"), (Table(columns, rows),), (self.paper.mark,)))

    def _slide(self, slide: Slide) -> None:
        """One message on as many slides as its table needs."""
        pages = list(_pages(slide, self.paper))
        for number, parts in enumerate(pages, start=1):
            native = self._new(MESSAGE)
            title = slide.title if len(pages) == 1 else f"{slide.title} ({number}/{len(pages)})"
            self._title(native, title)
            self._parts(native, parts, slide)
            self._foot(native)
            self._notes(native, slide)

    def _title(self, native: Any, text: str) -> None:  # noqa: ANN401
        frame = native.shapes.title.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        width = INNER * 72 - 14
        size = next((size for size in (24, 22, 20, 18) if lines_of(text, width, size * 1.05) <= 2), 18)
        text = unbroken(text, self.paper.money)
        say(frame, cut_to(text, width, size * 1.05, 2), size, bold=True, align=PP_ALIGN.LEFT)

    def _parts(self, native: Any, parts: list[Placed], slide: Slide) -> None:  # noqa: ANN401
        top = TOP
        for one in parts:
            top = self._part(native, one, slide, top)

    def _part(self, native: Any, one: Placed, slide: Slide, top: float) -> float:  # noqa: ANN401 - python-pptx has no types
        """Put a part on a slide at a height (inches); returns where the next begins."""
        beside = _beside(slide)
        if isinstance(one.part, Chart):
            box = (LEFT, top, INNER * 0.52 if beside else INNER, one.height)
            add_chart(native, one.part, box, self.paper.money, chinese=self.paper.chinese)
            return top if beside else top + (one.height + 0.1)
        if isinstance(one.part, Fitted):
            place = (LEFT + INNER * 0.55, top + BESIDE_TOP) if beside else (LEFT, top)
            return add_table(native, one.part, one.rows, place, slide.title) + 0.15
        if isinstance(one.part, Bullets):
            self._bullets(native, one.part, top)
        return top

    def _bullets(self, native: Any, bullets: Bullets, top: float) -> None:  # noqa: ANN401
        box = native.shapes.add_textbox(*(Emu(int(one * INCH)) for one in (LEFT, top, INNER, max(0.4, BOTTOM - top))))
        box.text_frame.word_wrap = True
        for line in bullets.lines:
            say(box.text_frame, line, 14)

    def _foot(self, native: Any) -> None:  # noqa: ANN401
        place = (LEFT, HEIGHT - 0.45, INNER, 0.3)
        box = native.shapes.add_textbox(*(Emu(int(one * INCH)) for one in place))
        cover = self.paper.cover
        said = "  ·  ".join(filter(None, (cover.organisation, cover.title, cover.subtitle, str(self.count))))
        box.text_frame.word_wrap = True  # else the frame shrinks to its text, and “right” means nothing
        say(box.text_frame, said, 9, colour=QUIET, align=PP_ALIGN.RIGHT)

    def _notes(self, native: Any, slide: Slide) -> None:  # noqa: ANN401
        frame = native.notes_slide.notes_text_frame
        source = _("Source: %(mark)s") % {"mark": self.paper.mark}
        for line in (*slide.notes, source):
            say(frame, line, 12)


def _beside(slide: Slide) -> bool:
    """Whether the table is small enough to stand beside the chart."""
    tables = [part for part in slide.parts if isinstance(part, Table)]
    charts = [part for part in slide.parts if isinstance(part, Chart)]
    return bool(charts) and bool(tables) and all(len(table.columns) <= BESIDE for table in tables)


def _pages(slide: Slide, paper: Paper) -> Iterator[list[Placed]]:
    """The parts of each slide that a message takes: a long table goes on, the other parts stand on the first one."""
    beside = _beside(slide)
    table = next((part for part in slide.parts if isinstance(part, Table)), None)
    if table is None:
        yield [Placed(part, height=CHART_ALONE - _sentences(slide)) for part in slide.parts]
        return
    fitted = Fitted(table, INNER * 0.45 if beside else INNER, paper.money)
    height, pages = _broken(slide, fitted, beside=beside)
    yield [
        Placed(fitted, pages[0]) if part is table else Placed(part, height=CHART_ALONE if beside else height)
        for part in slide.parts
    ]
    yield from ([Placed(fitted, rows)] for rows in pages[1:])


def _sentences(slide: Slide) -> float:
    """How high the sentences of a slide are, in inches."""
    return sum(BULLET * len(part.lines) for part in slide.parts if isinstance(part, Bullets))


def _broken(slide: Slide, fitted: Fitted, *, beside: bool) -> tuple[float, list[range]]:
    """How high the chart above a table is, and which rows of the table stand on which slide."""
    room = BOTTOM - TOP
    first = room - _sentences(slide)
    if beside:
        return CHART_ALONE, fitted.pages(first - BESIDE_TOP, room)
    if not any(isinstance(part, Chart) for part in slide.parts):
        return 0.0, fitted.pages(first, room)
    tried = ((height, fitted.pages(first - height - 0.1, room)) for height in CHARTS_ABOVE)
    whole = next(((height, pages) for height, pages in tried if len(pages) == 1), None)
    return whole or (CHARTS_ABOVE[0], fitted.pages(first - CHARTS_ABOVE[0] - 0.1, room))
