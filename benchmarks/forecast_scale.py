"""10,000 monthly series of 60 points, forecast end to end with intervals: time and memory.

Run: python benchmarks/forecast_scale.py. Company, 10 regions, 100 territories, 1,000 reps, 10,000 customers: 11,111
series in all, choice of models and back-test included, 12 months ahead, 400 coherent paths, 80 and 95 % intervals of
every node and month written as a table. One process; memory is the process's peak, imports and all.
"""

from __future__ import annotations

import resource
import time
from datetime import date

import numpy as np
import polars as pl

from salesyear.engine.forecast.baseline import BaselineParams, baseline
from salesyear.engine.forecast.panel import PanelParams, panel_of

MONTHS, SEED = 60, 20260101


def facts() -> pl.DataFrame:
    """Sales by customer and month: shape of the year, growth, a shock per territory and month, own noise."""
    rng = np.random.default_rng(SEED)
    shape = (
        1 + 0.35 * np.sin(2 * np.pi * np.arange(MONTHS) / 12) + 0.1 * rng.standard_normal(12)[np.arange(MONTHS) % 12]
    )
    size = rng.lognormal(8, 1, 10_000)
    growth = np.exp(rng.normal(0.004, 0.004, 10_000)[:, None] * np.arange(MONTHS))
    shock = np.repeat(np.exp(0.1 * rng.standard_normal((100, MONTHS))), 100, axis=0)
    sales = size[:, None] * shape * growth * shock * np.exp(0.4 * rng.standard_normal((10_000, MONTHS)))
    place = np.arange(10_000)
    cells = pl.DataFrame(
        {"region": place // 1000, "territory": place // 100, "rep": place // 10, "customer": place, "amount": sales}
    )
    months = [date(2021 + step // 12, step % 12 + 1, 1) for step in range(MONTHS)]
    return cells.with_columns(date=pl.lit(pl.Series([months])).first()).explode("amount", "date")


def main() -> None:
    """Time each part."""
    table = facts()
    start, busy = time.perf_counter(), time.process_time()
    panel = panel_of(table, PanelParams(("region", "territory", "rep", "customer")))
    made = baseline(panel, BaselineParams())
    middle = time.perf_counter()
    rows = made.table()
    end, busy = time.perf_counter(), time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{panel.tree.size:,} series × {panel.length} months from {table.height:,} rows, {len(made.periods)} ahead")
    print(
        f"forecast and paths {middle - start:.1f} s, intervals as a table of {rows.height:,} rows {end - middle:.1f} s"
    )
    print(
        f"end to end {end - start:.1f} s (bar 60), of which the processor worked {busy:.1f} s; "
        f"peak memory {peak:.2f} GiB (bar 2)"
    )
    print("models", made.record.models[0], "origins", len(made.record.origins))
    print(made.record.backtest)


if __name__ == "__main__":
    main()
