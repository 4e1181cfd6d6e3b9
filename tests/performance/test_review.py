"""A month looked back on: numbers one can check by hand, what is late, and decisions that become tasks."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from board_cast import SYSTEM, TODAY, quarter
from cast import Cast, sell, watch
from salesyear.core.models import Event
from salesyear.org.access import scope_of
from salesyear.performance.models import Task
from salesyear.performance.review import Review, last_ended, review_of
from salesyear.performance.tasks import TaskParams, add_task
from salesyear.plans.models import Initiative, Version

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.fixture
def version(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Version:
    """The first quarter is over, and today is its last day."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_when: TODAY)
    return quarter(cast)


def looked(version: Version, month: date = MARCH) -> Review:
    return review_of(SYSTEM, version, month, TODAY)


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_quarter_by_hand(cast: Cast, version: Version) -> None:
    """Three owe 1,200 a month; Li sells 1,000, Zhao nothing, Sun 1,500: 2,500 of 3,600 a month, 69 %."""
    found = looked(version)
    total = found.total
    assert (total.sold, total.target, total.sold_to_date, total.target_to_date) == (
        *(2_500_00, 3_600_00),
        *(7_500_00, 10_800_00),
    )
    assert total.attainment == pytest.approx(2_500 / 3_600)
    people = {one.name: (one.sold_to_date, one.target_to_date) for one in found.reps}
    assert people == {"赵磊": (0, 3_600_00), "李娜": (3_000_00, 3_600_00), "孙强": (4_500_00, 3_600_00)}
    assert [one.name for one in found.reps] == ["赵磊", "李娜", "孙强"]  # the furthest behind first
    assert sum(one.sold for one in found.regions) == total.sold


def test_where_the_year_ends(cast: Cast, version: Version) -> None:
    """Sold so far, nine months of baseline (1,200 each), and what initiatives are expected to bring in them."""
    total = looked(version).total
    expected = 3 * 9 * 30_00  # 100 yuan a month at a chance of 30 % for each of three
    assert (total.baseline_to_go, total.expected_to_go) == (3 * 9 * 1_200_00, expected)
    assert total.forecast == 7_500_00 + 3 * 9 * 1_200_00 + expected
    assert total.at_this_pace == round(7_500 / 10_800 * total.target_year)


def test_the_steps_add_up(cast: Cast, version: Version) -> None:
    for steps in (looked(version).steps, looked(version).steps_to_date):
        parts = sum(steps[name] for name in ("price", "volume", "mix", "new", "lost"))
        assert steps["before"] + parts == steps["after"]
    assert looked(version).steps["after"] == 2_500_00


def test_the_months_ahead_are_open(version: Version) -> None:
    months = looked(version, date(2026, 2, 1)).months
    assert [sold for sold, _target, _before in months] == [2_500_00, 2_500_00, *[None] * 10]
    assert {target for _sold, target, _before in months} == {3_600_00}


def test_what_is_late(cast: Cast, version: Version) -> None:
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["li"]).update(state="active", ends_on=date(2026, 3, 30))
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["sun"]).update(starts_on=date(2026, 4, 1))
    for day in (date(2026, 3, 30), date(2026, 3, 31)):
        add_task(MARCH, TaskParams(f"due {day}", "Li", day), actor=None)
    found = looked(version)
    assert [one.title for one in found.late] == ["due 2026-03-30"]
    assert [one.rep.code for one in found.unbegun if one.rep] == ["zhao"]
    assert [one.rep.code for one in found.unfinished if one.rep] == ["li"]
    assert len(found.decided) == 2


def test_each_sees_their_own_review(cast: Cast, version: Version) -> None:
    """Adding a sale and a task in the West changes nothing that the manager of the East reads."""
    wang = scope_of(cast.users["wang"])
    before = review_of(wang, version, MARCH, TODAY)
    add_task(MARCH, TaskParams("secret", "Sun", MARCH, cast.units["west"], cast.reps["sun"]), actor=None)
    sell(cast, cast.customers[8], date(2026, 3, 20), 9_000_00)
    assert review_of(wang, version, MARCH, TODAY) == before
    assert before.total.sold == 1_000_00
    assert {one.name for one in before.reps} == {"李娜", "赵磊"}


def test_which_month_is_looked_back_on(version: Version) -> None:
    assert last_ended(version.plan, date(2026, 3, 15)) == date(2026, 2, 1)
    assert last_ended(version.plan, date(2026, 1, 15)) == date(2026, 1, 1)
    assert last_ended(version.plan, date(2025, 12, 31)) is None


def test_a_decision_becomes_a_task(cast: Cast, version: Version) -> None:
    """Entered in the meeting with owner and day, shown for the month, done, opened again; each in the history."""
    manager = client_of(cast, "wang")
    page = manager.get("/performance/review/?month=2026-03").content.decode()
    assert "69.4%" not in page  # the East alone: 1,000 of 2,400
    assert "41.7%" in page
    form = {"month": "2026-03", "title": "Visit three lost customers", "owner": "李娜", "due_on": "2026-04-10"}
    form["place"] = f"rep:{cast.reps['li'].pk}"
    assert manager.post("/performance/review/", form).status_code == 303
    task = Task.objects.within(SYSTEM).get()
    assert (task.owner, task.due_on, task.rep, task.month) == ("李娜", date(2026, 4, 10), cast.reps["li"], MARCH)
    assert (
        "Visit three lost customers" in client_of(cast, "li").get("/performance/review/?month=2026-03").content.decode()
    )
    for body, done in (({}, True), ({}, True), ({"reopen": "1"}, False)):
        assert manager.post(f"/performance/review/tasks/{task.pk}/done/", body).status_code == 303
        task.refresh_from_db()
        assert (task.done_at is not None) is done
    verbs = [one.verb for one in Event.objects.filter(verb__startswith="performance.task").order_by("number")]
    assert verbs == ["performance.task.added", "performance.task.done", "performance.task.reopened"]


def test_the_neighbour_decides_nothing_here(cast: Cast, version: Version) -> None:
    task = add_task(MARCH, TaskParams("x", "Li", TODAY, cast.units["shanghai"], cast.reps["li"]), actor=None)
    assert client_of(cast, "sun").post(f"/performance/review/tasks/{task.pk}/done/").status_code == 404
    form = {"month": "2026-03", "title": "x", "owner": "y", "due_on": "2026-04-10"}
    for name, place in (("sun", f"rep:{cast.reps['li'].pk}"), ("wang", f"unit:{cast.units['west'].pk}"), ("wang", "")):
        answer = client_of(cast, name).post("/performance/review/", {**form, "place": place})
        assert answer.status_code == 400
    assert client_of(cast, "hr").post("/performance/review/", form).status_code == 403
    assert Task.objects.within(SYSTEM).exclude(pk=task.pk).count() == 0


def test_the_page_takes_few_queries(cast: Cast, version: Version) -> None:
    watch(cast.reps["li"], cast.units["shanghai"])
    client = client_of(cast, "wang")
    client.get("/performance/review/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/performance/review/").status_code == 200
    read = [query["sql"] for query in asked if " FROM " in query["sql"]]  # PostgreSQL's role is put on and off, too
    assert len(read) <= 12, "\n".join(read)
