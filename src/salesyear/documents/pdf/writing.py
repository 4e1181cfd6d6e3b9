"""A paper written as a PDF: its values as data beside one template, compiled by Typst, the same bytes each time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from salesyear.documents.content.model import Bullets, Chapter, Chart, Column, Paper, Part, Row, Slide, Table
from salesyear.documents.content.words import text_of, unbroken
from salesyear.documents.fitting import TO_THE_LEFT, size_for, widths_of
from salesyear.documents.pdf.drawing import drawn
from salesyear.documents.pdf.fonts import faces, font_folders

TEMPLATES: Final = ("parts.typ", "plan.typ", "sheet.typ")
WIDTH: Final = 740.0  # points between the margins of an A4 page on its side
SIZES: Final = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
LONG: Final = 14  # rows of a table that may go on on the next page
SHEET_PARTS: Final = (0.42, 1.0)  # of the width, for the first tables of a sheet
SHEET_HALF: Final = 0.49  # for the others, two beside each other
STANDARD: Final = "ua-1"  # tagged, with a title and words for every chart


def write_pdf(paper: Paper, path: Path) -> None:
    """Write a paper as a PDF. Raises NoFont when no face has Chinese characters."""
    import typst

    with translation.override(paper.language):
        said = _said(paper)
    with tempfile.TemporaryDirectory(prefix="salesyear-pdf-") as folder:
        root = Path(folder)
        (root / "paper.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        for name in TEMPLATES:
            template = (files("salesyear.documents.pdf") / name).read_text(encoding="utf-8")
            (root / name).write_text(template, encoding="utf-8")
        made = typst.compile(
            str(root / ("sheet.typ" if paper.sheet else "plan.typ")),
            root=folder,
            font_paths=list(font_folders()),
            timestamp=int(paper.moment.timestamp()),
            pdf_standards=STANDARD,
        )
    path.write_bytes(made)


def _said(paper: Paper) -> dict[str, Any]:
    cover = paper.cover
    day = cover.day
    return {
        "title": cover.title,
        "subtitle": cover.subtitle,
        "author": cover.presenter or cover.organisation,
        "by": "  ·  ".join(filter(None, (cover.organisation, cover.presenter, day.isoformat()))),
        "foot": "  ·  ".join(filter(None, (cover.organisation, cover.title, cover.subtitle))),
        "day": [day.year, day.month, day.day],
        "mark": paper.mark,
        "remarks": list(paper.remarks),
        "lang": "zh" if paper.chinese else "en",
        "region": "CN" if paper.chinese else "US",
        "fonts": list(faces()),
        **({"slides": list(_sheet(paper))} if paper.sheet else {"chapters": [*_chapters(paper), _definitions(paper)]}),
    }


def _sheet(paper: Paper) -> Iterator[dict[str, Any]]:
    """A sheet's parts with their tables set for the room that each has."""
    for place, slide in enumerate(paper.slides):
        share = SHEET_PARTS[place] if place < len(SHEET_PARTS) else SHEET_HALF
        yield _slide(slide, paper, WIDTH * share)


def _chapters(paper: Paper) -> Iterator[dict[str, Any]]:
    for chapter in paper.chapters:
        number = f"{chapter.number}  " if len(paper.chapters) > 1 else ""
        yield _chapter(chapter, number, paper)


def _chapter(chapter: Chapter, number: str, paper: Paper) -> dict[str, Any]:
    return {
        "title": f"{number}{chapter.title}",
        "question": chapter.question,
        "slides": [_slide(slide, paper) for slide in chapter.slides],
    }


def _slide(slide: Slide, paper: Paper, width: float = WIDTH) -> dict[str, Any]:
    parts = [_part(part, paper, width) for part in slide.parts]
    rows = sum(len(part.rows) for part in slide.parts if isinstance(part, Table))
    return {
        "title": unbroken(slide.title, paper.money),
        "parts": parts,
        "notes": list(slide.notes),
        "long": rows > LONG,
    }


def _definitions(paper: Paper) -> dict[str, Any]:
    columns = (Column(_("Word"), share=1), Column(_("Meaning"), share=4))
    table = _table(Table(columns, tuple(Row(pair) for pair in paper.definitions)), paper)
    slide = {"title": "", "parts": [table], "notes": [], "long": True}
    return {"title": _("What the words mean"), "question": "", "slides": [slide]}


def _part(part: Part, paper: Paper, width: float = WIDTH) -> dict[str, Any]:
    if isinstance(part, Chart):
        return {"kind": "chart", **drawn(part, paper.money, paper.language)}
    if isinstance(part, Bullets):
        return {"kind": "lines", "lines": list(part.lines)}
    return _table(part, paper, width)


def _table(table: Table, paper: Paper, width: float = WIDTH) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]
    rows = [
        [
            {"text": text_of(value, kind, paper.money), "depth": row.depth if place == 0 else 0}
            for place, (value, kind) in enumerate(zip(row.cells, kinds, strict=True))
        ]
        for row in table.rows
    ]
    return {
        "kind": "table",
        "size": size_for(table, widths_of(table, width), paper.money, SIZES, 9),
        "shares": [column.share for column in table.columns],
        "figures": [kind not in TO_THE_LEFT for kind in kinds],
        "heads": [column.heading for column in table.columns],
        "strong": [row.strong for row in table.rows],
        "rows": rows,
    }
