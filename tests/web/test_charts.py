"""Charts in a real Chromium: drawn from the page's own JSON, in the theme's colours, with a table for the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from cast import PASSWORD, Cast, company, papers

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]
INK = """() => {
  const canvas = document.querySelector('sales-chart canvas'), seen = new Set();
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(data.slice(at, at + 3).join());
  return [...seen];
}"""


@pytest.fixture
def people(transactional_db: None) -> Cast:
    cast = company()
    papers(cast)
    return cast


@pytest.fixture
def page(chromium: Browser, site: str, people: Cast) -> Iterator[Page]:
    context = chromium.new_context(locale="en-US")
    context.add_cookies([{"name": "salesyear_language", "value": "en", "url": site}])
    page = context.new_page()
    page.goto(f"{site}/account/login/")
    page.fill("[name=login]", "li@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/")
    page.emulate_media(color_scheme="light")
    page.goto(f"{site}/targets/baseline/")
    yield page
    context.close()


def test_both_charts_are_drawn_in_the_colours_of_the_theme(page: Page) -> None:
    assert page.locator("sales-chart canvas").count() == 2
    assert page.locator("sales-chart[role=img]").first.get_attribute("aria-label")
    light = set(page.evaluate(INK))
    assert "138,148,143" in light  # --chart-last, light
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(200)
    dark = set(page.evaluate(INK))
    assert "111,122,117" in dark  # --chart-last, dark
    assert "138,148,143" not in dark


def test_the_keyboard_opens_the_figures_as_a_table(page: Page) -> None:
    """Li expects 100 yuan a month: the twelve months of 2026 beside those of 2025."""
    summary = page.locator(".chart summary").first
    summary.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".chart details[open] tbody tr")
    assert rows.count() == 12
    assert rows.first.inner_text().split() == ["2026-01", "--", "100", "50", "200", "100"]


def test_the_charts_follow_the_width_of_the_window(page: Page) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        drawn = page.evaluate("document.querySelector('sales-chart canvas').getBoundingClientRect().width")
        room = page.evaluate("document.querySelector('sales-chart').getBoundingClientRect().width")
        assert abs(drawn - room) <= 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
