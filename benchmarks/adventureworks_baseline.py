"""AdventureWorks: the baseline of its last year made from the two before, beside seasonal naive and the firm's quotas.

Run: python benchmarks/adventureworks_baseline.py. History June 2011 to May 2013, forecast June 2013 to May 2014. Error
is the sum of absolute errors ÷ sum of sales, by month and by year, at each level. Quotas are the company's own, by rep
and quarter (a quarter runs from its quota date; compared are the three quota quarters June 2013 to February 2014,
which the set covers whole): ours, naive and quota against actual sales, on the same rep-quarters.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from shared_data import adventureworks, path

from salesyear.engine.forecast.baseline import Baseline, BaselineParams, baseline
from salesyear.engine.forecast.models import seasonal_naive
from salesyear.engine.forecast.panel import Panel, PanelParams, panel_of
from salesyear.engine.forecast.tree import Floats

KNOWN, HORIZON = 24, 12
LEVELS = ("group", "territory", "rep", "category")


def wape(made: Floats, truth: Floats) -> float:
    """Sum of absolute errors ÷ sum of the truth."""
    return float(np.abs(made - truth).sum() / np.abs(truth).sum())


def by_level(panel: Panel, made: Baseline) -> pl.DataFrame:
    """Monthly and yearly error of each level."""
    truth = panel.values[:, KNOWN : KNOWN + HORIZON]
    naive = seasonal_naive(panel.values[:, :KNOWN], HORIZON, 12)
    low, high = made.paths.interval(0.8)
    rows = []
    for level, name in enumerate(panel.tree.levels):
        span = panel.tree.nodes(level)
        real, ours, last = truth[span], made.mean[span], naive[span]
        inside = (real >= low[span] - 1e-6) & (real <= high[span] + 1e-6)
        rows.append(
            {
                "level": name,
                "series": len(real),
                "month": wape(ours, real),
                "month naive": wape(last, real),
                "year": wape(ours.sum(axis=1), real.sum(axis=1)),
                "year naive": wape(last.sum(axis=1), real.sum(axis=1)),
                "in 80 %": float(inside.mean()),
            }
        )
    return pl.DataFrame(rows)


def quarters_of_reps(facts: pl.DataFrame) -> pl.DataFrame:
    """Quota and actual of each rep and quota quarter, and the three quarters' sums of our baseline and of naive."""
    quotas = pl.read_csv(path("adventureworks/SalesPersonQuotaHistory.csv"), try_parse_dates=True).select(
        rep=pl.col("BusinessEntityId").cast(pl.String), date=pl.col("QuotaDate").cast(pl.Date), quota="SalesQuota"
    )
    starts = [date(2013, 6, 1), date(2013, 9, 1), date(2013, 12, 1)]
    asked = quotas.with_columns(pl.col("date").dt.offset_by("4d").dt.truncate("1mo")).filter(
        pl.col("date").is_in(starts)
    )
    panel = panel_of(facts, PanelParams(("rep", "category")))
    made = baseline(panel.up_to(KNOWN), BaselineParams(horizon=HORIZON))
    naive = seasonal_naive(panel.values[:, :KNOWN], HORIZON, 12)
    names = panel.tree.leaves["rep"].unique(maintain_order=True).to_list()
    rows = []
    for place, rep in enumerate(names):
        node = panel.tree.nodes(1).start + place
        for quarter, start in enumerate(starts):
            steps = slice(3 * quarter, 3 * quarter + 3)
            truth = float(panel.values[node, KNOWN + 3 * quarter : KNOWN + 3 * quarter + 3].sum())
            figures = {"actual": truth, "ours": float(made.mean[node, steps].sum())}
            rows.append({"rep": rep, "date": start, **figures, "naive": float(naive[node, steps].sum())})
    return pl.DataFrame(rows).join(asked, on=["rep", "date"]).filter(pl.col("actual") > 0)


def main() -> None:
    """By level, then beside the quotas."""
    facts = adventureworks()
    panel = panel_of(facts, PanelParams(LEVELS))
    made = baseline(panel.up_to(KNOWN), BaselineParams(horizon=HORIZON))
    print("models", made.record.models[0])
    with pl.Config(tbl_cols=-1, float_precision=3):
        print(by_level(panel, made))
    rows = quarters_of_reps(facts)
    print(f"{rows.height} rep-quarters with a quota, June 2013 to February 2014:")
    for name in ("ours", "naive", "quota"):
        off = wape(rows[name].to_numpy(), rows["actual"].to_numpy())
        share = rows[name].to_numpy().sum() / rows["actual"].to_numpy().sum()
        print(f"  {name:<6} error {off:.3f}, total {share:.3f} × actual")


if __name__ == "__main__":
    main()
