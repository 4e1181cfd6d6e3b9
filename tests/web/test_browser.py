"""Every page in a real Chromium: two languages, two themes, three widths; nothing found, nothing loud."""

from __future__ import annotations

import gzip
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from cast import PASSWORD, START, Cast, company, papers, sell
from planned import draft
from plans_cast import gap_plan
from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.importing.services import take_in
from salesyear.performance.facts import columnar, facts_of
from salesyear.sales.models import Price, Rate
from salesyear.targets.editing.desk import targets_now
from salesyear.targets.editing.state import forget
from salesyear.web import messages
from site_pages import pages

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-US"}
HEAVIEST = 120_000  # bytes of a plain page with all it loads, gzipped
HEAVIEST_DRAWN = 350_000  # of a page with charts
HEAVIEST_TABLE = 250_000  # of the planning table
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Contrast takes two thirds of the time, and a theme changes nothing but colours: each is looked at where it differs.
CONTRAST = "color-contrast"
LAYOUT = RULES | {"rules": {CONTRAST: {"enabled": False}}}
COLOURS = {"runOnly": {"type": "rule", "values": [CONTRAST]}, "resultTypes": ["violations"]}
LOOKS = (
    ("light", 320, RULES),
    ("light", 768, LAYOUT),
    ("light", 1280, RULES),
    ("dark", 320, COLOURS),
    ("dark", 1280, COLOURS),
)
AXE = """options => axe.run(document, options)
  .then(found => found.violations.map(one => one.id + ': ' + one.nodes[0].html))"""
