"""Office files made the same byte for byte: entries in one order with one date, also in workbooks inside of them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_DATED: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def fix_zip(path: Path, moment: datetime) -> None:
    """Rewrite an office file so that nothing in it depends on when or where it was written."""
    path.write_bytes(_fixed(path.read_bytes(), moment))


def _fixed(content: bytes, moment: datetime) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as read,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as written,
    ):
        for info in read.infolist():
            entry = zipfile.ZipInfo(info.filename, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            written.writestr(entry, _entry(info.filename, read.read(info), moment))
    return out.getvalue()


def _entry(name: str, content: bytes, moment: datetime) -> bytes:
    if name.endswith((".xlsx", ".docx", ".pptx")):
        return _fixed(content, moment)
    if name.endswith("docProps/core.xml"):
        stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        return _DATED.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
    return content
