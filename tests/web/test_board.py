"""The dashboard in a real Chromium: the answer at once, the reason in three clicks, news without reloading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from board_cast import LI, quarter
from cast import PASSWORD, Cast, company, sell

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    cast = company()
    quarter(cast)
    return cast


@pytest.fixture
def page(chromium: Chromium, site: str, people: Cast) -> Iterator[Page]:
    context = chromium.new_context(locale="en-US")
    context.add_cookies([{"name": "salesyear_language", "value": "en", "url": site}])
    page = context.new_page()
    page.goto(f"{site}/account/login/")
    page.fill("[name=login]", "director@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/performance/board/?year=2026")
    page.set_default_timeout(60_000)
    yield page
    page.goto("about:blank")  # it asks no more
    context.close()


def test_which_region_is_behind_and_why_in_three_clicks(page: Page) -> None:
    """The first sight names the region; region, territory, customer lead to the orders, numbers staying the same."""
    assert "华东" in page.inner_text(".lead")
    page.click(".parts tbody a >> nth=0")
    assert page.inner_text("[aria-current=page] >> nth=0") == "华东"
    page.click(".parts a:has-text('上海')")
    told = page.inner_text(".parts tbody tr:has-text('客户01') td:nth-child(5)")
    page.click(".parts a:has-text('客户01')")
    assert page.inner_text(".bullets li:first-child p.quiet").startswith(told)
    assert page.locator("section[aria-labelledby=orders] tbody tr").count() == 3


def test_a_new_order_shows_at_the_next_question_without_loading_again(page: Page, people: Cast) -> None:
    page.evaluate("window.before = true")
    page.click("#table-months summary")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sell(people, people.customers[LI], date(2026, 4, 1), 123_456_00)
    page.wait_for_selector(".lead:has-text('131.0K')", timeout=60_000)
    assert len(asked) <= 2  # one may have been under way; they are a second apart
    assert page.evaluate("window.before") is True
    assert page.locator("#table-months[open]").count() == 1


def test_it_is_drawn_without_a_script(chromium: Chromium, site: str, people: Cast, page: Page) -> None:
    cookies = page.context.cookies()
    context = chromium.new_context(locale="en-US", java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]  # what was read is what is given
    plain = context.new_page()
    plain.goto(f"{site}/performance/board/?year=2026")
    assert plain.locator("svg.bullet").count() >= 4
    assert plain.locator("svg.months rect.plan").count() == 12
    plain.click("a:has-text('Q1') >> nth=0")
    assert "period=Q1" in plain.url
    context.close()
