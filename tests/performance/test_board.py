"""The dashboard against plain sums: it adds up at every level, keeps to the scope, and answers its question."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from board_cast import LI, SUN, SYSTEM, TODAY, quarter, seasonal
from cast import Cast, sell
from plans_cast import asked_for
from salesyear.core import numbers
from salesyear.core.scope import Scope
from salesyear.engine.metrics import measure
from salesyear.org.access import scope_of
from salesyear.performance.board import asked, making, names
from salesyear.performance.board.asked import LAST_YEAR, Asked
from salesyear.performance.board.page import BoardPage, _near
from salesyear.performance.facts import facts_of
from salesyear.plans.models import Version
from salesyear.sales.models import Return

pytestmark = pytest.mark.django_db
TOP = Asked()


@pytest.fixture
def plan(cast: Cast) -> Version:
    return quarter(cast)


def page(scope: Scope, view: Asked = TOP, today: date = TODAY) -> BoardPage:
    return making.page_of(scope, view, today)


def as_(cast: Cast, name: str) -> Scope:
    return scope_of(cast.users[name], TODAY)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_it_says_whether_we_are_on_plan_and_who_is_behind(cast: Cast, plan: Version) -> None:
    """7,500 sold of 10,800 planned so far: 69.4 %, 3,300 missing. The East lacks 4,200; the West is 900 ahead."""
    board = page(as_(cast, "director"))
    assert board.answer == [
        "Behind plan: sales are CN¥7,500.00, 69.4% of the plan to date; CN¥3,300.00 are missing.",
        "1 of 2 is behind: 华东 −CN¥4,200.00 (41.7%).",
    ]
    assert [(row.name, row.ahead, row.arrow) for row in board.rows] == [
        ("华东", "−CN¥4,200.00", "▼"),
        ("西南", "+CN¥900.00", "▲"),
    ]


def test_the_rate_of_the_whole_is_sum_by_sum(cast: Cast, plan: Version) -> None:
    """Case 4: 7,500 ÷ 10,800, not the mean of 41.7 % and 125 %."""
    total = page(as_(cast, "director")).board.total
    assert total["ordered"] == 7_500_00
    assert total["pace"] == pytest.approx(7_500 / 10_800)
    assert total["attainment"] == pytest.approx(7_500 / 43_200)


def test_a_target_without_a_sale_is_missing_in_full(cast: Cast, plan: Version) -> None:
    """Case 3: Zhao in Jiangsu sold nothing, and all 3,600 of the plan so far are missing."""
    east = asked.read({"region": str(cast.units["east"].pk)})
    parts = {part.key: part.values["ahead"] for part in page(as_(cast, "director"), east).board.parts}
    assert parts == {cast.units["jiangsu"].pk: -3_600_00, cast.units["shanghai"].pk: -600_00}
    months = page(as_(cast, "director"), east.down("territory", cast.units["jiangsu"].pk)).pictures[0].table.rows
    assert months[1] == ["2026-02", "0.00", "1,200.00", "-1,200.00", "2,600.00"]  # 5 + 6 + 7 + 8 hundred in 2025


def test_months_and_pace_follow_the_plans_own_season(cast: Cast, plan: Version) -> None:
    """Cases 5 and 20: Li's plan to date is 100 + 200 + 300, not a quarter of 7,800."""
    months = seasonal(cast, plan)
    board = page(as_(cast, "li"))
    assert [row["target"] for row in board.board.months] == months
    assert board.board.total["target_to_date"] == 600_00
    assert board.board.total["pace"] == pytest.approx(3_000 / 600)


def test_numbers_add_up_on_the_way_down_to_the_order(cast: Cast, plan: Version) -> None:
    """Region, territory, salesperson, customer, order: what a page says of itself is what its parts come to."""
    assert cast.currency
    Return.objects.create(
        number="R1",
        returned_on=date(2026, 2, 20),
        customer=cast.customers[LI],
        rep=cast.reps["li"],
        unit=cast.units["shanghai"],
        currency=cast.currency,
        amount=30_00,
    )
    scope, view = as_(cast, "director"), Asked()
    walked = []
    while (board := page(scope, view)).board.level:
        walked.append(board.board.level)
        for figure in ("ordered", "ordered_year_before", *(() if walked[-1] == "customer" else ("target_to_date",))):
            parts = sum(part.values[figure] for part in board.board.parts)
            assert parts == pytest.approx(board.board.total[figure]), (walked, figure)
        best = max(board.board.parts, key=lambda part: part.values["ordered"])
        view = view.down(best.level, best.key)
    assert walked == ["region", "customer"]  # one territory and one salesperson in the West: nothing to tell apart
    east = asked.read({"region": str(cast.units["east"].pk), "territory": str(cast.units["shanghai"].pk)})
    customer = page(scope, east.down("customer", cast.customers[LI].pk))
    assert [row.amount for row in customer.orders] == ["1,000.00", "-30.00", "1,000.00", "1,000.00"]
    assert customer.orders_total == "2,970.00"
    assert customer.board.total["ordered"] == 2_970_00


