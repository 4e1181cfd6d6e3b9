"""The library of lessons: what a review taught, with numbers then and later; found again, and nobody else's."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from board_cast import SYSTEM, TODAY, quarter
from cast import Cast, sell
from salesyear.core.models import Event
from salesyear.documents.content.building import PaperParams, paper_of
from salesyear.documents.reviewing import review_paper
from salesyear.performance.lessons import LessonParams, add_lesson, judge, lessons_of
from salesyear.performance.models import Lesson, Task, Verdict
from salesyear.performance.review import review_of
from salesyear.performance.tasks import TaskParams, add_task
from salesyear.plans.models import Version

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def version(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Version:
    """The first quarter is over, and today is its last day; Zhao, who sold nothing, sells 600 in March."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_when: TODAY)
    made = quarter(cast)
    mine = next(one for one in cast.customers if one.owner == cast.reps["zhao"])
    sell(cast, mine, date(2026, 3, 20), 600_00)
    return made


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def learnt(cast: Cast, version: Version, title: str = "Visits win customers back") -> Lesson:
    """What February's review taught about Zhao."""
    about = TaskParams("Visit three customers", "赵磊", MARCH, cast.units["shanghai"], cast.reps["zhao"])
    task = add_task(FEBRUARY, about, actor=None)
    params = LessonParams(title, "visits", task, cast.units["shanghai"], cast.reps["zhao"])
    return add_lesson(review_of(SYSTEM, version, FEBRUARY, TODAY), params, actor=None)


def test_the_outcome_is_measured_later(cast: Cast, version: Version) -> None:
    """Zhao stood at 0 of 1,200 in February and at 600 of 1,200 in March."""
    lesson = learnt(cast, version)
    assert (lesson.then, lesson.attained) == (0, "")
    judge(lesson, review_of(SYSTEM, version, MARCH, TODAY), Verdict.WORKED, "Two came back", actor=None)
    lesson.refresh_from_db()
    assert (lesson.then, lesson.since, lesson.judged_in) == (0, 500_000, MARCH)
    assert lesson.attained == "0.0% → 50.0%"
    assert list(Event.objects.filter(verb__startswith="performance.lesson").values_list("verb", flat=True)) == [
        *("performance.lesson.added", "performance.lesson.judged")
    ]


def test_kept_judged_and_found_on_the_pages(cast: Cast, version: Version) -> None:
    manager = client_of(cast, "wang")
    add_task(MARCH, TaskParams("Visit three", "赵磊", TODAY, cast.units["east"]), actor=None)
    form = {"month": "2026-03", "learnt": "1", "lesson-title": "Visits help", "lesson-tags": "visits, east"}
    form |= {"lesson-task": str(Task.objects.within(SYSTEM).get().pk), "lesson-place": f"unit:{cast.units['east'].pk}"}
    assert manager.post("/performance/review/", {**form, "lesson-title": ""}).status_code == 400
    assert manager.post("/performance/review/", form).status_code == 303
    lesson = Lesson.objects.within(SYSTEM).get()
    assert (lesson.task.title if lesson.task else "", lesson.unit, lesson.month) == (
        *("Visit three", cast.units["east"]),
        MARCH,
    )
    assert "Visits help" in manager.get("/performance/review/?month=2026-03").content.decode()
    place = f"/performance/lessons/{lesson.pk}/"
    assert manager.post(place, {"verdict": "perhaps"}).status_code == 400
    assert manager.post(place, {"verdict": "worked", "outcome": "Sales came back"}).status_code == 303
    page = manager.get(place).content.decode()
    assert "Sales came back" in page
    assert "66.7% → 41.7%" in page  # the East: 1,600 of 2,400, then February's 1,000
    assert "Visits help" in manager.get("/data/lessons/?q=visits").content.decode()
    assert "Visits help" not in manager.get("/data/lessons/?q=prices").content.decode()


def test_the_neighbour_sees_no_lesson(cast: Cast, version: Version) -> None:
    lesson = learnt(cast, version)
    for name in ("li", "sun"):
        assert client_of(cast, name).get(f"/performance/lessons/{lesson.pk}/").status_code == 404
        assert (
            client_of(cast, name).post(f"/performance/lessons/{lesson.pk}/", {"verdict": "worked"}).status_code == 404
        )
    lesson.refresh_from_db()
    assert lesson.verdict == Verdict.OPEN
    assert "Visits win" not in client_of(cast, "sun").get("/performance/review/?month=2026-03").content.decode()


def test_it_is_in_the_pack_and_in_the_next_plan(cast: Cast, version: Version) -> None:
    """In the pack from its own month on; in a plan only when it was learnt before the plan's year began."""
    lesson = learnt(cast, version)

    def said(month: date) -> list[str]:
        made = review_paper(SYSTEM, version, month, PaperParams("en"), TODAY)
        return [slide.title for slide in made.slides if "lesson" in slide.title]

    assert said(FEBRUARY) == said(MARCH) == ["1 lesson of the reviews; what was done has worked in 0."]
    assert said(date(2026, 1, 1)) == []

    def planned() -> list[str]:
        return [one.title for one in paper_of(SYSTEM, version, PaperParams("en")).slides if "lesson" in one.title]

    assert planned() == []
    Lesson.objects.within(SYSTEM).filter(pk=lesson.pk).update(month=date(2025, 11, 1), verdict="worked")
    assert planned() == ["1 lesson of the reviews; what was done has worked in 1."]


def test_few_queries_whatever_is_there(cast: Cast, version: Version) -> None:
    for number in range(10):
        learnt(cast, version, f"Lesson {number}")
    client = client_of(cast, "director")
    client.get("/performance/review/?month=2026-03")
    for address in ("/performance/review/?month=2026-03", f"/performance/lessons/{lessons_of(SYSTEM)[0].pk}/"):
        with CaptureQueriesContext(connection) as taken:
            assert client.get(address).status_code == 200
        read = [query["sql"] for query in taken if " FROM " in query["sql"]]  # PostgreSQL's role is put on and off, too
        assert len(read) <= 12, "\n".join(read)
