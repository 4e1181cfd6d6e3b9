"""Coverage of the 80 % and 95 % intervals at every level, over rolling origins: tourism and AdventureWorks.

Run: python benchmarks/intervals.py. Each origin sees only what came before it. Tourism: quarterly, eight ahead, every
quarter from 2006 Q4 to 2015 Q4. AdventureWorks: monthly, three and six ahead, every month from the 18th of 36 on; a
node counts when it sold within the year before. The second line of each set has independent reps: too sure at the top.
"""

from __future__ import annotations

import numpy as np
from shared_data import adventureworks, tourism

from salesyear.engine.forecast.backtest import BacktestParams
from salesyear.engine.forecast.baseline import BaselineParams, baseline
from salesyear.engine.forecast.panel import Panel, PanelParams, panel_of
from salesyear.engine.forecast.spread import SpreadParams
from salesyear.engine.forecast.tree import Floats

CHEAP = BacktestParams(candidates=("level_and_theta", "level", "theta", "seasonal_naive"))


def coverage(panel: Panel, horizon: int, first: int, *, dependent: bool) -> Floats:
    """Share of the truth inside the interval, (80 and 95 %, levels), mean over origins."""
    params = BaselineParams(horizon=horizon, paths=300, backtest=CHEAP, spread=SpreadParams(dependent=dependent))
    seen = []
    for length in range(first, panel.length - horizon + 1):
        known = panel.up_to(length)
        made = baseline(known, params)
        live = (known.values[:, -panel.season :] != 0).any(axis=1)
        truth = panel.values[:, length : length + horizon]
        seen.append([by_level(panel, live, truth, *made.paths.interval(cover)) for cover in (0.8, 0.95)])
    return np.asarray(np.mean(seen, axis=0))


def by_level(panel: Panel, live: Floats, truth: Floats, low: Floats, high: Floats) -> list[float]:
    """Coverage at each level, over the nodes that are alive."""
    inside = (truth >= low - 1e-6) & (truth <= high + 1e-6)
    spans = [panel.tree.nodes(level) for level in range(len(panel.tree.levels))]
    return [float(inside[span][live[span]].mean()) for span in spans]


def show(name: str, panel: Panel, horizon: int, first: int) -> None:
    """Both covers at each level, with shared shocks and with independent reps."""
    print(f"{name}: {panel.length - horizon + 1 - first} origins, {horizon} ahead")
    for label, dependent in (("shared shocks", True), ("independent reps", False)):
        table = coverage(panel, horizon, first, dependent=dependent)
        cells = [f"{level} {a:.1%} / {b:.1%}" for level, a, b in zip(panel.tree.levels, *table, strict=True)]
        print(f"  {label:<17} " + "   ".join(cells))


def main() -> None:
    """Both sets."""
    show("tourism", panel_of(tourism(), PanelParams(("State", "Region", "Purpose"), every="1q", season=4)), 8, 36)
    wheels = panel_of(adventureworks(), PanelParams(("group", "territory", "rep", "category")))
    for horizon, first in ((3, 18), (6, 18), (6, 24)):
        show(f"AdventureWorks from month {first}", wheels, horizon, first)


if __name__ == "__main__":
    main()
