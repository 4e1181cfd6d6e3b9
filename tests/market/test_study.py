"""The study of the market: every part of it on the company of the cast, kept once, seen by unit."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from cast import Cast, company, sell
from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour
from salesyear.market import services
from salesyear.market.models import CohortMonth, MarketCell, Study, TierCoverage, WhiteSpace
from salesyear.market.pages.potential import PotentialPage
from salesyear.market.reports import MarketStudy, NothingToStudy, StudyParams, market_study
from salesyear.org.access import scope_of
from salesyear.sales.models import Order

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 1, 10)


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


@pytest.fixture
def made(cast: Cast) -> MarketStudy:
    """A newcomer of March 2025 (customer 12 has no sale before it) buys for 4,200 a month; Shanghai is a big city."""
    late = Order.objects.within(SYSTEM).filter(customer=cast.customers[11], ordered_on__lt=date(2025, 3, 1))
    late.delete()
    Order.objects.within(SYSTEM).filter(unit=cast.units["shanghai"]).update(city="上海")
    Order.objects.within(SYSTEM).filter(unit=cast.units["jiangsu"]).update(city="昆山")
    sell(cast, cast.customers[0], date(2025, 12, 20), 500_00, product="new")
    return market_study(SYSTEM, StudyParams(), TODAY, quiet)


def test_white_space_is_found_where_others_buy(cast: Cast, made: MarketStudy) -> None:
    """The strategic line has one buyer, in Shanghai: four customers there, four in Jiangsu, four in Sichuan."""
    line = cast.products["new"].line
    assert line
    found = {row["unit_id"]: row for row in made.spaces if row["line_id"] == line.pk}
    shanghai, jiangsu = found[cast.units["shanghai"].pk], found[cast.units["jiangsu"].pk]
    assert (shanghai["firms"], shanghai["buyers"], jiangsu["buyers"]) == (4, 1, 0)
    assert jiangsu["gap"] > shanghai["gap"] == 0
    assert jiangsu["expected"] == pytest.approx(0.2 * jiangsu["worth"], abs=1)
    assert made.record["universe"] == ""


def test_tiers_by_the_cities_of_the_orders(cast: Cast, made: MarketStudy) -> None:
    tiers = {(row["unit_id"], row["tier"]): row for row in made.tiers}
    shanghai = tiers[cast.units["shanghai"].pk, 1]
    assert (shanghai["cities"], shanghai["covered"], shanghai["covered_before"]) == (1, 4, 4)
    assert tiers[cast.units["jiangsu"].pk, 4]["sold"] == 12 * (5 + 6 + 7 + 8) * 100_00
    assert (cast.units["sichuan"].pk, 0) in tiers


def test_the_newcomer_makes_a_cohort(cast: Cast, made: MarketStudy) -> None:
    """Customer 12 buys 1,200 yuan a month from March 2025: ten months, all of them new sales."""
    west = {row["month"]: row for row in made.cohorts if row["unit_id"] == cast.units["west"].pk}
    march = west[date(2025, 3, 1)]
    assert (march["customers"], march["by_age"]) == (1_000_000, [1_200_00] * 10)
    assert west[date(2025, 12, 1)]["new_sales"] == 1_200_00
    assert west[date(2025, 12, 1)]["sales"] == (9 + 10 + 11 + 12) * 100_00
    ahead = [row for row in made.cohorts if row["expected"] and row["unit_id"] == cast.units["company"].pk]
    assert [row["month"] for row in ahead][::11] == [date(2026, 1, 1), date(2026, 12, 1)]


def test_room_adds_up_and_who_sells_more_makes_up_for_no_other(cast: Cast, made: MarketStudy) -> None:
    """Of 100 Shanghai sells 60, Jiangsu 130 and Sichuan 75: 40 of room in the east, 25 in the west, 65 in all."""
    study = services.keep_study(made, run=None, actor=None)
    MarketCell.objects.within(SYSTEM).delete()
    line, currency = cast.products["core"].line, cast.currency
    assert line
    assert currency
    sold = {"shanghai": 60, "jiangsu": 130, "sichuan": 75, "east": 190, "west": 75, "company": 265}
    for name, amount in sold.items():
        MarketCell.objects.create(
            study=study,
            unit=cast.units[name],
            line=line,
            year=2025,
            currency=currency,
            size=1000,
            sold=amount,
            potential={"east": 200, "company": 300}.get(name, 100),
        )
    page = PotentialPage(SYSTEM, study, {})
    assert page.this
    assert page.this.room == 65
    assert {part.unit.code: part.room for part in page.parts} == {"east": 40, "west": 25}
    assert sorted(page._value(page._market(cast.units[name])) or 0 for name in ("shanghai", "jiangsu")) == [0, 40]


def test_each_sees_the_units_they_were_given(cast: Cast, made: MarketStudy) -> None:
    services.keep_study(made, run=None, actor=None)
    seen = {
        name: {row.unit.code for row in TierCoverage.objects.within(scope_of(cast.users[name]))}
        for name in ("director", "wang", "li", "agent")
    }
    assert seen["director"] == {"shanghai", "jiangsu", "sichuan"}
    assert seen["wang"] == {"shanghai", "jiangsu"}
    assert seen["li"] == seen["agent"] == set()


def test_a_run_keeps_one_study(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.users["director"], backend="allauth.account.auth_backends.AuthenticationBackend")
    for _ in range(2):
        assert client.post("/market/studies/", {"token": "once"}).status_code == 303
    run = Run.objects.get()
    Labour(scope_of).work_once()
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.error
    assert Study.objects.get(run=run).params["look_back"] == 24
    assert WhiteSpace.objects.within(SYSTEM).exists()
    assert CohortMonth.objects.within(SYSTEM).exists()
    assert not MarketCell.objects.within(SYSTEM).exists(), "nobody has stated anything about the market"


def test_without_sales_it_says_what_to_do(db: None) -> None:
    company(sales=False)
    with pytest.raises(NothingToStudy, match="import order lines first"):
        market_study(SYSTEM, StudyParams(), TODAY, quiet)
