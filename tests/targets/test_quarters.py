"""A1: a region's quarter by hand; its manager signs it off as it was then, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast, sell
from plans_cast import asked_for, gap_plan
from salesyear.core.models import Event
from salesyear.core.scope import Scope
from salesyear.org.access import scope_of
from salesyear.plans import reports
from salesyear.plans.models import Initiative, QuarterPlan, Version
from salesyear.sales.models import Credit, Currency, OrderLine
from salesyear.targets.quarters import quarter_of, region_quarters

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")


@pytest.fixture
def version(cast: Cast) -> Version:
    """Each owes 3,600 yuan a quarter; Li sold 2,000 in the first and 500 in the second so far, the others nothing."""
    version = gap_plan(cast)
    sell(cast, cast.customers[0], date(2026, 2, 9), 2_000_00)
    sell(cast, cast.customers[0], date(2026, 4, 9), 500_00)
    return version


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_quarter_of_a_region(cast: Cast, version: Version) -> None:
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["zhao"]).update(months=[100_00] * 3 + [0] * 9)
    scope = scope_of(cast.users["wang"])
    (east,) = region_quarters(scope, reports.ledger(scope, version), 2, date(2026, 4, 20))
    assert (east.target, east.baseline, east.sold) == (7_200_00, 6_000_00, 500_00)
    assert east.behind == 7_200_00 - 2_000_00
    assert east.to_go == 6_700_00
    assert [one.title for one in east.due] == ["Call back the lost of li"]


def test_it_is_signed_as_it_was_then(cast: Cast, version: Version) -> None:
    wang, east = signed_in(cast, "wang"), cast.units["east"].pk
    form = {"unit": str(east), "quarter": "1", "note": "more visits"}
    assert wang.post("/targets/quarters/", form).status_code == 302
    kept = QuarterPlan.objects.within(SYSTEM).get()
    assert (kept.unit_id, kept.quarter, kept.note, kept.figures["target"]) == (east, 1, "more visits", 7_200_00)
    assert "more visits" in wang.get("/targets/quarters/?quarter=1").content.decode()
    assert Event.objects.filter(verb="plans.quarter.signed").count() == 1


def test_of_a_shared_sale_each_region_has_its_part(cast: Cast, version: Version) -> None:
    """Case 1: 1,000 yuan of April shared 60 to 40 between Li (East) and Sun (West); Li had sold 500 before."""
    line = sell(cast, cast.customers[0], date(2026, 4, 12), 1_000_00)
    for rep, share in (("li", 600_000), ("sun", 400_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.reps[rep].unit, share=share)

    def sold(scope: Scope) -> list[int]:
        return [row.sold for row in region_quarters(scope, reports.ledger(scope, version), 2, date(2026, 4, 20))]

    assert sold(scope_of(cast.users["wang"])) == [1_100_00]
    assert sold(scope_of(cast.users["sun"])) == [400_00]
    assert sold(SYSTEM) == [1_100_00, 400_00]


def test_without_a_rate_the_page_says_so(cast: Cast, version: Version) -> None:
    dollar = Currency.objects.create(code="USD", name="dollar", digits=2)
    OrderLine.objects.within(SYSTEM).filter(ordered_on=date(2026, 4, 9)).update(currency=dollar)
    page = signed_in(cast, "wang").get("/targets/quarters/").content.decode()
    assert "There is no rate of USD for 2026-04-09" in page


@pytest.mark.parametrize(("name", "region"), [("wang", "west"), ("li", "east"), ("finance", "east")])
def test_only_the_regions_own_manager_signs(cast: Cast, version: Version, name: str, region: str) -> None:
    answer = signed_in(cast, name).post("/targets/quarters/", {"unit": str(cast.units[region].pk), "quarter": "1"})
    assert answer.status_code in {403, 404}
    assert not QuarterPlan.objects.within(SYSTEM).exists()


def test_the_page_takes_few_queries(cast: Cast, version: Version) -> None:
    wang = signed_in(cast, "wang")
    with CaptureQueriesContext(connection) as asked:
        page = wang.get("/targets/quarters/")
    assert page.status_code == 200
    assert len(asked_for(asked)) <= 12, "\n".join(asked_for(asked))


def test_which_quarter_a_day_is_in(cast: Cast, version: Version) -> None:
    plan = version.plan
    days = [
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 12, 31),
        date(2027, 5, 1),
    ]
    assert [quarter_of(plan, day) for day in days] == [1, 1, 1, 2, 4, 4]
    plan.starts_on = date(2026, 7, 1)
    assert quarter_of(plan, date(2027, 1, 15)) == 3
