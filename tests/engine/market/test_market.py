"""Market sizes with gaps, what nobody buys yet, and shifts that are more than chance."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from salesyear.engine.forecast.prior import BLENDS, PriorParams, UnknownBlend, blend_named, prior_of
from salesyear.engine.market.nextbuy import NextBuyParams, next_categories, white_space
from salesyear.engine.market.potential import (
    NoMarket,
    PotentialParams,
    attainable,
    coverage_by_tier,
    development_index,
    market_sizes,
)
from salesyear.engine.market.shifts import ShiftParams, shifts

pytestmark = pytest.mark.once

KNOWN = pl.DataFrame(
    {
        "region": ["east", "north", "east"],
        "line": ["oil", "oil", "rice"],
        "year": [2026, 2026, 2026],
        "size": [1000.0, 600.0, 400.0],
        "source": ["yearbook", "yearbook", "association"],
        "as_of": [date(2026, 6, 1)] * 3,
    }
)
INDEX = pl.DataFrame({"region": ["east", "north"], "units": [100.0, 50.0]})
OWN = pl.DataFrame({"region": ["east", "north"], "line": ["oil", "rice"], "year": [2026, 2026], "amount": [100, 30]})


def test_a_missing_market_is_estimated_and_says_so() -> None:
    """Rice: 400 for 100 units = 4 a unit, north has 50 units = 200, times its level.

    North buys 600 of oil where 1600 ÷ 150 × 50 = 533 were to be expected: 1.125, drawn half way: the root of it.
    """
    sizes = market_sizes(KNOWN, INDEX, OWN, PotentialParams())
    rice = sizes.filter((pl.col("region") == "north") & (pl.col("line") == "rice")).row(0, named=True)
    assert rice["estimated"]
    assert rice["size"] == pytest.approx(200 * 1.125**0.5)
    assert (
        rice["reason"] % rice["values"] == "Estimated from the index: 4.0 a unit of it in this line, 50.0 units here."
    )
    assert rice["share"] == pytest.approx(30 / rice["size"])


def test_a_known_market_keeps_its_source_and_date() -> None:
    oil = market_sizes(KNOWN, INDEX, OWN, PotentialParams()).filter(pl.col("source") == "yearbook").row(0, named=True)
    assert (oil["size"], oil["estimated"], oil["share"]) == (1000.0, False, 0.1)
    assert oil["reason"] % oil["values"] == "From yearbook, 2026-06-01."


def test_without_any_market_size_it_is_refused() -> None:
    with pytest.raises(NoMarket):
        market_sizes(KNOWN.clear(), INDEX, OWN, PotentialParams())


def test_the_attainable_has_the_line_s_mean_share_everywhere() -> None:
    """Oil: 100 of 1600 is ours; at that share east gives 62.5 and north 37.5."""
    rows = attainable(market_sizes(KNOWN, INDEX, OWN, PotentialParams()), 2026).filter(pl.col("line") == "oil")
    assert rows["potential"].to_list() == pytest.approx([62.5, 37.5])


def test_development_index_by_hand() -> None:
    """East has two thirds of the people and half of the sales: 75; north a third and half: 150."""
    index = development_index(pl.DataFrame({"region": ["east", "north"], "amount": [10, 10]}), INDEX)
    assert index["index"].to_list() == pytest.approx([75.0, 150.0])


def test_coverage_counts_customers_of_the_universe_once() -> None:
    universe = pl.DataFrame({"customer": [1, 2, 3, 4], "tier": [1, 3, 3, 3]})
    rows = coverage_by_tier(universe, pl.DataFrame({"customer": [2, 2, 9]}))
    assert rows["coverage"].to_list() == pytest.approx([0.0, 1 / 3])


def cross_world() -> pl.DataFrame:
    """Who buys oil takes rice within the year half of the time, who buys salt one time in ten; rice sells 100 each."""
    rows = []
    for customer in range(400):
        owns = "oil" if customer % 2 else "salt"
        rows += [(customer, owns, date(2024, 3, 1), 50.0), (customer, owns, date(2025, 9, 1), 50.0)]
        if (customer % 4 == 1) or (customer % 20 == 2):
            rows.append((customer, "rice", date(2025, 6, 1), 100.0))
    return pl.DataFrame(rows, schema=["customer", "category", "date", "amount"], orient="row")


def test_the_next_category_follows_what_is_owned() -> None:
    found = next_categories(cross_world(), date(2025, 12, 31), NextBuyParams())
    rice = found.filter(pl.col("category") == "rice").with_columns(odd=pl.col("customer") % 2 == 1)
    by_owner = dict(rice.group_by("odd").agg(pl.col("chance").mean()).iter_rows())
    assert by_owner[True] == pytest.approx(0.5, abs=0.05)
    assert by_owner[False] == pytest.approx(0.1, abs=0.05)
    assert rice["value"].unique().to_list() == pytest.approx([100.0])
    bought = cross_world().filter(pl.col("category") == "rice")["customer"]
    assert not set(bought.to_list()) & set(rice["customer"].to_list())


def test_white_space_counts_the_open_cells() -> None:
    chances = next_categories(cross_world(), date(2025, 12, 31), NextBuyParams())
    customers = pl.DataFrame({"customer": range(400)}).with_columns(
        segment=pl.when(pl.col("customer") % 2 == 1).then(pl.lit("oilers")).otherwise(pl.lit("salters")),
        district=pl.lit("D1"),
    )
    cells = white_space(customers, chances)
    rice = cells.filter((pl.col("category") == "rice") & (pl.col("segment") == "oilers")).row(0, named=True)
    assert (rice["customers"], rice["open"], rice["buyers"]) == (200, 100, 100)
    assert rice["penetration"] == 0.5
    assert rice["expected"] == pytest.approx(100 * 0.5 * 100, rel=0.1)


def lines(rng: np.random.Generator, region: str, growth: float) -> list[tuple[str, str, str, date, float, int]]:
    rows = []
    for year in (2024, 2025):
        for customer in range(40):
            for order in range(int(rng.integers(2, 7))):
                day = date(year, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
                size = float(np.exp(rng.normal(5, 0.6))) * (growth if year == 2025 else 1.0)
                rows.append((region, f"{region}{customer}", f"{year}-{customer}-{order}", day, size, 1))
    return rows


COLUMNS = ["region", "customer", "order", "date", "amount", "quantity"]


def test_a_planted_shift_is_marked_and_the_quiet_regions_are_not() -> None:
    """Baskets in one of twelve regions grow by 60 %; elsewhere nothing changes. At most a few false marks may come."""
    rng = np.random.default_rng(1)
    rows = [row for one in range(12) for row in lines(rng, f"R{one}", 1.6 if one == 0 else 1.0)]
    table = shifts(pl.DataFrame(rows, schema=COLUMNS, orient="row"), 2024, 2025, ShiftParams())
    first = table.row(0, named=True)
    assert first["region"] == "R0"
    assert table.filter((pl.col("region") == "R0") & (pl.col("figure") == "basket"))["marked"].item()
    assert table.filter("marked", pl.col("region") != "R0").height <= 1
    basket = table.filter((pl.col("region") == "R0") & (pl.col("figure") == "basket")).row(0, named=True)
    assert basket["after"] / basket["before"] == pytest.approx(1.6, rel=0.15)


def test_where_nothing_changes_false_marks_are_rare() -> None:
    """Twenty worlds without any shift: a mark in one of them at the most (5 % promised, 108 tests in each)."""
    worlds = [np.random.default_rng(seed) for seed in range(20)]
    tables = [
        shifts(
            pl.DataFrame([row for one in range(4) for row in lines(rng, f"R{one}", 1.0)], schema=COLUMNS, orient="row"),
            2024,
            2025,
            ShiftParams(),
        )
        for rng in worlds
    ]
    assert sum(table["marked"].any() for table in tables) <= 3


def test_a_region_with_three_customers_is_not_judged() -> None:
    few = pl.DataFrame(lines(np.random.default_rng(0), "R", 2.0)[:9], schema=COLUMNS, orient="row")
    assert shifts(few, 2024, 2025, ShiftParams()).is_empty()


CELLS = pl.DataFrame(
    {
        "region": ["east", "east", "north", "north", "south"],
        "line": ["oil", "oil", "oil", "rice", "oil"],
        "rep": ["Li", "Wu", "Xu", "Xu", "Yi"],
        "baseline": [300.0, 100.0, 100.0, 0.0, 50.0],
    }
)
POTENTIAL = pl.DataFrame({"region": ["east", "north"], "line": ["oil", "oil"], "potential": [30.0, 20.0]})


def test_the_blend_moves_sales_between_groups_and_keeps_the_total() -> None:
    """East and north have 500 of baseline; the potential says 300 : 200. Half way: east 350, north 150."""
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(blend_named("balanced"), floor=5))
    assert rows["prior"].to_list() == pytest.approx([262.5, 87.5, 150.0, 5.0, 50.0])


def test_each_cell_says_how_it_came_about() -> None:
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(blend_named("balanced"), floor=5))
    told = [row["reason"] % row["values"] for row in rows.to_dicts()]
    assert told[0] == "50% of the baseline 300.0 and 50% of what the market's potential gives, 225.0."
    assert told[3] == "No sales to go by: set to the floor of 5."
    assert told[4] == "The baseline, 50.0: no potential is known here."


def test_history_alone_is_the_baseline() -> None:
    rows = prior_of(CELLS, POTENTIAL, ["region", "line"], PriorParams(BLENDS[0], floor=0))
    assert rows["prior"].to_list() == CELLS["baseline"].to_list()


def test_an_unknown_blend_lists_those_there_are() -> None:
    with pytest.raises(UnknownBlend, match="There is no blend “wild”"):
        blend_named("wild")