def test_a_parent_holds_all_below_it(cast: Cast, plan: Version) -> None:
    """Case 6: East is Shanghai and Jiangsu, and says so against last year as well."""
    east = asked.read({"region": str(cast.units["east"].pk), "compare": LAST_YEAR})
    board = page(as_(cast, "director"), east)
    assert board.board.total["ordered_year_before"] == 3 * sum(range(1, 9)) * 100_00
    assert {part.key for part in board.board.parts} == {cast.units["shanghai"].pk, cast.units["jiangsu"].pk}


def test_a_period_is_a_part_of_the_year(cast: Cast, plan: Version) -> None:
    february = page(as_(cast, "director"), asked.read({"period": "2"}))
    assert february.board.total["ordered"] == 2_500_00
    assert february.board.total["target_to_date"] == 3_600_00
    assert page(as_(cast, "director"), asked.read({"period": "Q2"})).board.total["ordered"] == 0


@pytest.mark.parametrize("span", ["", "Q1", "2", "3"])
def test_a_salespersons_customers_are_those_of_the_period(cast: Cast, plan: Version, span: str) -> None:
    """They come out of the whole year's table, and say what is measured of the period alone."""
    where = {"region": cast.units["east"].pk, "territory": cast.units["shanghai"].pk, "rep": cast.reps["li"].pk}
    board = page(as_(cast, "director"), Asked(tuple(where.items()), span)).board
    assert board.level == "customer"
    names = ["ordered", "ordered_year_before", "target", "new_customer_sales"]
    found = {part.key: [part.values[name] for name in names] for part in board.parts}
    alone = measure(
        names,
        board.source.facts,
        by=["customer"],
        where={split: [key] for split, key in where.items()},
        period=board.period,
        as_of=TODAY,
    )
    assert found == {key: values for key, *values in alone.iter_rows()}
    assert found


def test_of_many_pages_those_near_and_some_far_are_linked() -> None:
    assert _near(1, 1_460) == [1, 2, 3, 4, 11, 101, 1_001, 1_460]
    assert _near(700, 1_460) == [1, 600, 690, 697, 698, 699, 700, 701, 702, 703, 710, 800, 1_460]


def test_another_version_of_the_plan_is_in_the_address(cast: Cast, plan: Version) -> None:
    other = Version.objects.create(plan=plan.plan, number=2, name="Second", made_at=plan.made_at)
    for sheet in plan.sheets.model.objects.within(SYSTEM).filter(version=plan):
        sheet.pk, sheet.version = None, other
        sheet.save()
    seasonal(cast, other)
    shown = page(as_(cast, "li"), asked.read({"version": "2"}))
    assert shown.board.total["target"] == 7_800_00
    assert [link.here for link in shown.versions] == [False, True]
    assert page(as_(cast, "li")).board.total["target"] == 14_400_00


def test_each_sees_their_own_part(cast: Cast, plan: Version) -> None:
    sold = {name: page(as_(cast, name)).board.total["ordered"] for name in ("director", "wang", "li", "sun")}
    assert sold == {"director": 7_500_00, "wang": 3_000_00, "li": 3_000_00, "sun": 4_500_00}


def test_a_place_out_of_sight_is_one_that_is_not_there(cast: Cast, plan: Version) -> None:
    """Case 22: units are everybody's, salespeople and customers are not."""
    for view in ({"customer": str(cast.customers[SUN].pk)}, {"rep": str(cast.reps["sun"].pk)}, {"customer": "999999"}):
        with pytest.raises(Http404):
            page(as_(cast, "li"), asked.read(view))
    other = page(as_(cast, "li"), asked.read({"region": str(cast.units["west"].pk)}))
    assert other.board.total["ordered"] == 0


