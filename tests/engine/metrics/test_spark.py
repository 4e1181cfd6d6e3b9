"""Every figure on a real Spark cluster (a master, two workers) is what it is on DuckDB."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import metrics_data as data
from salesyear.engine.forecast.backtest import BacktestParams
from salesyear.engine.forecast.baseline import BaselineParams, baseline
from salesyear.engine.forecast.fan import Fan, SparkFan
from salesyear.engine.forecast.panel import PanelParams, panel_of
from salesyear.engine.forecast.tree import Floats
from salesyear.engine.metrics import FIGURES, Period, measure, splits_of
from salesyear.engine.metrics.asking import bases_of
from salesyear.engine.metrics.engines.duck import in_memory
from salesyear.engine.metrics.engines.spark import Spark
from salesyear.engine.metrics.facts import Facts
from spark_cluster import cluster

pytestmark = pytest.mark.once

# Where each data set is looked at: its figures in one go, split by what makes joins, windows and months work.
ASKED: dict[str, tuple[Period, tuple[str, ...]]] = {
    "adventureworks": (Period.of_months(date(2013, 1, 1), 12), ("region",)),
    "northwind": (Period.of_months(date(1997, 1, 1), 12), ("rep",)),
    "classicmodels": (Period(date(2013, 3, 1), date(2013, 5, 31)), ()),
    "crm": (Period(date(2019, 1, 1), date(2021, 11, 9)), ("stage",)),
    "sfo": (Period(date(2017, 5, 1), date(2017, 5, 31)), ()),
}
SETTINGS = {
    "spark.executor.memory": "512m",
    "spark.cores.max": "2",
    "spark.sql.shuffle.partitions": "2",
    # Few rows and many different questions: compiling each would take longer than answering it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
OF_PRODUCTS = {"strategic_mix", "ordered_strategic", "customer_lines", "lines_per_customer"}


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    """One session for all tests; the workers run the Python that runs the tests."""
    with pytest.MonkeyPatch.context() as patch, cluster() as master:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = Spark(master, SETTINGS)
        yield session
        session.close()


@pytest.mark.parametrize("name", ASKED)
def test_the_cluster_says_what_one_machine_says(spark: Spark, tmp_path: Path, name: str) -> None:
    period, by = ASKED[name]
    tables = data.SETS[name]()
    figures = [one.name for one in FIGURES if set(by) <= set(splits_of(one.name)) and _has(one.name, tables)]
    assert figures
    duck, names = in_memory(tables)
    here = measure(figures, Facts(duck, names), by=by, period=period)
    there = measure(figures, Facts(spark, _files(spark, tables, tmp_path)), by=by, period=period)
    assert here.columns == there.columns
    assert here.height == there.height > 0
    for column in here.columns:
        assert same(here[column], there[column]), column


def same(left: pl.Series, right: pl.Series) -> bool:
    """Whether two columns agree to 1e-9 of each value, and say nothing in the same places."""
    if left.dtype != pl.Float64:
        return left.equals(right)
    close = ((left - right).abs() <= 1e-9 * pl.Series([max(1.0, abs(x or 0)) for x in left])).fill_null(value=True)
    return bool(close.all()) and left.is_null().equals(right.is_null())


def test_the_work_is_done_by_both_workers(spark: Spark) -> None:
    places = spark.session.sparkContext.parallelize(range(8), 8).map(lambda _: __import__("os").getpid()).collect()
    assert len(set(places)) >= 2


def test_a_forecast_spread_over_the_cluster_is_the_one_made_here(spark: Spark) -> None:
    """To the last bit: each origin is forecast by the same code, whoever does it."""
    months = pl.date_range(date(2022, 1, 1), date(2025, 12, 1), "1mo", eager=True)
    sold = pl.DataFrame(
        [
            {
                "region": f"r{rep % 2}",
                "rep": f"p{rep}",
                "date": month,
                "amount": 100.0 + 9 * rep + month.month * (rep + 1),
            }
            for rep in range(6)
            for month in months
        ]
    )
    panel = panel_of(sold, PanelParams(("region", "rep")))
    params = BaselineParams(horizon=6, paths=50, backtest=BacktestParams(origins=4))
    told: list[str] = []
    here, there = baseline(panel, params), baseline(panel, params, fan=_counting(SparkFan(spark), told))
    assert told == ["4 parts"]
    assert np.array_equal(here.mean, there.mean)
    assert np.array_equal(here.paths.interval(0.8), there.paths.interval(0.8))


def _counting(fan: Fan, told: list[str]) -> Fan:
    def spread(make: Callable[[int], Floats], items: Sequence[int]) -> Iterable[Floats]:
        told.append(f"{len(items)} parts")
        return fan(make, items)

    return spread


def _has(figure: str, tables: data.Tables) -> bool:
    """Whether a data set has all a figure needs; AdventureWorks is asked what only it has: targets and places."""
    needed = {table for base in bases_of([figure]) for table in (base.table, *base.also)}
    needed |= {"products"} if figure in OF_PRODUCTS else set()
    asked = needed <= set(tables)
    return asked and ("targets" in needed or figure in {"growth", "coverage", "strategic_mix"} or "units" not in tables)


def _files(spark: Spark, tables: data.Tables, folder: Path) -> dict[str, str]:
    found = {}
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
        found[name] = spark.view(name, [folder / f"{name}.parquet"])
    return found
