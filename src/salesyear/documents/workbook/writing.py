"""A paper written as a workbook, the same bytes for the same paper."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from salesyear.documents.content.model import Paper
from salesyear.documents.fixed import fix_zip
from salesyear.documents.workbook.answers import write_answers
from salesyear.documents.workbook.cells import Book
from salesyear.documents.workbook.chapters import write_chapters
from salesyear.documents.workbook.targets import Targets


def write_workbook(paper: Paper, path: Path) -> None:
    """Write a paper as an XLSX file: targets with live sums, a sheet a chapter, the commitments to fill in."""
    with translation.override(paper.language):
        book = Book(str(path), paper.money)
        book.native.set_properties(
            {
                "title": paper.cover.title,
                "subject": paper.cover.subtitle,
                "author": paper.cover.presenter,
                "company": paper.cover.organisation,
                "comments": paper.mark,
                "created": paper.moment.replace(tzinfo=None),
            }
        )
        Targets(book, paper).write()
        write_chapters(book, paper)
        write_answers(book, paper)
        book.native.close()
    fix_zip(path, paper.moment)
