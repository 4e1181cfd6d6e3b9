"""Would intervals that follow their own past hits be better? Adaptive conformal intervals beside those that are made.

Run: python benchmarks/intervals_adaptive.py. Every level of the tree has a factor on the width of its intervals, moved
after each period by what that period showed of the forecasts before it, wider after misses, narrower after hits (Gibbs
& Candès 2021, Adaptive conformal inference under distribution shift; in the logarithm of the width as in Angelopoulos,
Candès & Tibshirani 2023). The pace is as fast as the delay of the answer allows without overshooting, times what is
written in front. Beside the coverage stands the interval score (Gneiting & Raftery 2007) ÷ that without the factor: it
counts width and misses together, less is better. Nothing after an origin is used at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from intervals import CHEAP
from scipy import stats
from shared_data import adventureworks, superstore_en, superstore_zh, tourism

from salesyear.engine.forecast.baseline import BaselineParams, baseline
from salesyear.engine.forecast.panel import Panel, PanelParams, panel_of
from salesyear.engine.forecast.tree import Bools, Floats

COVERS = (0.8, 0.95)
PACES = (0.0, 0.25, 0.5, 1.0, 2.0)
FARTHEST = 1.5  # logarithm of the greatest and the least factor


@dataclass(frozen=True)
class Made:
    """A forecast from `length` periods: bounds (80 low, 80 high, 95 low, 95 high) about the median, what came, and
    which nodes count.
    """

    length: int
    median: Floats
    bounds: Floats
    truth: Floats
    live: Bools

    def bound(self, nodes: slice, place: int, factor: float) -> tuple[Floats, Floats, Floats]:
        """Lower and upper bound of some nodes, their width times `factor`, and the truth."""
        live = self.live[nodes]
        middle = self.median[nodes][live]
        low, high = (self.bounds[2 * place + side][nodes][live] for side in (0, 1))
        return middle - factor * (middle - low), middle + factor * (high - middle), self.truth[nodes][live]


def forecasts(panel: Panel, horizon: int, first: int) -> list[Made]:
    """The forecast from every origin from `first` on."""
    out = []
    edges = [0.5, *(edge for cover in COVERS for edge in ((1 - cover) / 2, (1 + cover) / 2))]
    for length in range(first, panel.length - horizon + 1):
        known = panel.up_to(length)
        points = baseline(known, BaselineParams(horizon=horizon, paths=300, backtest=CHEAP)).paths.quantiles(edges)
        live = (known.values[:, -panel.season :] != 0).any(axis=1)
        out.append(Made(length, points[0], points[1:], panel.values[:, length : length + horizon], live))
    return out


def follow(made: Sequence[Made], nodes: slice, place: int, pace: float) -> tuple[Floats, Floats]:
    """Coverage and interval score at every origin, (origins,) each."""
    horizon, cover = made[0].truth.shape[1], COVERS[place]
    edge = float(stats.norm.ppf((1 + cover) / 2))
    step = pace / (np.e * (horizon + 1) / 2) / (2 * edge * float(stats.norm.pdf(edge)))
    factors: list[float] = []
    covered, scores = [], []
    moved = 0.0
    for now, one in enumerate(made):
        missed = [
            misses[:, one.length - made[past].length - 1].mean()
            for past in range(max(0, now - horizon), now)
            if len(misses := _misses(made[past], nodes, place, factors[past]))
        ]
        if missed:
            moved = float(np.clip(moved + step * (np.mean(missed) - (1 - cover)), -FARTHEST, FARTHEST))
        factors.append(float(np.exp(moved)))
        low, high, truth = one.bound(nodes, place, factors[-1])
        beyond = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
        covered.append(1 - _misses(one, nodes, place, factors[-1]).mean())
        scores.append((high - low + 2 / (1 - cover) * beyond).mean())
    return np.array(covered), np.array(scores)


def _misses(one: Made, nodes: slice, place: int, factor: float) -> Bools:
    low, high, truth = one.bound(nodes, place, factor)
    return np.asarray((truth < low - 1e-6) | (truth > high + 1e-6))


def show(name: str, panel: Panel, horizon: int, *, warm: int, first: int) -> None:
    """Coverage and score of each level at each pace; learnt from origins from `warm` on, counted from `first` on."""
    made = forecasts(panel, horizon, warm)
    print(f"{name}: {len(made) - first + warm} origins, {horizon} ahead")
    plain: dict[tuple[int, int], float] = {}
    for pace in PACES:
        cells, ratios = [], []
        for level, label in enumerate(panel.tree.levels):
            both = [follow(made, panel.tree.nodes(level), place, pace) for place in range(len(COVERS))]
            shares = [f"{covered[first - warm :].mean():.1%}" for covered, _ in both]
            scores = [float(score[first - warm :].mean()) for _, score in both]
            cells.append(f"{label} {' / '.join(shares)}")
            ratios.append([score / plain.setdefault((level, place), score) for place, score in enumerate(scores)])
        top, mean = ratios[0], np.exp(np.log(ratios).mean(axis=0))
        print(f"  pace {pace:<4}  " + "   ".join(cells))
        print(f"      score x {mean[0]:.3f} / {mean[1]:.3f} over the levels, x {top[0]:.3f} / {top[1]:.3f} at the top")


def main() -> None:
    """Every set."""
    trips = panel_of(tourism(), PanelParams(("State", "Region", "Purpose"), every="1q", season=4))
    show("tourism", trips, 8, warm=28, first=36)
    wheels = panel_of(adventureworks(), PanelParams(("group", "territory", "rep", "category")))
    english = panel_of(superstore_en(), PanelParams(("Region", "Segment", "Category")))
    chinese = panel_of(superstore_zh(), PanelParams(("area", "province", "product_type")))
    for horizon in (3, 6):
        show("AdventureWorks", wheels, horizon, warm=10, first=18)
        show("AdventureWorks, nothing learnt before", wheels, horizon, warm=18, first=18)
        show("superstore, English", english, horizon, warm=18, first=18)
        show("superstore, Chinese", chinese, horizon, warm=18, first=18)


if __name__ == "__main__":
    main()
