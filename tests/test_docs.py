"""Every page of the documentation stands in both languages, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def pages_of(language: str) -> set[Path]:
    return {path.relative_to(DOCS / language) for path in (DOCS / language).rglob("*.md")}


def test_every_page_is_there_in_both_languages() -> None:
    assert pages_of("en") == pages_of("zh-Hans")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert broken == []


def test_lock_files_hold_no_address() -> None:
    locks = sorted((ROOT / "requirements").iterdir())
    assert len(locks) == 4
    assert [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")] == []
