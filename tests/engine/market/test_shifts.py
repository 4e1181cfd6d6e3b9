"""Shifts that were planted are found, chance is not marked, and the figures are the plain ratios."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from salesyear.engine.market.discovery import benjamini_hochberg
from salesyear.engine.market.shifts import ShiftParams, shifts

pytestmark = pytest.mark.once

COLUMNS = ["region", "customer", "order", "date", "amount", "quantity"]
QUICK = ShiftParams(draws=399)
Line = tuple[str, str, str, date, float, int]


def lines(draw: np.random.Generator, region: str, growth: float = 1.0, late: int = 0) -> list[Line]:
    """Forty customers, two to six orders a year; in 2025 baskets grow by `growth` and orders come `late` days later."""
    rows: list[Line] = []
    for year in (2024, 2025):
        for customer in range(40):
            for order in range(int(draw.integers(2, 7))):
                moved = late if year == 2025 else 0
                day = date(year, 1, 1) + timedelta(days=min(int(draw.integers(0, 365)) + moved, 364))
                size = float(np.exp(draw.normal(5, 0.6))) * (growth if year == 2025 else 1.0)
                rows.append((region, f"{region}{customer}", f"{year}-{customer}-{order}", day, size, 1))
    return rows


def table(rows: list[Line]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def test_the_papers_fifteen_tests() -> None:
    """Benjamini & Hochberg (1995), section 4: at 5 % four of fifteen are rejected, where Bonferroni rejects three."""
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p = [*small, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0]
    shuffled = np.array(p)[np.random.default_rng(0).permutation(15)]
    marked = shuffled[benjamini_hochberg(shuffled) <= 0.05]
    assert sorted(marked.tolist()) == p[:4]
    assert benjamini_hochberg(np.array([])).tolist() == []


def test_figures_are_sums_divided_by_sums() -> None:
    """2024: eight customers, two orders of 100 each; 2025: three orders of 50, all in a dearer month."""
    rows = [
        ("east", f"c{customer}", f"{year}-{customer}-{order}", date(year, month, 1), amount, 1)
        for year, orders, amount, month in ((2024, 2, 100.0, 3), (2025, 3, 50.0, 4))
        for customer in range(8)
        for order in range(orders)
    ]
    found = {row["figure"]: row for row in shifts(table(rows), 2024, 2025, QUICK).iter_rows(named=True)}
    assert (found["basket"]["before"], found["basket"]["after"]) == (pytest.approx(100.0), pytest.approx(50.0))
    assert (found["frequency"]["before"], found["frequency"]["after"]) == (pytest.approx(2.0), pytest.approx(3.0))
    assert (found["month"]["moved"], found["month"]["into"]) == (1.0, 4)
    # Swapping all or none of eight customers does as much: 2 of 256 swaps, so p is near 0.008.
    assert found["frequency"]["p"] == pytest.approx(2 / 256, abs=0.012)


def test_a_planted_shift_is_marked_and_the_quiet_regions_are_not() -> None:
    draw = np.random.default_rng(1)
    rows = [row for one in range(8) for row in lines(draw, f"R{one}", 1.6 if one == 0 else 1.0)]
    found = shifts(table(rows), 2024, 2025, ShiftParams(draws=999))
    marked = found.filter("marked", pl.col("region") == "R0")
    assert found.filter("marked").height <= marked.height + 1  # one in twenty marks may be false
    assert {"basket", "price band"} <= set(marked["figure"])
    basket = marked.filter(pl.col("figure") == "basket").row(0, named=True)
    assert basket["after"] / basket["before"] == pytest.approx(1.6, rel=0.15)
    assert marked.filter(pl.col("figure") == "price band")["into"].item() == 4


def test_a_later_season_is_marked() -> None:
    draw = np.random.default_rng(2)
    rows = [row for one in range(3) for row in lines(draw, f"R{one}", late=90 if one == 1 else 0)]
    marked = shifts(table(rows), 2024, 2025, ShiftParams(draws=999)).filter("marked")
    assert marked.select("region", "figure").rows() == [("R1", "month")]


def test_where_nothing_changes_marks_are_rare() -> None:
    """Thirty worlds without a shift, eight tests each; 5 % of worlds may have a mark: more than 5 is 1 in 300."""
    worlds = [np.random.default_rng(seed) for seed in range(30)]
    found = [shifts(table(lines(draw, "R") + lines(draw, "S")), 2024, 2025, QUICK) for draw in worlds]
    assert sum(bool(one["marked"].any()) for one in found) <= 5


def test_p_is_even_where_nothing_changes() -> None:
    worlds = [np.random.default_rng(100 + seed) for seed in range(40)]
    p = np.array([shifts(table(lines(draw, "R")), 2024, 2025, ShiftParams(draws=199))["p"] for draw in worlds]).ravel()
    # 160 p-values: their mean within 4 standard errors of a half.
    assert abs(p.mean() - 0.5) < 4 * (1 / 12) ** 0.5 / len(p) ** 0.5


def test_a_region_with_few_customers_or_one_year_is_not_judged() -> None:
    rows = table(lines(np.random.default_rng(0), "R"))
    few = rows.filter(pl.col("customer").is_in(["R0", "R1", "R2"]))
    assert shifts(few, 2024, 2025, QUICK).is_empty()
    assert shifts(rows.filter(pl.col("date") < date(2025, 1, 1)), 2024, 2025, QUICK).is_empty()


def test_the_seed_decides() -> None:
    rows = table(lines(np.random.default_rng(3), "R"))
    assert shifts(rows, 2024, 2025, QUICK).equals(shifts(rows, 2024, 2025, QUICK))
