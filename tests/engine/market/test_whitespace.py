"""White space and coverage, counted by hand."""

from __future__ import annotations

import polars as pl
import pytest

from salesyear.engine.market.whitespace import WhiteSpaceParams, coverage, white_space

pytestmark = pytest.mark.once

FIRMS = pl.DataFrame({"segment": ["small"] * 3, "district": ["d1", "d2", "d3"], "firms": [10, 10, 20]})
CUSTOMERS = pl.DataFrame(
    {"customer": list("abcde"), "segment": ["small"] * 5, "district": ["d1", "d1", "d1", "d1", "d2"]}
)
SOLD = pl.DataFrame(
    {"customer": ["a", "b", "c", "d", "e"], "category": ["oil"] * 5, "amount": [100.0, 100.0, 100.0, 100.0, 50.0]}
)
PLAIN = WhiteSpaceParams(strength=0.0, best=1.0, reach=0.5)


def test_a_district_is_held_against_the_best_of_its_segment() -> None:
    """d1: 4 of 10 buy, the mark is 40 %. d3: nobody of 20, 8 missing, each worth 450 / 5 = 90: 720, half reachable."""
    cells = {row["district"]: row for row in white_space(FIRMS, CUSTOMERS, SOLD, PLAIN).iter_rows(named=True)}
    assert (cells["d1"]["gap"], cells["d1"]["blank"]) == (0.0, False)
    assert cells["d2"]["gap"] == pytest.approx(3.0)
    assert cells["d3"]["gap"] == pytest.approx(8.0)
    assert cells["d3"]["worth"] == pytest.approx(720.0)
    assert cells["d3"]["expected"] == pytest.approx(360.0)
    assert cells["d3"]["blank"]
    assert cells["d1"]["customers"] == 4


def test_the_largest_gap_comes_first() -> None:
    assert white_space(FIRMS, CUSTOMERS, SOLD, PLAIN)["district"].to_list() == ["d3", "d2", "d1"]


def test_one_lucky_firm_does_not_set_the_mark() -> None:
    """A district with one firm, which buys, is drawn to its segment: (1 + 10 x 6/41) / 11, not 100 %."""
    firms = pl.concat([FIRMS, pl.DataFrame({"segment": ["small"], "district": ["d4"], "firms": [1]})])
    customers = pl.concat([CUSTOMERS, pl.DataFrame({"customer": ["f"], "segment": ["small"], "district": ["d4"]})])
    sold = pl.concat([SOLD, pl.DataFrame({"customer": ["f"], "category": ["oil"], "amount": [10.0]})])
    found = white_space(firms, customers, sold, WhiteSpaceParams(strength=10.0, best=1.0))
    # d1 is then the mark: (4 + 10 x 6/41) / 20.
    assert found["mark"].to_list() == pytest.approx([(4 + 60 / 41) / 20] * 4)


def test_more_buyers_than_firms_is_no_negative_gap() -> None:
    tiny = FIRMS.with_columns(firms=pl.Series([2, 10, 20]))
    cells = white_space(tiny, CUSTOMERS, SOLD, PLAIN).filter(pl.col("district") == "d1").row(0, named=True)
    assert (cells["firms"], cells["gap"]) == (4, 0.0)


def test_coverage_by_tier_and_its_change_in_points() -> None:
    """Tier 3: 1 of 3 bought this year, none the year before: 33.3 points. The buyer "9" is not in the universe."""
    universe = pl.DataFrame({"customer": ["1", "2", "3", "4"], "tier": [1, 3, 3, 3]})
    now, before = pl.DataFrame({"customer": ["2", "2", "9"]}), pl.DataFrame({"customer": ["1"]})
    found = coverage(universe, now, before)
    assert found["coverage"].to_list() == pytest.approx([0.0, 1 / 3])
    assert found["points"].to_list() == pytest.approx([-100.0, 100 / 3])
    assert coverage(universe, now).columns == ["tier", "customers", "covered", "coverage"]
