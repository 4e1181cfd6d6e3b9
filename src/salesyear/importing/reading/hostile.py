"""What a workbook is before anything opens it: its true kind, its size unpacked, and traps inside it."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path
from typing import IO, Final

from salesyear.engine.messages import noop
from salesyear.importing.reading.tables import MEGABYTE, Limits, Refused

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
MOST_PARTS: Final = 2_000
#: A package larger than BULKY bytes that shrinks more than this was made to burst.
BULKY: Final = 20 * MEGABYTE
MOST_RATIO: Final = 150
#: Cells of a dense block that a reader would have to lay out.
MOST_CELLS: Final = 20_000_000
CHUNK: Final = 256 * 1024
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_REFERENCE: Final = re.compile(rb"<(?:\w+:)?c [^>]{0,80}?\br=\"([A-Z]{1,3})(\d{1,7})\"")
_ROW: Final = re.compile(rb"<(?:\w+:)?row [^>]{0,80}?\br=\"(\d{1,7})\"")
_REPEATED: Final = re.compile(rb"number-(?:rows|columns)-repeated=\"(\d+)\"")


def kind_of(path: Path) -> str:
    """What a file is by its first bytes: "zip", "ole", "text". A web page named .xls is refused here."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(OLE):
        return "ole"
    if start.startswith(ZIP):
        return "zip"
    lowered = start.lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<?xml", b"<meta", b"<script")):
        raise Refused(
            noop("The file is a web page or XML, whatever its name says. Open it and save it as XLSX or CSV.")
        )
    return "text"


def weigh(path: Path, kind: str, limits: Limits) -> int:
    """Bytes that the workbook takes unpacked, after looking for traps in it.

    Raises Refused for a file that is encrypted, damaged, too large, or made to exhaust whoever opens it.
    """
    if kind == "ole":
        return _weigh_ole(path)
    try:
        _count_parts(path)
        with zipfile.ZipFile(path) as package:
            return _weigh_package(package, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, struct.error) as broken:
        raise Refused(noop("The workbook is damaged: its packing cannot be undone.")) from broken


def _weigh_ole(path: Path) -> int:
    """An old .xls, or the wrapping of an encrypted .xlsx."""
    content = path.read_bytes()
    if _ENCRYPTED in content:
        raise encrypted()
    return len(content)


def encrypted() -> Refused:
    """The refusal of a workbook behind a password."""
    return Refused(noop("The workbook is encrypted. Save it without a password."))


def _count_parts(path: Path) -> None:
    """Refuse a package of very many parts by its own count, before its list is read into memory."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 66_000))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    parts = struct.unpack_from("<H", tail, at + 10)[0] if at >= 0 else 0
    if parts > MOST_PARTS:
        raise Refused(
            noop("The workbook is a package of %(parts)s or more parts; %(most)s at most are opened."),
            parts=f"{parts:,}",
            most=f"{MOST_PARTS:,}",
        )


def _weigh_package(package: zipfile.ZipFile, limits: Limits) -> int:
    """Look through every part of a package."""
    parts = package.infolist()
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked or len(parts) > MOST_PARTS:
        raise Refused(
            noop("Unpacked, the workbook is %(size)s MB; %(limit)s MB at most are opened."),
            size=f"{total / MEGABYTE:,.0f}",
            limit=limits.unpacked // MEGABYTE,
        )
    packed = sum(part.compress_size for part in parts)
    if total > BULKY and total > packed * MOST_RATIO:
        raise Refused(
            noop("The workbook unpacks to %(times)s times its size, as no office program packs."),
            times=f"{total // max(1, packed):,}",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with package.open(part) as stream:
                _look_through(stream, part.filename)
    return total


def _look_through(stream: IO[bytes], name: str) -> None:
    """Read one part in pieces: entity declarations and far-off cells are refused."""
    reach, rest = (0, 0), b""
    while piece := stream.read(CHUNK):
        text = rest + piece
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise Refused(noop("The workbook declares entities of its own, as no office program does."))
        if "sheet" in name or name.endswith("content.xml"):
            reach = _reach(text, reach)
            _refuse_far_cells(reach)
        rest = text[-200:]


def _reach(text: bytes, reach: tuple[int, int]) -> tuple[int, int]:
    """The furthest column and row that cells of this piece name."""
    width = max((_number(letters) for letters in {m[1] for m in _REFERENCE.finditer(text)}), default=0)
    height = max((int(row) for row in _ROW.findall(text)), default=0)
    cell = max((int(m[2]) for m in _REFERENCE.finditer(text)), default=0)
    return max(reach[0], width), max(reach[1], height, cell)


def _refuse_far_cells(reach: tuple[int, int]) -> None:
    """Refuse a sheet that reaches so far that its empty middle would fill the memory."""
    width, height = reach
    if width * height > MOST_CELLS:
        raise Refused(
            noop("A sheet reaches to row %(row)s and column %(column)s. Delete what stands there, and save again."),
            row=f"{height:,}",
            column=f"{width:,}",
        )


def _number(letters: bytes) -> int:
    """Column letters as a number: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
