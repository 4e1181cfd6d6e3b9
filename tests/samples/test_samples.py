"""The two sample companies come in through the ordinary import, to the cent, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Max, Min, Sum
from pytest_django.fixtures import Settings

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.importing.models import Import
from salesyear.org.access import scope_of
from salesyear.org.models import Rep, Unit, User
from salesyear.sales.models import Order, OrderLine, Product
from salesyear.samples import loading
from salesyear.samples.tables import moved
from salesyear.targets.models import Quota

SYSTEM = Scope.system("test")
TODAY = date(2026, 11, 23)


def load(name: str, folder: Path, settings: Settings) -> None:
    settings.HOME, settings.MEDIA_ROOT = folder, folder
    loading.load(loading.SAMPLES[name], TODAY, lambda *_: None)


def lines_by_region() -> dict[str, int]:
    regions = dict(Unit.objects.within(SYSTEM).filter(kind="region").values_list("pk", "name"))
    rows = OrderLine.objects.within(SYSTEM).order_by().values("unit__parent").annotate(sum=Sum("amount"))
    return {regions[row["unit__parent"] or 0]: row["sum"] for row in rows}


def assert_as_published(cents: dict[Any, int], whole: dict[Any, int]) -> None:
    """Sums were published in whole yuan. The file's total is exact to the cent; a part of it, whose lines lie
    scattered over the file, carries the rounding of some 2,000 lines: a few fen, here at most a quarter yuan."""
    assert cents.keys() == whole.keys()
    assert {name: abs(cents[name] - yuan * 100) <= 50 + 25 for name, yuan in whole.items()} == dict.fromkeys(
        whole, True
    )


@pytest.mark.django_db
def test_adventureworks_to_the_cent(tmp_path: Path, settings: Settings) -> None:
    load("adventureworks", tmp_path, settings)
    lines = OrderLine.objects.within(SYSTEM)
    told = lines.aggregate(n=Count("pk"), sum=Sum("amount"), first=Min("ordered_on"), last=Max("ordered_on"))
    assert told == {"n": 60_919, "sum": 80_487_704_18, "first": date(2023, 5, 31), "last": date(2026, 5, 1)}
    assert Order.objects.within(SYSTEM).count() == 3_806
    assert Customer.objects.within(SYSTEM).count() == 635
    quotas = Quota.objects.within(SYSTEM).aggregate(n=Count("pk"), sum=Sum("amount"))
    assert quotas == {"n": 163, "sum": 95_714_000_00}
    assert not lines.filter(unit=None).exists()
    names = set(Rep.objects.within(SYSTEM).values_list("name", flat=True))
    assert "José Saraiva" in names
    assert not [name for name in names if "\ufffd" in name]
    assert sum(lines_by_region().values()) == 80_487_704_18
    assert not lines.exclude(unit__kind="territory").exists()
    assert {one.role for one in loading.sign_ins()} == {
        "director", "regional_manager", "salesperson", "agent", "finance", "hr", "marketing", "administrator",
    }  # fmt: skip
    salesperson = User.objects.get(email="salesperson@example.com")
    own = OrderLine.objects.within(scope_of(salesperson, TODAY))
    assert 0 < own.count() < 60_919
    assert set(own.values_list("rep__code", flat=True).order_by().distinct()) == {"275"}
    assert set(Import.objects.values_list("state", flat=True)) == {"saved"}


@pytest.mark.django_db
def test_superstore_zh_by_region(tmp_path: Path, settings: Settings) -> None:
    load("superstore-zh", tmp_path, settings)
    lines = OrderLine.objects.within(SYSTEM)
    assert lines.count() == 9_959
    assert lines.aggregate(sum=Sum("amount"))["sum"] == 16_068_954_13  # published 16,068,954.125
    areas = {"华东": 4_684_506, "中南": 4_137_415, "东北": 2_681_567}
    areas |= {"华北": 2_447_301, "西南": 1_303_125, "西北": 815_040}
    assert_as_published(lines_by_region(), areas)
    assert Product.objects.within(SYSTEM).count() == 1_955
    assert Customer.objects.within(SYSTEM).count() == 790
    years = {2022: 2_931_056, 2023: 3_431_919, 2024: 4_243_540, 2025: 5_462_438}
    sums = {year: lines.filter(ordered_on__year=year).aggregate(sum=Sum("amount"))["sum"] for year in years}
    assert_as_published(sums, years)
    assert "salesperson" not in {one.role for one in loading.sign_ins()}  # it has no salespeople


@pytest.mark.django_db
def test_a_sample_goes_into_an_empty_database_only(tmp_path: Path, settings: Settings, cast: object) -> None:
    with pytest.raises(loading.NotLoaded, match="sales here already"):
        load("superstore-zh", tmp_path, settings)


def test_dates_move_by_whole_years() -> None:
    assert moved("2012-02-29 00:00:00", 12) == "2024-02-29"
    assert moved("2016/2/29", 6) == "2022-02-28"
    assert moved("2011-05-31", 12) == "2023-05-31"
    assert moved("", 12) == ""