@pytest.mark.parametrize("name", ["wang", "li"])
def test_a_neighbours_news_changes_no_byte(cast: Cast, plan: Version, name: str) -> None:
    """Case 7: neither the page nor the workbook, and the live answer stays “not modified” with the same tag."""
    client = signed_in(cast, name)
    before, tag = whole(client)
    sell(cast, cast.customers[SUN], date(2026, 3, 20), 999_00)
    after, _tag = whole(client)
    assert after == before
    again = client.get("/performance/board/live/?year=2026", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    sell(cast, cast.customers[LI], date(2026, 3, 21), 888_00)
    news = client.get("/performance/board/live/?year=2026", headers={"If-None-Match": tag})
    assert news.status_code == 200
    assert news["ETag"] != tag


def whole(client: Client) -> tuple[Any, str]:
    """Return all that a board says in every form, and the tag of its live part."""
    said = client.get("/performance/board/?year=2026").content.decode()
    tag = re.search(r'tag="&quot;(\w+)&quot;"', said)
    assert tag
    book = b"".join(client.get("/performance/board/workbook/?year=2026").streaming_content)  # type: ignore[attr-defined]  # a file
    return (re.sub(r'csrf\w+" value="\w+"', "", said), cells(book)), f'"{tag[1]}"'


def cells(book: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_adds_up_by_itself(cast: Cast, plan: Version) -> None:
    book = b"".join(signed_in(cast, "director").get("/performance/board/workbook/?year=2026").streaming_content)  # type: ignore[attr-defined]  # a file
    rows = cells(book)
    assert [row[0] for row in rows] == ["Name", "华东", "西南", "Total"]
    assert [row[1] for row in rows[1:]] == [3_000, 4_500, "=SUM(B2:B3)"]
    values = openpyxl.load_workbook(io.BytesIO(book), data_only=True).worksheets[0]
    assert values["B4"].value == 7_500


@pytest.mark.parametrize("name", ["director", "wang", "li"])
def test_it_takes_few_queries_and_the_same_for_more(cast: Cast, plan: Version, name: str) -> None:
    """Once the month's columnar file is there: whoever comes first after a change makes it, in two queries."""
    client = signed_in(cast, name)
    counts = []
    for day in (2, 3):
        for customer in cast.customers[: 4 * day]:
            sell(cast, customer, date(2026, 4, day), 10_00)
        client.get("/performance/board/?year=2026")
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/performance/board/?year=2026").status_code == 200
        counts.append(len(asked_for(taken)))
    assert counts[0] == counts[1] <= 12, "\n".join(asked_for(taken))


def test_without_any_sales_it_says_so(db: None) -> None:
    from cast import company

    bare = company(sales=False)
    board = page(as_(bare, "director"))
    assert board.answer == [
        "Sales are CN¥0.00; there is no plan and no quota for this place and period to hold them against."
    ]
    assert board.news == []


def test_what_changed_since_last_week_is_said_in_words(cast: Cast, plan: Version) -> None:
    """In the week to 18 March the quarter's sales of the 15th, and nothing in the week before."""
    board = page(as_(cast, "director"), today=date(2026, 3, 18))
    assert board.news[0] == "Sales of the last seven days: CN¥2,500.00, after CN¥0.00 in the seven before."
    assert board.news[1] == "Most of the difference: 客户09 +CN¥1,500.00, 客户01 +CN¥1,000.00."


def test_all_who_see_everything_share_what_was_measured(cast: Cast, plan: Version) -> None:
    """Their facts are the same; what is kept beside them is told apart by all that they see."""
    director, finance, li = (as_(cast, name) for name in ("director", "finance", "li"))
    assert facts_of(director).key == facts_of(SYSTEM).key
    assert facts_of(finance).key == facts_of(SYSTEM).key
    assert facts_of(li).key != facts_of(SYSTEM).key
    assert facts_of(replace(director, agencies=frozenset({1}))).key == facts_of(SYSTEM).key
    no_cash = replace(director, reach={**director.reach, "cash": frozenset()})
    assert facts_of(no_cash).key != facts_of(director).key
    no_names = replace(director, reach={**director.reach, "structure": frozenset()})
    assert facts_of(no_names).key == facts_of(director).key
    board, east = page(director).board, cast.units["east"].pk
    for scope, name in ((director, "华东"), (no_names, numbers.MISSING), (director, "华东")):
        assert names.names_of(scope, board).of("region", east) == name