# Latin words that are the same in Chinese; data (cells of tables and of descriptions) is judged by itself.
LATIN = {"Salesyear", "utf", "XLSX", "XLS", "ODS", "CSV", "CRM", "NPS", "CNY", "English", "Email", "admin", "MASE"}
LATIN |= {"Ctrl", "Alt", "Tab", "Shift", "Enter", "Esc", "Home", "End", "PDF", "Webhook", "key", "https", "GDP"}
LATIN |= {"NBD", "gamma", "Benjamini", "Hochberg"}  # methods by their names
LATIN |= {"First", "Call", "back", "the", "lost", "zhao", "sun"}  # names in the tests' plan
# Codes and names of the tests' company that are words of ours as well.
DATA = {"company", "new", "director", "agent", "finance", "marketing"}
WORDS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const at = node.parentElement, text = node.data.trim();
    if (text && !at.closest('[lang=en], script, style, noscript, textarea, code'))
      found.push([text, Boolean(at.closest('td, dd, option, .menu summary, .scope b, .tag, h1, .links'))]);
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    for (const name of ['aria-label', 'placeholder', 'title'])
      if (one.getAttribute(name)) found.push([one.getAttribute(name), false]);
  return found;
}"""


@pytest.fixture
def people(transactional_db: None, tmp_path: Path) -> Cast:
    cast = company()
    papers(cast)
    gap_plan(cast)
    evil = "<script>document.title = 'taken'</script>"
    Customer.objects.create(code="E1", name=evil, owner=cast.reps["li"], unit=cast.units["shanghai"])
    Price.objects.create(product=cast.products["core"], currency_id="CNY", starts_on=START, list_micros=12_500_000)
    Rate.objects.create(currency_id="CNY", starts_on=START, micros=1_000_000)
    file = tmp_path / "客户.csv"
    file.write_text("客户编码,客户名称,员工人数\nC90,北方贸易,120\nC91,南方贸易,很多\n", encoding="utf-8")
    take_in(file, file.name, actor=cast.users["admin"], scope=Scope.system("a file to look at"))
    return cast


class Watched:
    """A page whose complaints, origins and weight are written down."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page = context.new_page()
        self.origin = origin
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def open(self, path: str) -> Page:
        """Open a page afresh."""
        answer = self.page.goto(f"{self.origin}{path}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def weight(self) -> int:
        """How many bytes the page took with all it loads: itself gzipped, the rest as it came compressed."""
        loaded: int = self.page.evaluate(
            "performance.getEntriesByType('resource').reduce((n, e) => n + e.encodedBodySize, 0)"
        )
        return loaded + len(gzip.compress(self.page.content().encode()))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def _note(self, asked: Request) -> None:
        if not asked.url.startswith((self.origin, "data:")):
            self.complaints.append(f"asked another origin: {asked.url}")


def context_in(chromium: Browser, language: str, origin: str, **settings: Any) -> BrowserContext:
    context = chromium.new_context(locale=LANGUAGES[language], **settings)
    context.add_cookies([{"name": "salesyear_language", "value": language, "url": origin}])
    return context


def sign_in(page: Page, origin: str, name: str) -> None:
    page.goto(f"{origin}/account/login/")
    page.fill("[name=login]", f"{name}@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{origin}/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page(chromium: Browser, site: str, people: Cast, language: str) -> None:
    """Nothing that axe finds, no complaint in the console, no other origin, no page wider than its window."""
    context = context_in(chromium, language, site)
    watched = Watched(context, site)
    wrong = [f"/account/login/: {fault}" for fault in _faults(watched, "/account/login/", language)]
    sign_in(watched.page, site, "admin")
    for name, path in pages(people).items():
        if name != "account_login":
            wrong += [f"{path}: {fault}" for fault in _faults(watched, path, language)]
    context.close()
    assert not wrong, "\n".join(wrong)


def test_the_walk_sees_what_is_wrong(chromium: Browser, site: str, people: Cast) -> None:
    """The control: a colour of one theme, a missing name, a page too wide and a Chinese page's English are found."""
    context = context_in(chromium, "zh-hans", site, bypass_csp=True)
    watched = Watched(context, site)
    page = watched.open("/account/login/")
    assert not _seen(watched, "zh-hans")
    page.add_style_tag(content="@media (prefers-color-scheme: dark) { label { color: #444; background: #333 } }")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button><p>Sign in</p>')")
    page.add_style_tag(content="main { min-width: 800px }")
    found = "\n".join(_seen(watched, "zh-hans"))
    for fault in ("dark 320 color-contrast", "dark 1280 color-contrast", "light 768 button-name", "320 is", "Sign in"):
        assert fault in found
    assert "light 320 color-contrast" not in found
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_met_of_the_rest_of_a_year(
    chromium: Browser, site: str, people: Cast, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to a form: P9's ways out, both themes, three widths; the fold is open, the reason still there."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 4, 15))
    forget()
    version = draft(people, name="Rest")
    sell(people, people.customers[0], date(2026, 3, 3), int(targets_now(version).sum()) * 2)
    forget()
    context = context_in(chromium, language, site)
    watched = Watched(context, site)
    page = watched.page
    sign_in(page, site, "director")
    watched.open(f"/targets/plans/{version.plan_id}/{version.number}/#rest")
    page.fill("#rest [name=reason]", "Q2")
    page.locator("#rest button:visible").last.click()
    page.locator("#rest [role=alert]").wait_for()
    assert page.input_value("#rest [name=reason]") == "Q2"
    assert page.locator("#rest [name=relax]").count() > 0
    watched.complaints = [said for said in watched.complaints if "409" not in said]  # the browser's word for the answer
    found = _seen(watched, language)
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_board_whose_figures_are_being_made_opens_by_itself(
    chromium: Browser, site: str, people: Cast, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    columnar.forget()
    monkeypatch.setattr(columnar, "LONG", 100)  # of the 312 lines there are
    context = context_in(chromium, language, site)
    watched = Watched(context, site)
    sign_in(watched.page, site, "director")
    page = watched.open("/performance/board/?year=2025")
    page.locator("#being-made").wait_for()
    assert not _seen(watched, language)
    facts_of(Scope.system("what a worker does"))
    page.locator("live-board").wait_for()
    context.close()


def _faults(watched: Watched, path: str, language: str) -> list[str]:
    page = watched.open(path)
    weight = watched.weight()
    most = HEAVIEST_DRAWN if page.locator("sales-chart").count() else HEAVIEST
    most = max(most, HEAVIEST_TABLE) if path.endswith("/table/") else most
    found = [f"weighs {weight}"] if weight > most else []
    return found + _seen(watched, language)


def _seen(watched: Watched, language: str) -> list[str]:
    """What is wrong with the page that is open."""
    page, found = watched.page, []
    page.evaluate(Axe().axe_script)
    for theme, width, rules in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its two words
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{theme} {width} {fault}" for fault in page.evaluate(AXE, rules)]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{width} is {wide} wide")
    found += [f"console: {said}" for said in watched.complaints]
    found += [f"untranslated: {text}" for text in _english(page)] if language == "zh-hans" else []
    watched.complaints.clear()
    return found


@cache
def _ours() -> frozenset[str]:
    """Return every sentence of ours that is more than two letters."""
    return frozenset(str(one.id).casefold() for one in messages.kept() if isinstance(one.id, str) and len(one.id) > 2)


def _english(page: Page) -> list[str]:
    """Return what stands on a Chinese page and is not Chinese: any Latin word, and in data any sentence of ours."""
    ours, found = _ours(), []
    for text, is_data in page.evaluate(WORDS):
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"\S+@\S+", "", text))) - LATIN
        if (text.casefold() in ours - DATA - {"english"} and text not in LATIN) or (words and not is_data):
            found.append(text)
    return found


