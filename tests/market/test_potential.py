"""Market potential from stated sizes and indicators: known cells stay, missing ones are estimated and say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db.models import F

from cast import Cast
from intake import bring, counts, problems, written
from salesyear.core.scope import Scope
from salesyear.market.models import Indicator, MarketSize
from salesyear.market.reports import PotentialParams, market_cells
from salesyear.sales.models import OrderLine

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 4, 10)
SAID = {"source": "统计年鉴", "as_of": date(2026, 3, 1)}


def state(cast: Cast, unit: str, yuan: int, year: int = 2025) -> None:
    """Somebody says what all suppliers together sold of the core line."""
    line = cast.products["core"].line
    assert line
    assert cast.currency
    MarketSize.objects.create(
        unit=cast.units[unit], line=line, year=year, currency=cast.currency, amount=yuan * 100, **SAID
    )


def count(cast: Cast, unit: str, units: int, measure: str = "人口") -> None:
    """Somebody has counted people, or what else, in a unit."""
    Indicator.objects.create(unit=cast.units[unit], measure=measure, year=2025, units_micros=units * 1_000_000, **SAID)


def cell(cells: pl.DataFrame, cast: Cast, unit: str, year: int = 2025) -> dict[str, Any]:
    return cells.row(by_predicate=(pl.col("unit") == cast.units[unit].pk) & (pl.col("year") == year), named=True)


def test_nobody_has_said_anything(cast: Cast) -> None:
    assert market_cells(SYSTEM, PotentialParams(), TODAY).is_empty()


def test_a_stated_region_and_an_estimated_one(cast: Cast) -> None:
    """East is stated: 432,000 of which we sold 43,200, a tenth. West has half its people: 216,000, estimated.

    In both together we sold 93,600 of 648,000: the potential of each is that share of its market.
    """
    state(cast, "east", 432_000)
    count(cast, "east", 100)
    count(cast, "west", 50)
    cells = market_cells(SYSTEM, PotentialParams(), TODAY)
    east, west, all_ = (cell(cells, cast, unit) for unit in ("east", "west", "company"))
    assert (east["size"], east["sold"], east["estimated"], east["source"]) == (432_000_00, 43_200_00, False, "统计年鉴")
    assert (west["size"], west["sold"], west["estimated"]) == (pytest.approx(216_000_00), 50_400_00, True)
    assert (all_["size"], all_["sold"], all_["estimated"]) == (pytest.approx(648_000_00), 93_600_00, True)
    assert east["potential"] == pytest.approx(43_200_00 * 93_600 / 43_200 * 432 / 648)
    assert (east["potential"], west["potential"]) == (pytest.approx(62_400_00), pytest.approx(31_200_00))


def test_a_region_that_is_stated_is_shared_out_to_its_territories(cast: Cast) -> None:
    """East as a whole 300,000, of which Shanghai is known: 200,000; the rest is Jiangsu's."""
    state(cast, "east", 300_000)
    state(cast, "shanghai", 200_000)
    for unit, people in (("shanghai", 25), ("jiangsu", 85), ("sichuan", 84), ("yunnan", 47)):
        count(cast, unit, people)
    cells = market_cells(SYSTEM, PotentialParams(), TODAY)
    assert cell(cells, cast, "jiangsu")["size"] == pytest.approx(100_000_00)
    assert cell(cells, cast, "east")["size"] == pytest.approx(300_000_00)
    assert cell(cells, cast, "yunnan")["estimated"]


def test_with_indicators_alone_the_best_set_the_mark(cast: Cast) -> None:
    """No size is known. Per head Shanghai sells 480, Jiangsu 367, Sichuan 600, Yunnan nothing; the best is the mark."""
    for unit, people in (("shanghai", 25), ("jiangsu", 85), ("sichuan", 84), ("yunnan", 47)):
        count(cast, unit, people)
    cells = market_cells(SYSTEM, PotentialParams(best=1.0), TODAY)
    yunnan = cell(cells, cast, "yunnan")
    assert yunnan["size"] is None
    assert yunnan["potential"] == pytest.approx(50_400_00 / 84 * 47)
    assert cell(cells, cast, "company")["potential"] == pytest.approx(50_400_00 / 84 * (25 + 85 + 84 + 47))


def test_measures_are_weighed(cast: Cast) -> None:
    """By firms alone the west, which has nine of ten, has nine tenths of the market."""
    state(cast, "company", 1_000_000)
    for unit, people, firms in (("east", 50, 1), ("west", 50, 9)):
        count(cast, unit, people)
        count(cast, unit, firms, "企业数")
    west = {
        name: cell(market_cells(SYSTEM, PotentialParams(weights=weights), TODAY), cast, "west")["size"]
        for name, weights in (("both", {}), ("firms", {"企业数": 1.0}))
    }
    assert west == {"both": pytest.approx(700_000_00), "firms": pytest.approx(900_000_00)}


def test_part_of_a_year_is_no_year(cast: Cast) -> None:
    count(cast, "east", 1)
    cells = market_cells(SYSTEM, PotentialParams(), date(2025, 11, 20))
    assert set(cells["year"]) == {2024}


def test_a_stated_year_that_is_not_over_is_held_against_the_last_twelve_months(cast: Cast) -> None:
    """On 20 November the year has ten closed months: a share of them alone would be too small, and none would be 0."""
    for year in (2023, 2025, 2026):
        state(cast, "east", 432_000, year)
    newest, whole = (date(2024, 11, 1), date(2025, 10, 31)), 43_200_00
    east = OrderLine.objects.within(SYSTEM).filter(
        unit__path__startswith=cast.units["east"].path, product__line=cast.products["core"].line
    )
    december = east.filter(ordered_on__range=(date(2024, 12, 1), date(2024, 12, 31)))[:1]
    OrderLine.objects.within(SYSTEM).filter(pk=december.get().pk).update(amount=F("amount") + 100_00)
    cells = market_cells(SYSTEM, PotentialParams(), date(2025, 11, 20))
    sold = sum(east.filter(ordered_on__range=newest).values_list("amount", flat=True))
    assert sold == whole + 100_00
    found = {row["year"]: row["sold"] for row in cells.iter_rows(named=True) if row["unit"] == cast.units["east"].pk}
    assert found == {2024: whole + 100_00, 2025: sold, 2026: sold}, "2023 had no whole year of sales: it is left out"
    assert cell(cells, cast, "east", 2026)["potential"] > sold, "the room is not 0, either"


def test_sizes_and_indicators_come_in_as_files(cast: Cast, tmp_path: Path) -> None:
    """Chinese headings, place by name, an amount in 元: saved once, and the same file again changes nothing."""
    rows = {
        "market_sizes": "大区,产品线,年份,市场规模,来源,截至日期\n华东,常规,2025,432000,统计年鉴,2026-03-01\n",
        "indicators": "省份,指标,细分,年份,数值,来源,日期\n上海,人口,,2025,2487,统计年鉴,2026-03-01\n",
    }
    for kind, text in rows.items():
        path = written(tmp_path, text, f"{kind}.csv")
        for counted in ({"created": 1}, {"unchanged": 1}):
            taken = bring(path, kind=kind)
            assert counts(taken) == counted, problems(taken)
    east = MarketSize.objects.within(SYSTEM).get()
    assert (east.unit, east.amount, east.source) == (cast.units["east"], 432_000_00, "统计年鉴")
    assert Indicator.objects.within(SYSTEM).get().units_micros == 2487 * 1_000_000
