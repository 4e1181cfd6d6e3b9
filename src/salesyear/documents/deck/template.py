"""The deck's own 16:9 template, built on the library's empty one: layouts, type and colours."""

from __future__ import annotations

from typing import Any, Final

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

INCH: Final = 914_400
POINT: Final = 12_700
WIDTH, HEIGHT = 13.333, 7.5
LEFT, TOP, INNER = 0.6, 1.55, 12.13
BOTTOM = 6.85
INK, QUIET, LIGHT, ACCENT = "1F2933", "5B6673", "B4BCC6", "0B5CAD"
GOOD, BAD = "1B7F4B", "B3261E"
LATIN, HAN = "Arial", "Microsoft YaHei"
COVER, SECTION, MESSAGE = 0, 2, 5  # of the library's layouts, by what they are used for
#: Where the placeholders of each layout stand, in inches: left, top, width, height.
PLACES: Final[dict[int, dict[int, tuple[float, float, float, float]]]] = {
    COVER: {0: (0.9, 2.0, 11.5, 1.6), 1: (0.9, 3.75, 11.5, 2.0)},
    SECTION: {0: (0.9, 2.5, 11.5, 1.2), 1: (0.9, 3.75, 11.5, 1.4)},
    MESSAGE: {0: (LEFT, 0.42, INNER, 1.0)},
}


def new_deck() -> Any:  # noqa: ANN401 - the library carries no types
    """An empty deck in 16:9 with three layouts: cover, chapter, message."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Emu(int(WIDTH * INCH)), Emu(int(HEIGHT * INCH))
    _set_fonts(deck)
    for number in (COVER, SECTION, MESSAGE):
        _lay_out(deck.slide_layouts[number], PLACES[number])
    _lay_out(deck.slide_master, {0: PLACES[MESSAGE][0], 1: (LEFT, TOP, INNER, BOTTOM - TOP)})
    _drop_others(deck)
    return deck


def _lay_out(layout: Any, places: dict[int, tuple[float, float, float, float]]) -> None:  # noqa: ANN401
    for shape in list(layout.placeholders):
        place = places.get(shape.placeholder_format.idx)
        if place is None:
            shape._element.getparent().remove(shape._element)
            continue
        shape.left, shape.top, shape.width, shape.height = (Emu(int(one * INCH)) for one in place)
        for found in [*shape._element.iter(qn("a:normAutofit")), *shape._element.iter(qn("a:spAutoFit"))]:
            found.getparent().remove(found)
        for found in shape._element.iter(qn("a:defRPr")):
            found.attrib.pop("cap", None)


def _drop_others(deck: Any) -> None:  # noqa: ANN401
    kept = {deck.slide_layouts[number].name for number in (COVER, SECTION, MESSAGE)}
    for layout in list(deck.slide_layouts):
        if layout.name not in kept:
            deck.slide_layouts.remove(layout)


def _set_fonts(deck: Any) -> None:  # noqa: ANN401
    """Name the faces in the theme, so that text somebody adds later has them, too."""
    theme = next(part for part in deck.slide_master.part.package.iter_parts() if "/theme/theme1" in part.partname)
    text = theme.blob.decode()
    text = text.replace('<a:latin typeface="Calibri"/>', f'<a:latin typeface="{LATIN}"/>')
    text = text.replace('<a:ea typeface=""/>', f'<a:ea typeface="{HAN}"/>')
    theme._blob = text.encode()


def say(frame: Any, text: str, size: float, *, bold: bool = False, colour: str = INK, align: Any = None) -> Any:  # noqa: ANN401
    """Put one paragraph into an empty text frame; returns it."""
    paragraph = frame.paragraphs[0] if not frame.paragraphs[0].runs else frame.add_paragraph()
    run = paragraph.add_run()
    run.text = text
    dress(run.font, size, bold=bold, colour=colour)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def dress(font: Any, size: float, *, bold: bool = False, colour: str = INK) -> None:  # noqa: ANN401
    """Set face, size and colour, the face for Chinese, too: the library sets the Latin one only."""
    font.size, font.bold, font.name = Pt(size), bold, LATIN
    font.color.rgb = RGBColor.from_string(colour)
    properties = font._rPr
    for found in properties.findall(qn("a:ea")):
        properties.remove(found)
    face = properties.makeelement(qn("a:ea"), {"typeface": HAN})
    properties.find(qn("a:latin")).addnext(face)


def describe(shape: Any, text: str) -> None:  # noqa: ANN401
    """Give a shape the words that a screen reader says."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)