def test_a_script_in_a_name_is_text(chromium: Browser, site: str, people: Cast) -> None:
    """Case 31."""
    context = context_in(chromium, "en", site)
    page = context.new_page()
    sign_in(page, site, "director")
    page.goto(f"{site}/data/customers/?q=E1")
    assert page.title() == "Customers · 丰年 Salesyear"
    assert "<script>document.title" in page.inner_text("#rows")
    page.click("text=E1")
    assert page.title().startswith("<script>document.title")
    context.close()


def test_a_list_is_narrowed_without_loading_the_page_again(chromium: Browser, site: str, people: Cast) -> None:
    context = context_in(chromium, "en", site)
    page = context.new_page()
    sign_in(page, site, "director")
    page.goto(f"{site}/data/customers/")
    page.evaluate("window.before = true")
    page.fill("#q", "C03")
    page.wait_for_url("**/data/customers/?q=C03")
    assert page.locator("#rows tbody tr").count() == 1
    page.select_option("#f-unit", label="\u2003华东")
    page.wait_for_url(f"**/data/customers/?q=C03&unit={people.units['east'].pk}")
    assert page.evaluate("window.before") is True
    page.reload()
    assert page.input_value("#q") == "C03"
    assert page.locator("#rows tbody tr").count() == 1
    page.go_back()
    page.wait_for_url("**/data/customers/?q=C03")
    context.close()


def test_without_javascript_all_of_it_works(chromium: Browser, site: str, people: Cast) -> None:
    context = context_in(chromium, "en", site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, "director")
    page.goto(f"{site}/data/customers/")
    page.fill("#q", "C03")
    page.click("text=Apply")
    assert page.locator("#rows tbody tr").count() == 1
    page.set_viewport_size({"width": 320, "height": 700})
    page.click("summary:has-text('Menu')")
    page.click(".menu a:has-text('Performance')")
    assert page.inner_text("h1") == "Performance"
    context.close()


def test_the_keyboard_reaches_the_content_first(chromium: Browser, site: str, people: Cast) -> None:
    context = context_in(chromium, "en", site)
    page = context.new_page()
    sign_in(page, site, "director")
    page.goto(f"{site}/data/orders/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null") is True
    context.close()


def test_language_and_theme_are_remembered(chromium: Browser, site: str, people: Cast) -> None:
    context = context_in(chromium, "en", site, color_scheme="light")
    page = context.new_page()
    sign_in(page, site, "director")
    page.goto(f"{site}/settings/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("main button:has-text('Dark')")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.click("text=中文")
    assert page.inner_text("h1") == "设置"
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    page.goto(f"{site}/market/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()
