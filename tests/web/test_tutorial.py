"""The tutorial's path in a real Chromium, by the words on the pages: from sign-in to a solved plan, and published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from cast import PASSWORD, Cast, company, sell
from salesyear.core.worker import Labour
from salesyear.org.access import scope_of
from salesyear.plans.models import State, Version

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]
LIMIT = 60_000  # milliseconds that a page may take: generous, for this is no timed test
MOST_CLICKS = 5


class Walker:
    """Somebody in front of a browser who reads and clicks; counts the clicks."""

    def __init__(self, chromium: Chromium, site: str, name: str) -> None:
        self._context = chromium.new_context(locale="en-US")
        self._context.add_cookies([{"name": "salesyear_language", "value": "en", "url": site}])
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(LIMIT)
        self.clicks = 0
        self.page.goto(f"{site}/account/login/")
        self.page.fill("[name=login]", f"{name}@example.com")
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"{site}/")

    def link(self, words: str) -> None:
        """Follow the first link with these words."""
        self.clicks += 1
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def button(self, words: str) -> None:
        """Press the button with these words."""
        self.clicks += 1
        self.page.get_by_role("button", name=words, exact=True).click()

    def close(self) -> None:
        """Put the browser away."""
        self._context.close()


@pytest.fixture
def people(transactional_db: None) -> Cast:
    cast = company()
    sell(cast, cast.customers[0], date(2025, 7, 3), 600_00, "new")
    return cast


@pytest.fixture
def director(chromium: Chromium, site: str, people: Cast) -> Iterator[Walker]:
    walker = Walker(chromium, site, "director")
    yield walker
    walker.close()


def work() -> None:
    """Do what waits in the queue, as the worker beside a site does."""
    assert Labour(scope_of).work_once()


def test_from_sign_in_to_a_published_plan(chromium: Chromium, site: str, director: Walker) -> None:
    """A solved plan in five clicks, typing nothing; then the steps, the last of them by a second person."""
    director.link("Targets")
    director.link("Revenue target breakdown")
    director.link("Make a plan")
    director.button("Make the plan")
    director.page.wait_for_selector("text=It waits for a worker.")
    work()
    director.page.wait_for_selector("text=Open the result")
    director.link("Open the result")
    director.page.wait_for_selector("text=Open the planning table")
    assert director.clicks <= MOST_CLICKS
    assert "The gap is not covered." in director.page.inner_text("main")
    director.page.fill("[name=note]", "As agreed in November")
    director.button("Submit")
    director.button("Approve")
    director.page.wait_for_selector("text=approved")
    version = Version.objects.get()
    assert version.state == State.APPROVED
    second = Walker(chromium, site, "finance")
    for words in ("Targets", "Revenue target breakdown", str(version)):
        second.link(words)
    second.button("Publish")
    second.page.wait_for_selector("text=published")
    second.close()
    assert Version.objects.get().state == State.PUBLISHED
