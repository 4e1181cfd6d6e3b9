"""A file's columns with those of the files joined to it, each by the name its role gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salesyear.engine.messages import noop
from salesyear.importing.folder.choices import FileChoice, Join
from salesyear.importing.folder.files import File
from salesyear.importing.folder.findings import Finding, stop
from salesyear.importing.folder.recognising import whole
from salesyear.importing.folder.roles import Names

Rows = dict[str, list[str]]


class Joined:
    """One file and what is joined to it; headings of a joined file are written `file.heading`."""

    def __init__(self, file: File, chosen: FileChoice, files: Mapping[str, File]) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._columns = dict(zip(file.table.headings, file.table.columns, strict=True))
        for join in chosen.joins:
            self._join(join, files)

    def rows(self, columns: Mapping[str, Names]) -> Rows:
        """The cells of each column; several headings are joined by a blank. One that is not there is a finding."""
        found: Rows = {}
        for name, headings in columns.items():
            parts = [self._columns[one] for one in headings if self._has(one)]
            if len(parts) == 1:
                found[name] = [whole(cell) for cell in parts[0]]
            elif parts:
                found[name] = [" ".join(filter(None, cells)) for cells in zip(*parts, strict=True)]
        return found

    def _has(self, heading: str) -> bool:
        if heading in self._columns:
            return True
        text = noop("there is no heading “%(heading)s”. There are: %(headings)s.")
        mend = noop("Correct it in folder.toml.")
        self.findings.append(stop(self.file.name, text, mend, heading=heading, headings=tuple(self._columns)))
        return False

    def _join(self, join: Join, files: Mapping[str, File]) -> None:
        other = files.get(join.file)
        if other is None or join.other not in other.table.headings or join.own not in self._columns:
            text = noop("it cannot be joined to %(file)s on “%(own)s = %(other)s”.")
            mend = noop("Correct it in folder.toml.")
            said = {"file": join.file, "own": join.own, "other": join.other}
            self.findings.append(stop(self.file.name, text, mend, **said))
            return
        keys = other.table.columns[other.table.headings.index(join.other)]
        place = {whole(key): row for row, key in reversed(list(enumerate(keys))) if key}
        met = [place.get(whole(cell)) for cell in self._columns[join.own]]
        for heading, cells in zip(other.table.headings, other.table.columns, strict=True):
            self._columns[f"{join.file}.{heading}"] = ["" if row is None else cells[row] for row in met]


def together(parts: Iterable[Rows]) -> Rows:
    """Rows of several files of one role below each other; a column that one lacks is empty there."""
    every = list(parts)
    names = {name: None for rows in every for name in rows}
    return {name: [cell for rows in every for cell in rows.get(name, [""] * height_of(rows))] for name in names}


def height_of(rows: Rows) -> int:
    """How many rows there are."""
    return len(next(iter(rows.values()), []))
