"""The tutorial as it is written, on the sample company: its two commands as real processes, every word in both
languages. With SALESYEAR_PICTURES=docs/images its pictures are taken anew.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from live import Installation, installation

PICTURES = os.environ.get("SALESYEAR_PICTURES", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.skipif(not PICTURES, reason="Loading the sample takes longer than a test may: set SALESYEAR_PICTURES."),
]
LIMIT = 120_000  # milliseconds that a page may take: generous, for this is no timed test
WAY = ("targets", "breakdown", "make_a_plan", "make", "open")
WORDS = {
    "en": {
        "targets": "Targets",
        "breakdown": "Revenue target breakdown",
        "make_a_plan": "Make a plan",
        "make": "Make the plan",
        "open": "Open the result",
        "table": "Open the planning table",
        "why": "Why this number?",
        "undo": "Undo",
        "suggestions": "Suggestions",
        "take": "Take it",
        "ledger": "Gap ledger",
        "submit": "Submit",
        "approve": "Approve",
        "publish": "Publish",
        "published": "published",
    },
    "zh-hans": {
        "targets": "目标设定",
        "breakdown": "销售额目标分解",
        "make_a_plan": "编制计划",
        "make": "开始编制",
        "open": "打开结果",
        "table": "打开计划表",
        "why": "为什么是这个数？",
        "undo": "撤销",
        "suggestions": "建议",
        "take": "采纳",
        "ledger": "缺口台账",
        "submit": "提交",
        "approve": "批准",
        "publish": "发布",
        "published": "已发布",
    },
}


@dataclass
class Reader:
    """Somebody who reads the tutorial in a language and does what it says."""

    page: Page
    language: str
    clicks: int = 0

    def link(self, word: str) -> None:
        self.clicks += 1
        self.page.get_by_role("link", name=WORDS[self.language][word], exact=True).first.click()

    def button(self, word: str) -> None:
        self.clicks += 1
        self.page.get_by_role("button", name=WORDS[self.language][word], exact=True).first.click()

    def sees(self, word: str) -> None:
        self.page.get_by_text(WORDS[self.language][word], exact=True).first.wait_for()

    def picture(self, name: str) -> None:
        """Take a picture for the tutorial."""
        self.page.wait_for_timeout(600)
        suffix = "" if self.language == "en" else "-zh"
        self.page.screenshot(path=Path(PICTURES) / f"tutorial-{name}{suffix}.png")


@pytest.fixture(scope="module")
def sample() -> Iterator[Installation]:
    made = installation()
    done = made.run("demo")
    assert done.returncode == 0, done.stderr
    yield made
    made.end()


def reader(chromium: Chromium, site: str, home: Path, role: str, language: str) -> Reader:
    with (home / "sign-ins.tsv").open(encoding="utf-8") as file:
        email, password = next((row[1], row[2]) for row in csv.reader(file, delimiter="\t") if row[0] == role)
    locale = {"en": "en-US", "zh-hans": "zh-CN"}[language]
    context = chromium.new_context(locale=locale, viewport={"width": 1100, "height": 760})
    context.add_cookies([{"name": "salesyear_language", "value": language, "url": site}])
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.goto(f"{site}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/")
    return Reader(page, language)


def test_the_tutorial_on_the_sample_company(chromium: Chromium, sample: Installation) -> None:
    """A solved plan in five clicks, five suggestions, published by a second person: twice, once in each language."""
    site = sample.serve().address
    for number, language in enumerate(WORDS):
        director = reader(chromium, site, sample.home, "director", language)
        walk(director, first=number == 0)
        version = director.page.url
        finance = reader(chromium, site, sample.home, "finance", language)
        finance.page.goto(version)
        finance.button("publish")
        finance.sees("published")
        finance.picture("published")
        finance.page.context.close()
        director.page.context.close()


def walk(one: Reader, *, first: bool) -> None:
    """Everything the director does."""
    page = one.page
    for word in WAY[:3]:
        one.link(word)
    page.locator("main form button.primary").wait_for()
    one.picture("wizard")
    one.button("make")
    one.link("open")  # once it is there
    one.sees("table")
    version = page.url
    assert one.clicks == len(WAY)
    one.picture("version")
    one.link("table")
    page.wait_for_selector(".alive .tabulator-cell.figure")
    cell = page.locator(".tabulator-row[aria-level='1']").nth(1).locator(".tabulator-cell").nth(2)
    before = cell.inner_text()
    cell.click()
    page.keyboard.type("+10%")
    page.keyboard.press("Enter")
    page.locator("[data-part=do-undo]:not([aria-disabled=true])").wait_for()
    assert cell.inner_text() != before
    one.button("undo")
    page.locator("[data-part=do-undo][aria-disabled=true]").wait_for()
    assert cell.inner_text() == before
    cell.click()
    one.button("why")
    page.wait_for_function("() => !document.querySelector('[data-part=panel] [aria-busy]')")
    one.picture("table")
    if first:
        for _ in range(5):
            one.link("targets")
            one.link("suggestions")
            page.locator(f"main form button:has-text('{WORDS[one.language]['take']}')").first.click()
    one.link("targets")
    one.link("ledger")
    page.locator("section[aria-labelledby=initiatives] tbody tr").nth(4).wait_for()
    one.picture("ledger")
    page.goto(version)
    page.fill("[name=note]", "As agreed in November" if one.language == "en" else "按十一月商定的执行")
    one.button("submit")
    one.button("approve")
    page.locator("main form button[formaction*=publish]").wait_for()
