"""The planning table in a real Chromium against the real site: keys, paste, undo, locks, two people, a phone."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from cast import PASSWORD, Cast, company
from plans_cast import NOW, OF, sheet
from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.plans.models import Plan, Sheet, Version

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

HEAVIEST = 250_000  # bytes of the page with all it loads, gzipped
HERE = ".tabulator-cell.here"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
AXE = "options => axe.run(document, options).then(found => found.violations.map(one => one.id + one.nodes[0].html))"
BLANKS = """async () => {
  const holder = document.querySelector('.tabulator-tableholder');
  holder.scrollIntoView({block: 'end'});
  const box = holder.getBoundingClientRect();
  let blanks = 0;
  for (let frame = 0; frame < 90; frame++) {
    holder.scrollTop += frame < 40 ? 150 : frame < 80 ? 4000 : -9000;
    await new Promise(requestAnimationFrame);
    for (let y = box.top + 8; y < box.bottom - 24; y += 24)
      if (!document.elementFromPoint(box.left + 300, y)?.closest('.tabulator-row')) blanks++;
  }
  return blanks;
}"""
YEARS = """async () => {
  const holder = document.querySelector('.tabulator-tableholder'), found = new Map();
  for (let frame = 0; frame < 20; frame++) {
    holder.scrollTop += 150;
    await new Promise(requestAnimationFrame);
    for (const line of holder.querySelectorAll('.tabulator-row'))
      found.set(line.dataset.key, line.querySelectorAll('.tabulator-cell')[1].textContent.trim());
  }
  return [...found];
}"""


@dataclass
class Table:
    """The page of a version as one person has it open."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, *keys: str) -> None:
        self.page.keyboard.type(text)
        self.press(*keys)

    def cell(self, row: str, column: int) -> Any:
        """The drawn cell of a row (by its name) and a column (0: the name, 1: the year, 2: the first month)."""
        line = self.page.locator(f'.tabulator-row:has(.name[title="{row}"])')
        return line.locator(".tabulator-cell").nth(column)

    def go(self, row: str, column: int) -> None:
        self.cell(row, column).click()

    def text(self, row: str, column: int) -> str:
        return str(self.cell(row, column).inner_text()).strip()

    def shows(self, row: str, column: int, text: str) -> None:
        """Wait until a cell shows a text."""
        self.page.wait_for_function(
            """([row, column, text]) => [...document.querySelectorAll('.tabulator-row')]
               .find(line => line.querySelector('.name').title === row)
               ?.querySelectorAll('.tabulator-cell')[column].textContent.trim() === text""",
            arg=[row, column, text],
        )

    def paste(self, text: str) -> None:
        """Put a text on the clipboard and paste it with the keyboard."""
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.press("Control+v")

    def leave(self) -> None:
        """Escape from a dialog about a typed value: it is offered again in its cell; a second Escape gives it up."""
        self.press("Escape")
        self.page.wait_for_function("() => document.activeElement?.matches('.tabulator-cell input')")
        self.press("Escape")

    @property
    def where(self) -> str:
        return str(self.page.inner_text("[data-part=cell-name]"))

    @property
    def said(self) -> str:
        return str(self.page.inner_text("[data-part=said]"))

    def question(self, name: str) -> Any:
        """An open dialog."""
        found = self.page.locator(f"dialog[data-part={name}][open]")
        found.wait_for()
        return found


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return company()


@pytest.fixture
def version(people: Cast) -> Version:
    """A draft without rules: every salesperson 1,200 yuan a month, so that one can reckon along."""
    assert people.currency
    core = people.products["core"].line
    assert core
    plan = Plan.objects.create(
        name="2026", year=2026, starts_on=date(2026, 1, 1), currency=people.currency, made_at=NOW
    )
    above = {"shanghai": "east", "jiangsu": "east", "sichuan": "west"}
    keys = [
        (people.units[above[unit]].pk, people.units[unit].pk, people.units[unit].pk, people.reps[rep].pk)
        for rep, unit in OF.items()
    ]
    inputs = {"places": keys, "unit": 100, "cash": {"terms": [[30, 1]], "rate": 0.9}}
    version = Version.objects.create(plan=plan, number=1, name="First", inputs=inputs, made_at=NOW)
    for rep in OF:
        sheet(people, version, rep, [[0, core.pk, 0]], 1_200_00)
    return version


