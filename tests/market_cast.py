"""A study of the market for the company of cast.py: a row of each kind for the company and each of its regions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from salesyear.market.models import (
    CohortMonth,
    Indicator,
    MarketCell,
    MarketSize,
    ShiftFound,
    Study,
    TierCoverage,
    WhiteSpace,
)

SAID = {"source": "统计年鉴", "as_of": date(2026, 1, 5)}


def study(units: dict[str, Any], line: Any, currency: Any) -> Study:
    """State a market size and an indicator of the east, and keep what a study found of company, regions, territories.

    The market of a region is 1,000,000 yuan, of which 100,000 are ours in 2025 and 80,000 in 2024.
    """
    MarketSize.objects.create(unit=units["east"], line=line, year=2025, currency=currency, amount=1_000_000_00, **SAID)
    Indicator.objects.create(unit=units["east"], measure="人口", year=2025, units_micros=100_000_000, **SAID)
    kept = Study.objects.create(
        as_of=date(2025, 12, 31),
        currency=currency,
        made_at=datetime(2026, 1, 6, tzinfo=UTC),
        record={"plan_year": 2026},
        params={"best": 0.8, "reach": 0.2, "look_back": 24},
    )
    for unit in units.values():
        _rows(kept, unit, {"study": kept, "unit": unit}, line)
    return kept


def _rows(kept: Study, unit: Any, of: dict[str, Any], line: Any) -> None:
    money = {**of, "currency": kept.currency}
    for year, sold in ((2024, 80_000_00), (2025, 100_000_00)):
        stated = {"source": "统计年鉴", "source_on": date(2026, 1, 5), "estimated": unit.name != "华东"}
        MarketCell.objects.create(
            **money, line=line, year=year, size=1_000_000_00, sold=sold, potential=120_000_00, **stated
        )
    if unit.kind == "territory":
        found = {"firms": 40, "customers": 10, "buyers": 4, "gap": 6_000_000}
        WhiteSpace.objects.create(**money, segment="公司", line=line, worth=60_000_00, expected=12_000_00, **found)
    counted = {"cities": 3, "cities_before": 2, "customers": 10, "covered": 6, "covered_before": 4}
    TierCoverage.objects.create(**money, tier=3, sold=9_000_00, **counted)
    if unit.kind == "territory":
        return
    for year in (2025, 2026):
        for month in range(1, 13):
            known = {"sales": 8_000_00, "by_age": [1_000_00] * (13 - month)} if year == 2025 else {"expected": True}
            CohortMonth.objects.create(
                **money, month=date(year, month, 1), customers=2_000_000, new_sales=month * 100_00, **known
            )
    ShiftFound.objects.create(
        **of, year=2025, figure="basket", before=1_000_000, after=1_300_000, p=500, q=4_000, marked=True
    )
    ShiftFound.objects.create(**of, year=2025, figure="month", moved=50_000, into=11, p=400_000, q=500_000)
