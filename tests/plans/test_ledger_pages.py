"""The gap ledger on its pages: each sees their own, adds, changes and drops there; the history says who did what."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from plans_cast import asked_for, gap_plan, plan_of_2026
from salesyear.core.models import Event
from salesyear.core.scope import Scope
from salesyear.org.access import scope_of
from salesyear.plans import reports
from salesyear.plans.forms import spread_evenly
from salesyear.plans.models import Initiative, InitiativeState, Version
from salesyear.plans.months import months_from

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")


@pytest.fixture
def version(cast: Cast) -> Version:
    """Each owes 1,200 yuan a month and sells 1,000 anyway: a gap of 2,400 a year. Each hopes for 1,200 at 30 %."""
    return gap_plan(cast)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def typed(place: str, **more: str) -> dict[str, str]:
    said = {"title": "Fair in Shanghai", "kind": "campaign", "place": place, "starts_on": "2026-07-01", "chance": "50"}
    return said | {"amount": "1.2万"} | more


def initiative_of(code: str) -> Initiative:
    return Initiative.objects.within(SYSTEM).get(rep__code=code)


@pytest.mark.parametrize(("name", "people"), [("director", 3), ("wang", 2), ("li", 1)])
def test_each_sees_the_gap_of_their_own(cast: Cast, version: Version, name: str, people: int) -> None:
    made = reports.ledger(scope_of(cast.users[name]), version)
    assert sum(made.total.gap) == people * 2_400_00
    assert sum(made.total.hoped) == people * 1_200_00
    assert sum(made.total.expected) == people * 360_00
    assert made.total.coverage == pytest.approx(0.15)
    bar = reports.coverage(scope_of(cast.users[name]), version.plan)
    assert bar is not None
    assert (bar.gap, bar.expected, bar.covered) == (sum(made.total.gap), sum(made.total.expected), made.total.covered)
    assert not bar.enough


def test_the_bar_says_the_same_as_the_ledger_where_a_part_is_over_covered(cast: Cast, version: Version) -> None:
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["sun"]).update(chance=1_000_000, months=[1_000_00] * 12)
    made = reports.ledger(SYSTEM, version)
    bar = reports.coverage(SYSTEM, version.plan, version)
    assert bar is not None
    assert made.total.covered == bar.covered == 2_400_00 + 2 * 360_00
    assert bar.sum_share is not None
    assert bar.sum_share > 1 > (bar.share or 0)


def test_the_page_shows_tree_months_and_initiatives(cast: Cast, version: Version) -> None:
    page = signed_in(cast, "director").get("/targets/ledger/").content.decode()
    for words in ("华东", "上海", "李娜", "四川", "Call back the lost of li", "Covered where it is needed"):
        assert words in page
    node = f"region:{cast.units['west'].pk}"
    west = signed_in(cast, "director").get(f"/targets/ledger/?node={node}")
    assert [line.initiative.title for line in west.context["page"].lines] == ["Call back the lost of sun"]
    assert west.context["page"].months[-1].open == 2_400_00 - 360_00
    assert signed_in(cast, "director").get("/targets/ledger/?node=region:9999").status_code == 404


def test_the_neighbour_changes_no_byte(cast: Cast, version: Version) -> None:
    def said() -> bytes:
        bar = reports.coverage(scope_of(cast.users["wang"]), version.plan)
        client = signed_in(cast, "wang")
        client.cookies["csrftoken"] = "a" * 32
        page = client.get("/targets/ledger/").content
        return repr(bar).encode() + b"".join(line for line in page.splitlines() if b"csrfmiddlewaretoken" not in line)

    before = said()
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["sun"]).update(months=[9_999_00] * 12, named="Secret")
    assert said() == before
    assert signed_in(cast, "wang").get(f"/targets/ledger/initiatives/{initiative_of('sun').pk}/").status_code == 404
    assert (
        signed_in(cast, "wang").post(f"/targets/ledger/initiatives/{initiative_of('sun').pk}/dropping/").status_code
        == 404
    )


def test_an_initiative_is_added_and_lifts_its_region(cast: Cast, version: Version) -> None:
    wang, east = signed_in(cast, "wang"), cast.units["east"]
    assert wang.post("/targets/ledger/initiatives/", typed(f"u{east.pk}")).status_code == 302
    made = Initiative.objects.within(SYSTEM).get(named="Fair in Shanghai")
    assert made.months == [0] * 6 + [2_000_00] * 6
    assert (made.expected, made.chance, made.unit) == (12_000_00, 500_000, east)
    ledger = reports.ledger(SYSTEM, version)
    places = {node.name: sum(node.sums.expected) for node in ledger.nodes}
    assert places["华东"] == 6_000_00 + 2 * 360_00
    assert places["西南"] == 360_00
    assert Event.objects.filter(verb="plans.initiative.added").count() == 1


def test_nobody_adds_for_another_region(cast: Cast, version: Version) -> None:
    before = Initiative.objects.within(SYSTEM).count()
    for name, place in (("wang", cast.units["west"].pk), ("li", cast.units["shanghai"].pk)):
        answer = signed_in(cast, name).post("/targets/ledger/initiatives/", typed(f"u{place}"))
        assert answer.status_code == 422
    stranger = cast.customers[-1].code
    answer = signed_in(cast, "li").post(
        "/targets/ledger/initiatives/", typed(f"r{cast.reps['li'].pk}", customers=stranger)
    )
    assert answer.status_code == 422
    assert f"There is no customer with the code {stranger}." in answer.content.decode()
    assert Initiative.objects.within(SYSTEM).count() == before
    assert signed_in(cast, "hr").post("/targets/ledger/initiatives/", typed("")).status_code == 403


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"amount": ""}, "Say how much it should bring."),
        ({"amount": "a lot"}, "is not an amount"),
        ({"ends_on": "2026-01-01"}, "It cannot end before it starts."),
        ({"month_0": "5", "amount": "6"}, "The months do not add up to this"),
        ({"chance": "101"}, "less than or equal to 100"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    cast: Cast, version: Version, more: dict[str, str], said: str
) -> None:
    answer = signed_in(cast, "li").post(
        "/targets/ledger/initiatives/", typed(f"r{cast.reps['li'].pk}") | {"starts_on": "2026-02-01"} | more
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_changing_dropping_and_resuming_is_told(cast: Cast, version: Version) -> None:
    li, row = signed_in(cast, "li"), initiative_of("li")
    address = f"/targets/ledger/initiatives/{row.pk}/"
    form = {"title": row.title, "kind": row.kind, "place": f"r{row.rep_id}", "starts_on": "2026-03-01", "chance": "60"}
    months = {f"month_{place}": "100" for place in range(12)}
    assert li.post(address, form | months | {"state": "active"}).status_code == 302
    row.refresh_from_db()
    assert (row.chance, row.state, row.expected) == (600_000, InitiativeState.ACTIVE, 1_200_00)
    assert "chance: 30.0% → 60.0%" in li.get(address).content.decode()
    assert li.post(f"{address}dropping/").status_code == 302
    assert sum(reports.ledger(SYSTEM, version).total.hoped) == 2 * 1_200_00
    assert li.post(f"{address}resuming/").status_code == 302
    assert sum(reports.ledger(SYSTEM, version).total.hoped) == 3 * 1_200_00
    told = list(Event.objects.filter(verb__startswith="plans.initiative").values_list("verb", flat=True))
    assert [verb.rpartition(".")[2] for verb in told] == ["changed", "dropped", "resumed"]


def test_the_workbook_adds_up_by_itself(cast: Cast, version: Version) -> None:
    answer: Any = signed_in(cast, "director").get("/targets/ledger/export/xlsx/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    tree, lines = book.worksheets
    assert tree["E2"].value == "=C2-D2"
    assert (tree["C2"].value, tree["D2"].value) == (3 * 14_400, 3 * 12_000)
    assert {row[0].value for row in lines.iter_rows(min_row=2)} == {
        f"Call back the lost of {one}" for one in ("li", "zhao", "sun")
    }


@pytest.mark.parametrize("path", ["/targets/ledger/", "/targets/policy/", "/targets/ledger/initiatives/"])
def test_pages_take_few_queries_however_much_there_is(cast: Cast, version: Version, path: str) -> None:
    director = signed_in(cast, "director")
    director.get(path)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            director.get(path)
        return len(asked_for(asked))

    before = queries()
    row = initiative_of("li")
    for number in range(30):
        row.pk, row.title = None, f"{number}"
        row.save(force_insert=True)
    assert queries() == before <= 12


def test_without_a_plan_or_a_part_in_it_the_page_says_so(cast: Cast) -> None:
    assert "There is no plan yet." in signed_in(cast, "director").get("/targets/ledger/").content.decode()
    plan_of_2026(cast)
    Version.objects.all().delete()
    assert "no part of this plan" in signed_in(cast, "director").get("/targets/ledger/").content.decode()


def test_months_that_something_lasts() -> None:
    months = months_from(date(2026, 4, 1))
    assert spread_evenly(100, months, date(2026, 5, 20), date(2026, 7, 1)) == [0, 34, 33, 33, *[0] * 8]
    assert sum(spread_evenly(100, months, date(2025, 1, 1), date(2025, 2, 1))) == 100
