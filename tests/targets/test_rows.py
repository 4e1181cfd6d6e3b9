"""The pages of rows T2–T12: figures by hand, what is missing said, everything within what somebody sees, exported."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast, grade, sell
from plans_cast import asked_for, gap_plan
from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.market.models import Score
from salesyear.org.access import scope_of
from salesyear.plans import policy
from salesyear.plans.models import Version
from salesyear.sales.models import Credit, Invoice, Line, Order, OrderLine, Product, Receipt
from salesyear.targets.rows import REPORTS, Asked, RowReport

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 4, 10)


@pytest.fixture
def version(cast: Cast) -> Version:
    """The first two customers of each are graded A; the second of each is lost."""
    version = gap_plan(cast)
    for number, customer in enumerate(cast.customers):
        if number % 4 < 2:
            grade(cast, customer)
    lost = [customer.pk for customer in cast.customers[1::4]]
    Score.objects.within(SYSTEM).filter(customer__in=lost).update(churned=True)
    return version


def of(code: str, version: Version, scope: Scope = SYSTEM, today: date = TODAY) -> RowReport:
    return REPORTS[code](Asked(scope, version.plan, version, policy.values(version.plan), today))


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_t2_the_strategic_share(cast: Cast, version: Version) -> None:
    """Of the year until March 2026 nine months were sold: 9 × 7,800 yuan core, and 17,550 strategic: a fifth."""
    sell(cast, cast.customers[0], date(2025, 7, 3), 17_550_00, "new")
    made = of("T2", version)
    assert (made.goals[0].goal, made.goals[0].now, made.goals[0].reached) == ("≥ 30%", "20.0%", False)
    assert made.table is not None
    assert [row[:3] for row in made.table.rows] == [("常规", "no", 70_200_00), ("战略", "yes", 17_550_00)]


def test_t2_shows_each_their_part_of_a_shared_sale_and_the_manager_the_whole_once(cast: Cast, version: Version) -> None:
    """Case 1: 1,000 yuan of strategic lines, shared 60 to 40 between Li and Zhao."""
    line = sell(cast, cast.customers[0], date(2026, 3, 3), 1_000_00, "new")
    for rep, share in (("li", 600_000), ("zhao", 400_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.reps[rep].unit, share=share)

    def strategic(scope: Scope) -> list[int]:
        table = of("T2", version, scope).table
        return [row[2] for row in table.rows if row[1] == "yes"] if table else []

    zhao = replace(scope_of(cast.users["li"]), reps=frozenset({cast.reps["zhao"].pk}))
    assert strategic(scope_of(cast.users["li"])) == [600_00]
    assert strategic(zhao) == [400_00]
    assert strategic(scope_of(cast.users["wang"])) == strategic(SYSTEM) == [1_000_00]


@pytest.mark.parametrize("number", range(2, 13))
def test_every_row_shows_the_initiatives_that_serve_it(version: Version, number: int) -> None:
    assert of(f"T{number}", version).kinds


def test_t4_days_outstanding_and_ageing(cast: Cast, version: Version) -> None:
    """Invoiced 1,000 + 460; 500 of the first paid. Open 960 of 1,460 a year: 240 days. 460 not due: 115 days.

    Back from 10 April: its ten days had 460, March and February nothing, and of January's 1,000 half: 10 + 31 + 28 +
    15.5 days. Came in: 500, of 500 + 960 − 460 that could have.
    """
    paper: dict[str, Any] = {"customer": cast.customers[0], "currency": cast.currency}
    paper |= {"rep": cast.reps["li"], "unit": cast.units["shanghai"]}
    first = Invoice.objects.create(
        number="1", amount=1_000_00, invoiced_on=date(2026, 1, 5), due_on=date(2026, 3, 1), **paper
    )
    Invoice.objects.create(number="2", amount=460_00, invoiced_on=date(2026, 4, 1), due_on=date(2026, 5, 1), **paper)
    Receipt.objects.create(number="1", amount=500_00, received_on=date(2026, 3, 9), invoice=first, **paper)
    made = of("T4", version)
    assert [goal.now for goal in made.goals][:4] == ["240 days", "84 days", "50.0%", "50.0%"]
    assert made.goals[0].note == "Best possible: 115 days, were nothing overdue."
    assert made.table is not None
    assert made.table.rows == [("客户01", 960_00, 460_00, 0, 500_00, 0, 0)]
    (people,) = made.more
    assert people.rows == [("李娜", 960_00, 500_00, 240, 84, 500_000, 500_000)]
    assert of("T4", version, scope_of(cast.users["sun"])).tables == []


def test_t4_a_receipt_that_names_no_invoice_pays_the_oldest(cast: Cast, version: Version) -> None:
    """700 pay the invoice of January (500) and 200 of the one of February."""
    paper: dict[str, Any] = {"customer": cast.customers[0], "currency": cast.currency, "rep": cast.reps["li"]}
    for number, (day, due) in enumerate(((date(2026, 1, 5), date(2026, 2, 5)), (date(2026, 2, 5), date(2026, 3, 5)))):
        Invoice.objects.create(number=str(number), amount=500_00, invoiced_on=day, due_on=due, **paper)
    Receipt.objects.create(number="1", amount=700_00, received_on=date(2026, 3, 9), **paper)
    table = of("T4", version).table
    assert table is not None
    assert table.rows == [("客户01", 300_00, 0, 0, 300_00, 0, 0)]


def test_t8_and_t9_from_the_graded_customers(cast: Cast, version: Version) -> None:
    assert of("T8", version).goals[0].now == "1.00"
    t9 = of("T9", version)
    assert (t9.goals[0].goal, t9.goals[0].now) == ("≥ 50", "0")  # all of them bought before the plan's year


def test_t12_key_accounts_bought_most_and_whoever_is_gone_is_marked(cast: Cast, version: Version) -> None:
    """Of six graded five bought this year: a fifth is one. What is expected of one that bought nothing counts not."""
    first, second = cast.customers[0], cast.customers[1]
    Score.objects.within(SYSTEM).filter(customer=first).update(bought=0, expected=9_999_00)
    Score.objects.within(SYSTEM).filter(customer=second).update(bought=5_000_00)
    t12 = of("T12", version)
    assert t12.goals[0].now == "20.0%"
    assert t12.goals[0].note.startswith("1 customers brought")
    assert t12.goals[0].note.endswith("1 of them have gone quiet.")
    assert t12.table is not None
    assert [(row[0], row[3], row[7]) for row in t12.table.rows] == [("客户02", 5_000_00, "gone quiet")]


def test_t9_a_customer_who_first_bought_this_year_counts(cast: Cast, version: Version) -> None:
    Order.objects.within(SYSTEM).filter(customer=cast.customers[0]).delete()
    sell(cast, cast.customers[0], date(2026, 2, 1), 100_00)
    assert of("T9", version).goals[0].now == "1"


def test_t10_one_of_three_lost_came_back(cast: Cast, version: Version) -> None:
    sell(cast, cast.customers[1], date(2026, 2, 1), 100_00)
    made = of("T10", version)
    assert (made.goals[0].now, made.goals[0].reached) == ("33.3%", True)
    assert made.table is not None
    assert len(made.table.rows) == 3
    assert len(of("T10", version, scope_of(cast.users["li"])).table.rows) == 1  # type: ignore[union-attr]  # there is one


@pytest.mark.parametrize("code", REPORTS)
def test_every_page_opens_with_goal_and_says_what_is_missing(cast: Cast, version: Version, code: str) -> None:
    director = signed_in(cast, "wang")
    with CaptureQueriesContext(connection) as asked:
        answer = director.get(f"/targets/{code.lower()}/")
    assert answer.status_code == 200
    assert len(asked_for(asked)) <= 12, "\n".join(asked_for(asked))
    page = answer.context["page"]
    assert page.report.goals
    assert all(goal.goal for goal in page.report.goals)
    assert page.report.table or page.report.missing or page.report.links
    assert "There is no plan yet." not in answer.content.decode()


@pytest.mark.parametrize("code", REPORTS)
def test_without_a_grading_or_facts_every_page_still_opens(cast: Cast, code: str) -> None:
    assert "There is no plan yet." in signed_in(cast, "director").get(f"/targets/{code.lower()}/").content.decode()
    version = gap_plan(cast)
    OrderLine.objects.within(SYSTEM).delete()
    assert of(code, version).goals


def test_the_neighbour_changes_no_byte_of_any_row(cast: Cast, version: Version) -> None:
    def said() -> str:
        scope = scope_of(cast.users["wang"])
        return repr([of(code, version, scope) for code in REPORTS])

    before = said()
    Score.objects.within(SYSTEM).filter(rep=cast.reps["sun"]).update(if_back=9_999_00, expected=9_999_00)
    sell(cast, cast.customers[-1], date(2026, 2, 1), 9_999_00, "new")
    assert said() == before


def test_the_list_as_a_workbook(cast: Cast, version: Version) -> None:
    answer: Any = signed_in(cast, "director").get("/targets/t10/export/xlsx/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    assert sheet is not None
    assert sheet.max_row == 1 + 3
    assert sheet["F1"].value == "Worth if won back (CNY)"
    assert sheet["F2"].value == 1_300
    assert signed_in(cast, "director").get("/targets/t11/export/xlsx/").status_code == 404


def test_t3_customers_won_and_what_the_plan_asks_of_new_ones(cast: Cast, version: Version) -> None:
    """Twelve old customers bought 100 yuan a month for nine of the months until March: 1,200 of a new one is a tenth.

    Whoever bought before is old whatever the pause; nobody else's new customer is seen.
    """
    fresh = Customer.objects.create(code="N1", name="新客", owner=cast.reps["li"], unit=cast.units["shanghai"])
    sell(cast, fresh, date(2026, 2, 3), 1_200_00)
    made = of("T3", version)
    assert made.table is not None
    assert [(row[0], row[2], row[3]) for row in made.table.rows] == [("新客", date(2026, 2, 3), 1_200_00)]
    whole = sum(row[2] for row in of("T2", version).table.rows)  # type: ignore[union-attr]  # there is one
    assert made.goals[0].now == f"{120_000 / whole:.1%}"
    assert made.goals[1].label == "New customers’ share of the target 2026"
    assert not of("T3", version, scope_of(cast.users["sun"])).table.rows  # type: ignore[union-attr]  # there is one


def test_t2_without_a_strategic_line_says_so_and_shows_no_share(cast: Cast, version: Version) -> None:
    Product.objects.within(SYSTEM).update(strategic=False)
    Line.objects.within(SYSTEM).update(strategic=False)
    made = of("T2", version)
    assert (made.goals[0].now, made.goals[0].reached) == ("--", None)
    assert "marked as strategic" in made.missing[0]


def test_a_column_says_how_its_cells_look_and_no_text_by_its_length(cast: Cast, version: Version) -> None:
    table = of("T9", version).table
    assert table is not None
    assert [column.look for column in table.columns] == ["", "", "number", "long", "", "number", "tight"]
