"""Customers from asking to the page: scored once, kept whole, each seen by their owner."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Count
from django.test import Client

from cast import Cast
from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour
from salesyear.crm.models import Customer
from salesyear.market import services
from salesyear.market.models import Score, Scoring
from salesyear.market.pages.customers import in_words
from salesyear.market.reports import GradeWeights, NoCustomers, Scores, customer_scores
from salesyear.org.access import scope_of
from salesyear.sales.models import OrderLine

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 4, 10)


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


@pytest.fixture
def made(cast: Cast) -> Scores:
    """Customer 1 has not bought since June 2025; all the others buy in the middle of every month of 2024 and 2025."""
    OrderLine.objects.within(SYSTEM).filter(customer=cast.customers[0], ordered_on__gt=date(2025, 6, 30)).delete()
    return customer_scores(SYSTEM, GradeWeights(), TODAY, quiet)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_silent_one_is_lost_and_the_others_are_not(cast: Cast, made: Scores) -> None:
    assert made.as_of == date(2025, 12, 31)
    lost = {row["customer_id"]: row for row in made.rows if row["churned"]}
    assert set(lost) == {cast.customers[0].pk}
    silent = lost[cast.customers[0].pk]
    assert silent["silent"] == 199  # 15 June to 31 December
    assert silent["silent"] > silent["longest_gap"]
    assert silent["bought"] == 6 * 100_00


def test_grades_follow_the_weights(cast: Cast, made: Scores) -> None:
    """By value alone the two or three greatest of twelve (a fifth) are A, and customer 12 is one of them."""
    by_value = customer_scores(SYSTEM, GradeWeights(alive=0, often=0, breadth=0), TODAY, quiet)
    best = {row["customer_id"] for row in by_value.rows if row["grade"] == "A"}
    assert cast.customers[-1].pk in best
    assert cast.customers[0].pk not in best
    assert 2 <= len(best) <= 3
    assert all(reason["feature"] == "expected_value" for row in by_value.rows for reason in row["reasons"])


def test_the_same_facts_and_weights_give_the_same_scores(cast: Cast, made: Scores) -> None:
    assert customer_scores(SYSTEM, GradeWeights(), TODAY, quiet) == made


def test_without_sales_it_says_what_to_do(db: None) -> None:
    from cast import company

    company(sales=False)
    with pytest.raises(NoCustomers, match="import order lines first"):
        customer_scores(SYSTEM, GradeWeights(), TODAY, quiet)


def test_each_sees_their_own_customers(cast: Cast, made: Scores) -> None:
    kept = services.keep_scores(made, run=None, actor=None)
    seen = {
        name: Score.objects.within(scope_of(cast.users[name])).filter(scoring=kept).count()
        for name in ("director", "wang", "li", "marketing", "hr", "agent")
    }
    assert seen == {"director": 12, "wang": 8, "li": 4, "marketing": 12, "hr": 0, "agent": 0}
    page = signed_in(cast, "li").get("/market/customers/").content.decode()
    assert "客户01" in page
    assert "客户05" not in page


def test_a_manager_sees_the_customers_of_the_team_that_stand_in_no_unit(cast: Cast, made: Scores) -> None:
    Customer.objects.within(SYSTEM).update(unit=None)
    kept = services.keep_scores(made, run=None, actor=None)
    seen = {
        name: Score.objects.within(scope_of(cast.users[name])).filter(scoring=kept).count() for name in ("wang", "li")
    }
    assert seen == {"wang": 8, "li": 4}


@pytest.mark.django_db(transaction=True)  # the worker's heart beats on a connection of its own
def test_from_the_button_to_the_page(cast: Cast) -> None:
    director = signed_in(cast, "director")
    assert "have not been graded yet" in director.get("/market/customers/").content.decode()
    for _ in range(2):
        assert director.post("/market/customers/runs/", {"token": "once", "value": "80"}).status_code == 303
    run = Run.objects.get()
    Labour(scope_of).work_once()
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.error
    assert Scoring.objects.get(run=run).params["value"] == 80
    for show, grades in (("A", {"A"}), ("C", {"C"}), ("", {"A", "B", "C"})):
        page = director.get(f"/market/customers/?show={show}")
        assert {line.score.grade for line in page.context["page"].lines} == grades
    counted = Score.objects.within(SYSTEM).values("grade").annotate(n=Count("pk"))
    assert sum(row["n"] for row in counted) == 12


def test_too_few_who_came_back_is_said_in_words(cast: Cast) -> None:
    OrderLine.objects.within(SYSTEM).exclude(customer__in=cast.customers[:3]).delete()
    director = signed_in(cast, "director")
    director.post("/market/customers/runs/")
    Labour(scope_of).work_once()
    run = Run.objects.get()
    assert run.state == RunState.FAILED
    assert "customers" in run.error
    assert not Scoring.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"value": "0", "alive": "0", "often": "0", "breadth": "0"}, "At least one weight must be above 0."),
        ({"top": "70", "middle": "40"}, "A and B together cannot be more than 100 per cent."),
    ],
)
def test_weights_that_make_no_sense_are_refused(cast: Cast, typed: dict[str, str], said: str) -> None:
    answer = signed_in(cast, "director").post("/market/customers/runs/", typed)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Run.objects.exists()


def test_a_salesperson_may_look_but_not_grade(cast: Cast) -> None:
    assert signed_in(cast, "li").post("/market/customers/runs/").status_code == 403
    assert signed_in(cast, "agent").get("/market/customers/").status_code == 403


def test_a_reason_in_words() -> None:
    assert in_words({"feature": "alive", "points": -4.26}) == "chance that the customer still buys -4.3"
