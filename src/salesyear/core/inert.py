"""Text that a spreadsheet must not take for a formula: made inert on the way out, made plain again on the way in."""

from __future__ import annotations

import re

# What Excel, WPS and LibreOffice may take for the start of a formula, the full-width forms included.
# (OWASP, CSV Injection.) Apostrophes before it belong to it, so that out and in again is the identity.
_RISKY = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def inert(text: str) -> str:
    """Put an apostrophe before text that begins like a formula; other text stays as it is."""
    return f"'{text}" if _RISKY.match(text) else text


def plain(text: str) -> str:
    """Take away what `inert` put there: `plain(inert(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text
