"""Sales as the engine's tables: what is seen, shared, returned and changed into the company's own currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from cast import Cast, sell
from salesyear.core.scope import Scope
from salesyear.org.access import scope_of
from salesyear.org.models import Unit
from salesyear.sales import frames
from salesyear.sales.models import Credit, Currency, Rate, Return
from salesyear.sales.money import NoRate

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
DAY = date(2026, 2, 10)


def sums(table: pl.DataFrame, by: str) -> dict[Any, float]:
    return dict(table.group_by(by).agg(pl.col("amount").sum()).iter_rows())


def test_every_sale_is_there_with_its_place_in_the_tree(cast: Cast) -> None:
    """Customers 1 to 12 bought for 100, 200 … 1200 yuan in each of 24 months: 187,200 yuan in all."""
    table = frames.sold(SYSTEM)
    assert table["amount"].sum() == 24 * 78 * 100_00
    east, west = cast.units["east"].pk, cast.units["west"].pk
    assert sums(table, "region") == {east: 24 * 36 * 100_00, west: 24 * 42 * 100_00}
    assert set(table["territory"]) == {cast.units[name].pk for name in ("shanghai", "jiangsu", "sichuan")}


def test_a_salesperson_gets_their_own_and_a_manager_their_region(cast: Cast) -> None:
    assert sums(frames.sold(scope_of(cast.users["li"])), "rep") == {cast.reps["li"].pk: 24 * 10 * 100_00}
    regions = sums(frames.sold(scope_of(cast.users["wang"])), "region")
    assert set(regions) == {cast.units["east"].pk}
    assert frames.sold(scope_of(cast.users["hr"])).is_empty()


def test_a_shared_sale_counts_once(cast: Cast) -> None:
    """Case 1: 1,000 yuan shared 60 to 40 are 600 of Li's and 400 of Sun's, and 1,000 in all."""
    before = sums(frames.sold(SYSTEM), "rep")
    line = sell(cast, cast.customers[0], DAY, 1_000_00)
    for rep, share in (("li", 600_000), ("sun", 400_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.reps[rep].unit, share=share)
    after = sums(frames.sold(SYSTEM), "rep")
    assert {key: after[key] - before[key] for key in after} == {
        cast.reps["li"].pk: 600_00,
        cast.reps["sun"].pk: 400_00,
        cast.reps["zhao"].pk: 0,
    }


def test_each_sees_their_own_part_of_a_shared_sale_and_the_manager_the_whole_once(cast: Cast) -> None:
    """Booked by Li, shared 60 to 40 between Zhao and Sun: Li, whose parts are others', sees none of its amount."""
    line = sell(cast, cast.customers[0], DAY, 1_000_00)
    for rep, share in (("zhao", 600_000), ("sun", 400_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.reps[rep].unit, share=share)

    def seen(scope: Scope) -> list[float]:
        return frames.sold(scope, since=DAY, before=date(2026, 2, 11))["amount"].to_list()

    zhao = replace(scope_of(cast.users["li"]), reps=frozenset({cast.reps["zhao"].pk}))
    assert seen(zhao) == [600_00]
    assert seen(scope_of(cast.users["sun"])) == [400_00]
    assert seen(scope_of(cast.users["wang"])) == [600_00]
    assert seen(scope_of(cast.users["li"])) == []
    assert sum(seen(SYSTEM)) == sum(seen(scope_of(cast.users["director"]))) == 1_000_00


def test_an_agent_sees_all_of_what_they_bought_however_it_is_shared(cast: Cast) -> None:
    line = sell(cast, cast.customers[7], DAY, 1_000_00)
    for rep, share in (("zhao", 600_000), ("sun", 400_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.reps[rep].unit, share=share)
    agent = frames.earned_lines(scope_of(cast.users["agent"]), since=DAY)
    assert agent["amount"].sum() == 1_000_00


def test_a_return_lowers_the_month_it_is_booked_in(cast: Cast) -> None:
    customer = cast.customers[0]
    paper: dict[str, Any] = {"customer": customer, "rep": customer.owner, "unit": customer.unit}
    Return.objects.create(number="R1", returned_on=DAY, currency_id="CNY", amount=50_00, **paper)
    assert sums(frames.sold(SYSTEM).filter(pl.col("day") == DAY), "customer") == {customer.pk: -50_00}


def test_another_currency_counts_at_the_rate_of_its_day(cast: Cast) -> None:
    """Case 2: 100.00 USD at 7.2 are 720.00 CNY; without a rate nothing is added."""
    dollar = Currency.objects.create(code="USD", name="dollar", digits=2)
    line = sell(cast, cast.customers[0], DAY, 100_00)
    type(line).objects.within(SYSTEM).filter(pk=line.pk).update(currency=dollar)
    with pytest.raises(NoRate, match="no rate of USD for 2026-02-10"):
        frames.sold(SYSTEM)
    Rate.objects.create(currency=dollar, starts_on=date(2026, 1, 1), micros=7_200_000)
    assert frames.sold(SYSTEM).filter(pl.col("day") == DAY)["amount"].to_list() == [pytest.approx(720_00)]


def test_a_territory_that_moved_counts_where_it_is_today(cast: Cast) -> None:
    """Jiangsu goes West on 1 January 2026: its past sales are planned for with the region it now belongs to."""
    old = cast.units["jiangsu"]
    Unit.objects.within(SYSTEM).filter(pk=old.pk).update(ends_on=date(2025, 12, 31))
    new = Unit.objects.create(
        code="jiangsu", name="江苏", kind=old.kind, parent=cast.units["west"], starts_on=date(2026, 1, 1)
    )
    table = frames.sold(SYSTEM).filter(pl.col("rep") == cast.reps["zhao"].pk)
    assert set(table["territory"]) == {new.pk}
    assert set(table["region"]) == {cast.units["west"].pk}
