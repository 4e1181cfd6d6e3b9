"""The baseline from asking to the page: computed once, kept whole, and seen by each as far as they see sales."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from cast import Cast, expect
from salesyear.core.models import Run, RunState
from salesyear.core.runs import Cancelled
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour
from salesyear.org.access import scope_of
from salesyear.sales.models import OrderLine
from salesyear.targets import services
from salesyear.targets.models import Baseline, BaselineCell, Level
from salesyear.targets.reports import BaselineParams, NoBaseline, YearsBaseline, baseline_of_year

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 1, 20)
FEW = BaselineParams(paths=60)


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


@pytest.fixture
def made(cast: Cast) -> YearsBaseline:
    return baseline_of_year(SYSTEM, FEW, TODAY, quiet)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_even_sales_go_on_and_everything_adds_up(cast: Cast, made: YearsBaseline) -> None:
    """7,800 yuan a month for two years: 93,600 yuan a year, and the same is expected of the next."""
    kept = services.keep_baseline(made, run=None, actor=None)
    assert (kept.year, kept.last_month) == (2026, date(2025, 12, 1))
    years = BaselineCell.objects.within(SYSTEM).filter(baseline=kept, months=12)
    top = {cell.starts_on.year: cell for cell in years.filter(level=Level.COMPANY)}
    assert top[2024].actual == top[2025].actual == 93_600_00
    assert top[2026].mean == pytest.approx(93_600_00, rel=0.01)
    assert top[2026].actual is None
    for level in Level:
        sum_ = years.filter(level=level, starts_on__year=2026).aggregate(sum=Sum("mean"))["sum"]
        assert sum_ == pytest.approx(top[2026].mean, abs=10), level


def test_the_same_facts_and_seed_give_the_same_baseline(cast: Cast, made: YearsBaseline) -> None:
    """Case 19."""
    again = baseline_of_year(SYSTEM, FEW, TODAY, quiet)
    assert (again.cells, again.fingerprint) == (made.cells, made.fingerprint)


def test_the_month_that_is_still_running_does_not_count(cast: Cast) -> None:
    made = baseline_of_year(SYSTEM, FEW, date(2025, 12, 31), quiet)
    assert made.months[1] == date(2025, 11, 1)
    year = next(cell for cell in made.cells if cell.node == 0 and cell.months == 12 and cell.starts_on.year == 2025)
    assert year.actual == 11 * 7_800_00
    assert year.mean is not None
    assert year.mean > year.actual


def test_without_sales_it_says_what_to_do(db: None) -> None:
    from cast import company

    company(sales=False)
    with pytest.raises(NoBaseline, match="Import order lines"):
        baseline_of_year(SYSTEM, FEW, TODAY, quiet)


def test_a_year_out_of_reach_is_refused_with_those_that_are_not(cast: Cast) -> None:
    with pytest.raises(NoBaseline, match="choose a year from 2026 to 2027"):
        baseline_of_year(SYSTEM, BaselineParams(year=2040), TODAY, quiet)


def test_a_word_from_outside_stops_the_work(cast: Cast) -> None:
    def stop(step: str, _share: float) -> None:
        if "models" in step:
            raise Cancelled

    with pytest.raises(Cancelled):
        baseline_of_year(SYSTEM, FEW, TODAY, stop)


def test_from_the_button_to_the_page(cast: Cast) -> None:
    """A director asks twice with one form; one run is done by a worker, and its result is on the page."""
    director = signed_in(cast, "director")
    empty = director.get("/targets/baseline/").content.decode()
    assert "No baseline has been computed yet" in empty
    for _ in range(2):
        answer = director.post("/targets/baseline/runs/", {"token": "once"})
        assert answer.status_code == 303
    run = Run.objects.get()
    assert "A new baseline is being computed" in director.get("/targets/baseline/").content.decode()
    Labour(scope_of).work_once()
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.error
    kept = Baseline.objects.get(run=run)
    assert run.result
    page = director.get(run.result["url"])
    assert page.status_code == 200
    assert f"Baseline {kept.year}" in page.content.decode()
    assert "丰年公司" in page.content.decode()


def test_a_second_attempt_finds_what_the_first_one_kept(cast: Cast, made: YearsBaseline) -> None:
    run = Run.objects.create(kind=services.KIND, made_at=timezone.now())
    first = services.keep_baseline(made, run=run, actor=None)
    assert services.keep_baseline(made, run=run, actor=None) == first
    assert Baseline.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "whole", "levels"),
    [
        ("director", "丰年公司", {0, 1, 2, 3, 4}),
        ("wang", "华东", {1, 2, 3, 4}),
        ("li", "李娜", {3, 4}),
        ("hr", "", set()),
    ],
)
def test_each_sees_the_sums_of_what_they_see(
    cast: Cast, made: YearsBaseline, name: str, whole: str, levels: set[int]
) -> None:
    kept = services.keep_baseline(made, run=None, actor=None)
    scope = scope_of(cast.users[name])
    cells = BaselineCell.objects.within(scope).filter(baseline=kept, months=12, starts_on__year=2025)
    assert set(cells.values_list("level", flat=True)) == levels
    if levels:
        top = cells.filter(level=min(levels)).aggregate(sum=Sum("actual"))["sum"]
        sales = OrderLine.objects.within(scope).filter(ordered_on__year=2025)
        assert top == sales.aggregate(sum=Sum("amount"))["sum"]
        assert whole in signed_in(cast, name).get("/targets/baseline/").content.decode()


def test_the_neighbours_node_and_one_that_is_not_there_are_the_same(cast: Cast, made: YearsBaseline) -> None:
    """Case 22; Wang may not open the company's total, nor Li the region's."""
    services.keep_baseline(made, run=None, actor=None)
    company, west, sun = cast.units["company"].pk, cast.units["west"].pk, cast.reps["sun"].pk
    sichuan = cast.units["sichuan"].pk
    for name in ("wang", "li"):
        client = signed_in(cast, name)
        for query in (
            f"level=0&unit={company}",
            f"level=1&unit={west}",
            f"level=3&unit={sichuan}&rep={sun}",
            "level=3&unit=999999",
            "level=x",
            "level=1&unit=' OR 1",
        ):
            assert client.get(f"/targets/baseline/?{query}").status_code == 404, (name, query)


def test_a_salesperson_may_look_but_not_compute(cast: Cast) -> None:
    client = signed_in(cast, "li")
    assert client.post("/targets/baseline/runs/").status_code == 403
    assert "A director or a regional manager can have it computed." in client.get("/targets/baseline/").content.decode()


def test_a_wrong_year_is_said_beside_its_field(cast: Cast) -> None:
    answer = signed_in(cast, "director").post("/targets/baseline/runs/", {"year": "soon"})
    assert answer.status_code == 400
    assert "Enter a whole number" in answer.content.decode()
    assert not Run.objects.exists()


def test_the_page_asks_as_little_for_one_node_as_for_many(
    cast: Cast, made: YearsBaseline, django_assert_max_num_queries: object
) -> None:
    services.keep_baseline(made, run=None, actor=None)
    client = signed_in(cast, "director")
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's own fixture type
        client.get("/targets/baseline/")


def test_the_workbook_holds_the_node_and_nothing_else(cast: Cast) -> None:
    expect(cast, cast.customers[0], 100_00)
    expect(cast, cast.customers[4], 200_00)
    client = signed_in(cast, "director")
    node = BaselineCell.objects.within(SYSTEM).filter(rep=cast.reps["zhao"]).values_list("node", flat=True)[0]
    kept = Baseline.objects.get()
    file = b"".join(client.get(f"/data/baselines/export.csv?baseline={kept.pk}&node={node}")).decode()
    assert file.count("赵磊") == 26  # 24 months and two years
    assert "李娜" not in file
