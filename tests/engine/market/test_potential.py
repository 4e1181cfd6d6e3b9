"""Market sizes with gaps, shares, development indices, and what good regions show to be possible."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.market.potential import (
    NoIndex,
    NoMarket,
    PotentialParams,
    attainable,
    attainable_by_best,
    development_index,
    market_sizes,
    share_changes,
    weighted_index,
    why_sized,
)

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
MEASURES = pl.DataFrame(
    {
        "region": ["east", "north"] * 2,
        "measure": ["population", "population", "gdp", "gdp"],
        "units": [60.0, 40.0, 900.0, 100.0],
    }
)


def cell(sizes: pl.DataFrame, region: str, line: str) -> dict[str, object]:
    return sizes.row(by_predicate=(pl.col("region") == region) & (pl.col("line") == line), named=True)


def test_a_missing_market_is_estimated_and_says_so() -> None:
    """Rice: 400 for 100 units = 4 a unit; north has 50 units = 200, times its level.

    North buys 600 of oil where 1,600 / 150 x 50 = 533 were to be expected: 1.125, drawn half way: its root.
    """
    rice = cell(market_sizes(KNOWN, INDEX, OWN), "north", "rice")
    assert rice["estimated"]
    assert rice["size"] == pytest.approx(200 * 1.125**0.5)
    assert rice["share"] == pytest.approx(30 / (200 * 1.125**0.5))
    assert str(why_sized(rice)) == "Estimated from the index: 4.0 a unit of it in this line, 50.0 units here."
    assert (rice["low"], rice["high"]) == (None, None)


def test_a_known_market_keeps_its_source_and_date() -> None:
    oil = cell(market_sizes(KNOWN, INDEX, OWN), "east", "oil")
    assert (oil["size"], oil["estimated"], oil["share"]) == (1000.0, False, 0.1)
    assert str(why_sized(oil)) == "From yearbook, 2026-06-01."


def test_estimates_share_out_what_a_total_leaves() -> None:
    """All rice is 500, east has 400 of it: north gets 100. Salt is known as 90 in all: 2 : 1 by the index."""
    totals = pl.DataFrame(
        {
            "line": ["rice", "salt"],
            "year": [2026, 2026],
            "size": [500.0, 90.0],
            "source": ["bureau", "bureau"],
            "as_of": [date(2026, 3, 1)] * 2,
        }
    )
    sizes = market_sizes(KNOWN, INDEX, OWN, PotentialParams(doubt=1e9), totals=totals)
    assert cell(sizes, "north", "rice")["size"] == pytest.approx(100.0)
    assert cell(sizes, "east", "salt")["size"] == pytest.approx(60.0)
    assert cell(sizes, "north", "salt")["source"] == "bureau"
    assert cell(sizes, "north", "salt")["estimated"]


def test_without_any_market_size_it_is_refused() -> None:
    with pytest.raises(NoMarket, match="enter at least one with its source"):
        market_sizes(KNOWN.clear(), INDEX, OWN)


def test_several_measures_become_one_index() -> None:
    """East: 60 % of the people, 90 % of the product; one to two: (60 + 2 x 90) / 3 = 80."""
    assert weighted_index(MEASURES, {"population": 1.0, "gdp": 2.0})["units"].to_list() == pytest.approx([80.0, 20.0])
    by_people = market_sizes(KNOWN, MEASURES, OWN, PotentialParams(weights={"population": 1.0}))
    assert cell(by_people, "north", "rice")["units"] == pytest.approx(40.0)


def test_an_index_without_a_weight_is_refused_with_its_measures() -> None:
    with pytest.raises(NoIndex, match="There are: gdp, population"):
        weighted_index(MEASURES, {"people": 1.0})


def test_the_range_comes_from_how_far_known_cells_are_out() -> None:
    """Both regions have the same index, so the index says 25 for each cell of x and of y, and 25 for z."""
    known = pl.DataFrame(
        {
            "region": ["a", "b", "a", "b", "a", "b"],
            "line": ["x", "x", "y", "y", "z", "z"],
            "year": [2026] * 6,
            "size": [40.0, 10.0, 10.0, 40.0, 25.0, None],
            "source": ["s"] * 6,
            "as_of": [date(2026, 1, 1)] * 6,
        }
    )
    index = pl.DataFrame({"region": ["a", "b"], "units": [1.0, 1.0]})
    sizes = market_sizes(known, index, OWN.clear(), PotentialParams(doubt=1e9))
    missing = cell(sizes, "b", "z")
    # Ratios 40/25, 10/25, 10/25, 40/25, 25/25: the root of (2 x 0.470^2 + 2 x 0.916^2) / 5 is 0.651, times 1.2816.
    assert float(str(missing["high"])) / 25 == pytest.approx(np.exp(1.2816 * 0.6513), rel=1e-3)
    assert float(str(missing["low"])) * float(str(missing["high"])) == pytest.approx(25.0**2)


def test_a_share_moves_in_points() -> None:
    """100 of 1,000, then 130 of 1,000: 3 points."""
    later = pl.concat([KNOWN, KNOWN.with_columns(pl.col("year") + 1)])
    own = pl.concat([OWN, OWN.with_columns(pl.col("year") + 1, amount=pl.Series([130, 30]))])
    moves = share_changes(market_sizes(later, INDEX, own))
    oil = moves.filter((pl.col("region") == "east") & (pl.col("line") == "oil"))["points"].to_list()
    assert oil == [None, pytest.approx(3.0)]


def test_the_attainable_has_the_lines_mean_share_everywhere() -> None:
    """Oil: 100 of 1,600 is ours; at that share east gives 62.5 and north 37.5."""
    rows = attainable(market_sizes(KNOWN, INDEX, OWN), 2026).filter(pl.col("line") == "oil")
    assert rows["potential"].to_list() == pytest.approx([62.5, 37.5])


def test_without_market_sizes_good_regions_set_the_mark() -> None:
    """Per unit 1, 2, 3, 4, 5: the mark at 0.75 is 4. Those below rise to 4 a unit, the best keeps its 5."""
    own = pl.DataFrame({"region": list("abcde"), "line": ["oil"] * 5, "amount": [10, 20, 30, 40, 50]})
    index = pl.DataFrame({"region": list("abcde"), "units": [10.0] * 5})
    found = attainable_by_best(own, index, PotentialParams(best=0.75))
    assert found["potential"].to_list() == pytest.approx([40.0, 40.0, 40.0, 40.0, 50.0])


def test_development_index_by_hand() -> None:
    """East has two thirds of the people and half of the sales: 75; north a third and half: 150."""
    index = development_index(pl.DataFrame({"region": ["east", "north"], "amount": [10, 10]}), INDEX)
    assert index["index"].to_list() == pytest.approx([75.0, 150.0])


@given(
    sizes=st.lists(st.one_of(st.none(), st.floats(1.0, 1e6)), min_size=6, max_size=6),
    total=st.floats(1e7, 1e9),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_known_and_estimated_cells_make_the_total(sizes: list[float | None], total: float) -> None:
    regions = [f"r{at}" for at in range(6)]
    known = pl.DataFrame({"region": regions, "size": sizes}, schema_overrides={"size": pl.Float64}).with_columns(
        line=pl.lit("x"), year=pl.lit(2026), source=pl.lit("s"), as_of=pl.lit(date(2026, 1, 1))
    )
    index = pl.DataFrame({"region": regions, "units": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    whole = pl.DataFrame({"line": ["x"], "year": [2026], "size": [total], "source": ["t"], "as_of": [date(2026, 1, 1)]})
    found = market_sizes(known, index, OWN.clear(), totals=whole)
    assert found["estimated"].sum() == sum(size is None for size in sizes)
    if None in sizes:
        assert found["size"].sum() == pytest.approx(total)


def test_a_province_that_is_known_is_shared_out_to_its_cities() -> None:
    """The east is stated as a whole, 900; one of its cities is 300, so the other two share 600 as 2 : 1.

    The west is stated nowhere: its city gets the east's 900 a 60 units = 15 a unit, drawn by no known line of its own.
    """
    index = pl.DataFrame(
        {"region": ["a", "b", "c", "w"], "group": ["east"] * 3 + ["west"], "units": [30.0, 20.0, 10.0, 4.0]}
    )
    day = [date(2026, 1, 1)]
    known = pl.DataFrame(
        {"region": ["a"], "line": ["oil"], "year": [2026], "size": [300.0], "source": ["survey"], "as_of": day}
    )
    east = pl.DataFrame(
        {"group": ["east"], "line": ["oil"], "year": [2026], "size": [900.0], "source": ["yearbook"], "as_of": day}
    )
    own = pl.DataFrame({"region": ["b"], "line": ["oil"], "year": [2026], "amount": [60]})
    sizes = market_sizes(known, index, own, groups=east)
    assert [cell(sizes, place, "oil")["size"] for place in "abc"] == pytest.approx([300, 400, 200])
    assert [cell(sizes, place, "oil")["source"] for place in "abc"] == ["survey", "yearbook", "yearbook"]
    assert cell(sizes, "b", "oil")["share"] == pytest.approx(0.15)
    assert cell(sizes, "w", "oil")["estimated"]
    assert cell(market_sizes(known.clear(), index, own, groups=east), "w", "oil")["size"] == pytest.approx(60)