@pytest.fixture
def open_as(chromium: Browser, site: str, version: Version) -> Iterator[Any]:
    """Return a function that opens the table as somebody of the company."""
    contexts: list[BrowserContext] = []

    def opened(name: str, query: str = "?open=all", *, language: str = "en", **settings: Any) -> Table:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.add_cookies([{"name": "salesyear_language", "value": language, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/account/login/")
        page.fill("[name=login]", f"{name}@example.com")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{site}/")
        page.goto(f"{site}/targets/plans/{version.plan_id}/{version.number}/table/{query}")
        if settings.get("java_script_enabled", True):
            page.wait_for_selector(".alive .tabulator-cell.figure")
        return Table(page)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def table(open_as: Any) -> Table:
    """The director's table, all rows open: three people with 1,200 a month each."""
    made: Table = open_as("director")
    return made


def test_a_subtotal_is_typed_over_and_taken_back(table: Table) -> None:
    """East is 2,400 in January; +50 % makes 3,600, half of it each of its two people's; one undo brings all back."""
    assert (table.text("华东", 2), table.text("李娜", 2)) == ("2,400", "1,200")
    table.go("华东", 2)
    table.type("+50%", "Enter")
    table.shows("华东", 2, "3,600")
    table.shows("李娜", 2, "1,800")
    table.shows("丰年公司", 2, "4,800")
    table.press("Control+z")
    table.shows("华东", 2, "2,400")
    table.shows("李娜", 2, "1,200")
    table.press("Control+y")
    table.shows("李娜", 2, "1,800")


def test_keys_as_in_a_spreadsheet(table: Table) -> None:
    table.go("李娜", 2)
    january = table.where
    table.press("ArrowRight", "ArrowLeft", "Shift+ArrowRight")
    assert table.page.locator('[aria-selected="true"]').count() == 2
    table.press("Escape", "ArrowLeft")
    assert table.where == january
    table.press("F2")
    assert table.page.evaluate("document.activeElement.value") == "1200"
    table.type("9", "Escape")
    assert table.text("李娜", 2) == "1,200"
    table.press("Control+End")
    assert table.page.locator(HERE).get_attribute("aria-colindex") == "14"
    table.press("Control+Home")
    assert table.page.locator(HERE).get_attribute("aria-colindex") == "1"
    assert table.where == "丰年公司"


def test_tab_keeps_what_is_typed_and_goes_right_and_otherwise_leaves_the_table(table: Table) -> None:
    table.go("李娜", 2)
    table.type("1500", "Tab")
    table.type("=1000+600", "Tab")
    table.shows("李娜", 2, "1,500")
    table.shows("李娜", 3, "1,600")
    assert table.page.locator(HERE).get_attribute("aria-colindex") == "5"
    table.press("Tab")
    assert table.page.evaluate("document.activeElement.closest('[role=treegrid]')") is None
    table.press("Shift+Tab")
    assert table.page.locator(HERE).evaluate("cell => cell === document.activeElement") is True


def test_there_is_one_tab_stop_and_it_says_where_it_is(table: Table) -> None:
    stops = "document.querySelectorAll('[role=treegrid] [tabindex=\"0\"]').length"
    assert table.page.evaluate(stops) == 1
    grid = table.page.locator("[role=treegrid]")
    rows, columns = grid.get_attribute("aria-rowcount"), grid.get_attribute("aria-colcount")
    assert (int(rows or 0), columns) == (1 + table.page.locator(".tabulator-row").count(), "14")
    assert table.cell("李娜", 2).get_attribute("aria-readonly") == "false"
    line = table.page.locator('.tabulator-row:has(.name[title="华东"])')
    assert (line.get_attribute("aria-level"), line.get_attribute("aria-expanded")) == ("1", "true")
    table.page.locator(HERE).focus()
    assert table.page.evaluate(stops) == 1


def test_rows_open_and_shut_by_keyboard_and_the_address_knows(table: Table) -> None:
    table.go("华东", 0)
    table.press("ArrowLeft")
    table.page.wait_for_url("**shut=region**")
    assert table.cell("李娜", 2).count() == 0
    table.page.reload()
    table.page.wait_for_selector(".alive .tabulator-cell.figure")
    assert table.cell("李娜", 2).count() == 0
    table.go("华东", 0)
    table.press("ArrowRight")
    assert table.text("李娜", 2) == "1,200"


def test_choices_go_with_back_and_refresh(table: Table) -> None:
    page = table.page
    page.check("[name=measures][value=last_year]")
    page.wait_for_selector(".tabulator-col >> nth=26")
    page.select_option("[name=across]", "quarters")
    page.wait_for_url("**across=quarters**")
    page.wait_for_function("() => document.querySelectorAll('.tabulator-col').length === 11")
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('.tabulator-col').length === 11")
    page.go_back()
    page.wait_for_function("() => document.querySelectorAll('.tabulator-col').length === 27")
    assert page.input_value("[name=across]") == "months"


def test_a_paste_is_one_step(table: Table) -> None:
    """Two people, two months from a spreadsheet, one of them empty: three cells change, one undo brings all back."""
    table.go("李娜", 2)
    table.paste("1,300\tsome\r\n")
    assert "some" in table.question("unfit").inner_text()
    table.press("Escape")
    table.go("李娜", 2)
    table.page.keyboard.press("Escape")
    table.paste("1,300\t0.2万\r\n")
    table.shows("李娜", 2, "1,300")
    table.shows("李娜", 3, "2,000")
    table.press("Control+z")
    table.shows("李娜", 2, "1,200")
    table.shows("李娜", 3, "1,200")


def test_what_does_not_fit_is_shown_before_anything_changes(table: Table) -> None:
    table.go("李娜", 13)
    table.paste("1300\t1400")
    asked = table.question("unfit")
    assert "outside the table" in asked.inner_text()
    asked.locator("button[value=rest]").click()
    table.shows("李娜", 13, "1,300")


def test_an_error_stands_beside_its_cell_and_what_was_typed_stays(table: Table) -> None:
    table.go("李娜", 2)
    table.type("abc", "Enter")
    table.page.locator("[data-part=wrong]").wait_for()
    assert "abc" in table.page.inner_text("[data-part=wrong]")
    assert table.text("李娜", 2) == "abc"
    assert table.cell("李娜", 2).get_attribute("aria-invalid") is not None
    table.press("F2")
    assert table.page.evaluate("document.activeElement.value") == "abc"
    table.press("Escape", "Escape")
    table.shows("李娜", 2, "1,200")


def test_copy_and_fill(table: Table) -> None:
    table.go("李娜", 2)
    table.type("1500", "Enter")
    table.shows("李娜", 2, "1,500")
    table.go("李娜", 2)
    table.press("Shift+ArrowRight", "Shift+ArrowRight", "Control+r")
    table.shows("李娜", 4, "1,500")
    table.press("Control+c")
    table.page.wait_for_function("() => navigator.clipboard.readText().then(text => text === '1500\\t1500\\t1500')")


def test_a_lock_looks_locked_says_who_and_why_and_holds(table: Table) -> None:
    table.go("李娜", 2)
    table.press("Control+l")
    table.question("lock")
    table.type("framework contract", "Enter")
    mark = table.cell("李娜", 2).locator("[role=img].mark-lock")
    mark.wait_for()
    assert "director" in (mark.get_attribute("aria-label") or "")
    assert "framework contract" in (mark.get_attribute("aria-label") or "")
    assert table.cell("李娜", 2).get_attribute("aria-readonly") == "true"
    table.press("F2")
    assert "locked" in table.said
    table.go("华东", 2)
    table.type("3000", "Enter")
    table.shows("赵磊", 2, "1,800")
    assert table.text("李娜", 2) == "1,200"
    table.go("李娜", 2)
    table.press("Control+l")
    mark.wait_for(state="detached")


def test_a_clash_is_explained_and_a_click_loosens_it(table: Table) -> None:
    """East cannot be 1,500 while 2,400 are locked in it: nothing is kept before one of the locks is lifted."""
    for name in ("李娜", "赵磊"):
        table.go(name, 2)
        table.press("Control+l")
        table.question("lock")
        table.type("agreed", "Enter")
        table.cell(name, 2).locator(".mark-lock").wait_for()
    table.go("华东", 2)
    table.type("1500", "Enter")
    asked = table.question("clash")
    assert "2,400" in table.page.inner_text("[data-part=clash-sentence]")
    table.leave()
    table.shows("华东", 2, "2,400")
    table.type("1500", "Enter")
    asked.locator("[data-part=clash-ways] button").first.click()
    table.shows("华东", 2, "1,500")
    assert sorted((table.text("李娜", 2), table.text("赵磊", 2))) == ["1,200", "300"]


def test_two_people_see_each_other_and_a_conflict_names_both(open_as: Any) -> None:
    one, other = open_as("director"), open_as("wang")
    other.go("李娜", 3)
    other.type("1700", "Enter")
    one.shows("李娜", 3, "1,700")
    assert "wang" in one.said
    assert "wang" in (one.cell("李娜", 3).locator(".mark-by").get_attribute("aria-label") or "")
    one.page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.go("李娜", 2)
    other.type("1800", "Enter")
    other.shows("李娜", 2, "1,800")
    one.go("李娜", 2)
    one.type("1900", "Enter")
    words = one.question("conflict").inner_text()
    assert all(text in words for text in ("wang", "1900", "1,800"))
    one.page.click("dialog[open] button[value=mine]")
    one.shows("李娜", 2, "1,900")


def test_why_and_comment_by_keyboard(table: Table) -> None:
    table.go("李娜", 2)
    table.press("Alt+w")
    table.page.wait_for_function(
        "() => document.querySelector('[data-part=panel] [data-content]').textContent.trim().length > 20"
    )
    table.press("Escape")
    assert table.page.locator(HERE).evaluate("cell => cell === document.activeElement") is True
    table.press("Alt+c")
    table.question("comment")
    table.type("Too high for a new hire")
    table.page.click("dialog[open] button[value=yes]")
    table.cell("李娜", 2).locator(".mark-said").wait_for()


def test_a_preview_keeps_nothing_until_it_is_taken(table: Table) -> None:
    table.go("华东", 2)
    table.type("3000", "Alt+Enter")
    asked = table.question("preview")
    assert "李娜" in asked.inner_text()
    asked.locator("button[value=again]").click()
    table.page.locator("[data-part=preview-look]:not(:empty)").wait_for()  # from what is seen: only a look
    assert table.question("preview").locator("button[value=keep]").count() == 1
    assert not table.question("preview").locator("button[value=keep]").is_visible()
    table.leave()
    table.shows("华东", 2, "2,400")
    table.type("3000", "Alt+Enter")
    table.question("preview").locator("button[value=keep]").click()
    table.shows("李娜", 2, "1,500")


def test_what_is_typed_without_a_server_is_not_lost(table: Table) -> None:
    table.page.route("**/edits/", lambda route: route.abort())
    table.go("李娜", 2)
    table.type("1500", "Enter")
    asked = table.question("failed")
    assert table.text("李娜", 2) == "1500"
    table.page.unroute("**/edits/")
    asked.locator("button[value=again]").click()
    table.shows("李娜", 2, "1,500")


def test_a_phone(open_as: Any) -> None:
    """390 wide: the name stays, rows and buttons are 44 high, a second tap opens the field."""
    table = open_as("director", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = table.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert table.cell("李娜", 2).bounding_box()["height"] >= 44
    tools = page.locator(".table-tools button").all()
    assert all((one.bounding_box() or {})["height"] >= 44 for one in tools)
    table.cell("李娜", 1).tap()
    table.cell("李娜", 1).tap()
    page.locator(".editing input").fill("24000")
    table.press("Enter")
    table.shows("李娜", 1, "24.0K")
    page.evaluate("document.querySelector('.tabulator-tableholder').scrollLeft = 500")
    assert table.cell("李娜", 0).bounding_box()["x"] < 30


def test_ten_thousand_rows_scroll_without_blanks(open_as: Any, people: Cast, version: Version) -> None:
    """Every frame shows rows from the top of the table to its bottom, however far it was scrolled."""
    core = people.products["core"].line
    assert core
    many = Customer.objects.bulk_create(
        Customer(code=f"K{number}", name=f"K{number}", owner=people.reps["li"], unit=people.units["shanghai"])
        for number in range(10_000)
    )
    Sheet.objects.within(Scope.system("test")).filter(rep=people.reps["li"]).delete()
    sheet(people, version, "li", [[one.pk, core.pk, 0] for one in many], 100_00)
    table = open_as("director", "?down=region,territory,rep,customer&open=all")
    assert int(table.page.get_attribute("[role=treegrid]", "aria-rowcount") or 0) > 10_000
    assert table.page.evaluate(BLANKS) == 0
    table.page.evaluate("() => { document.querySelector('.tabulator-tableholder').scrollTop = 0; }")
    table.go("李娜", 1)
    table.type("+10%", "Enter")
    table.shows("李娜", 1, "13.2M")
    drawn = table.page.evaluate(YEARS)  # on a way that was scrolled before: rows out of view have changed as well
    assert len(drawn) > 50
    assert {text for key, text in drawn if "customer" in key} == {"1,320"}


def test_without_a_script_it_reads(open_as: Any) -> None:
    page = open_as("director", java_script_enabled=False).page
    line = page.locator(".plain-table tr", has=page.locator("th:text-is('华东')"))
    assert "2,400" in line.inner_text()
    page.check("[name=measures][value=last_year]")
    page.click("text=Apply")
    assert page.locator(".plain-table thead th").count() == 27


def test_it_is_light_and_axe_finds_nothing(open_as: Any) -> None:
    """Also with a lock, an error, the panel and a dialog open, in both languages and themes and at three widths."""
    for language in ("zh-hans", "en"):
        table = open_as("director", language=language, bypass_csp=True)
        page = table.page
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').reduce((n, one) => n + one.encodedBodySize, 0)"
        )
        assert loaded + len(gzip.compress(page.content().encode())) < HEAVIEST
        page.evaluate(Axe().axe_script)
        table.go("李娜", 3)
        table.type("abc", "Enter")
        page.locator("[data-part=wrong]").wait_for()
        table.press("Alt+w")
        page.wait_for_function("() => !document.querySelector('[data-part=panel] [aria-busy]')")
        found = []
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for width in (320, 768, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{language} {theme} {width} {one}" for one in page.evaluate(AXE, RULES)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("[data-part=do-keys]")
        found += [f"{language} keys {one}" for one in page.evaluate(AXE, RULES)]
        assert found == []


def test_axe_finds_nothing_in_what_the_table_asks(open_as: Any) -> None:
    """With why, a comment, a lock, a preview or a clash open: both languages and themes, three widths."""
    for column, language in enumerate(("en", "zh-hans"), start=2):
        table = open_as("director", language=language, bypass_csp=True)
        page = table.page
        page.evaluate(Axe().axe_script)
        found: list[str] = []

        def look(name: str, page: Page = page, language: str = language, found: list[str] = found) -> None:
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                for width in (320, 768, 1280):
                    page.set_viewport_size({"width": width, "height": 900})
                    found += [f"{language} {name} {theme} {width} {one}" for one in page.evaluate(AXE, RULES)]
                    assert page.evaluate("document.documentElement.scrollWidth") <= width

        table.go("李娜", column)
        table.press("Alt+w")
        page.wait_for_function("() => !document.querySelector('[data-part=panel] [aria-busy]')")
        look("why")
        table.press("Escape")
        for key, name in (("Alt+c", "comment"), ("Control+l", "lock")):
            page.wait_for_function("() => document.activeElement?.matches('.tabulator-cell.here')")
            table.press(key)
            table.question(name)
            look(name)
            table.press("Escape")
        table.go("华东", column)
        table.type("3000", "Alt+Enter")
        table.question("preview")
        look("preview")
        table.leave()
        for name in ("李娜", "赵磊"):
            table.go(name, column)
            table.press("Control+l")
            table.question("lock")
            table.type("agreed", "Enter")
            table.cell(name, column).locator(".mark-lock").wait_for()
        table.go("华东", column)
        table.type("1500", "Enter")
        assert table.question("clash").locator("[data-part=clash-ways] button").count() > 0
        look("clash")
        table.leave()
        assert found == []


def test_the_bar_of_the_gap_follows_an_edit(table: Table) -> None:
    before = table.page.inner_text(".coverage")
    table.go("李娜", 2)
    table.type("90000", "Enter")
    table.shows("李娜", 2, "90.0K")
    table.page.wait_for_function("before => document.querySelector('.coverage').innerText !== before", arg=before)


def test_whatever_is_said_of_a_cell_the_table_stays_under_the_finger(open_as: Any) -> None:
    """A long reason of a lock stands above the table: it moves no row that is being touched."""
    table = open_as("director", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    table.cell("李娜", 2).tap()
    table.page.click("[data-part=do-lock]")
    table.question("lock")
    table.type("A framework contract that was signed for three years and is not to be touched", "Enter")
    table.cell("李娜", 2).locator(".mark-lock").wait_for()
    table.cell("华东", 2).tap()
    at = table.cell("李娜", 2).bounding_box()
    table.cell("李娜", 2).tap()
    assert "framework" in table.page.inner_text("[data-part=cell-more]")
    assert table.cell("李娜", 2).bounding_box() == at
