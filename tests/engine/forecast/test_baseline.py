"""From history to a plan year: coherent in mean and in every path, reproducible, and certain of what is past."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from engine.forecast.forecast_cast import panel_of_reps, shaped
from salesyear.engine.forecast.backtest import BacktestParams
from salesyear.engine.forecast.baseline import Baseline, BaselineParams, baseline
from salesyear.engine.forecast.panel import Panel, TooShort
from salesyear.engine.forecast.spread import SpreadParams
from salesyear.engine.forecast.tree import Floats
from salesyear.engine.forecast.year import OutsideTheForecast, year_of

pytestmark = pytest.mark.once

CHEAP = BacktestParams(candidates=("level_and_theta", "level", "theta"), origins=8)
PARAMS = BaselineParams(backtest=CHEAP, paths=400, seed=7)


def history(count: int = 60, common: float = 0.15) -> Panel:
    """Four reps with own noise and a shock that all of them share in every month."""
    rng = np.random.default_rng(11)
    together = np.exp(common * rng.standard_normal(count))
    return panel_of_reps(shaped([100, 150, 60, 90], count, noise=0.1, seed=3) * together)


@pytest.fixture(scope="module")
def made() -> Baseline:
    return baseline(history(), PARAMS)


def test_mean_and_every_path_add_up(made: Baseline) -> None:
    tree = made.panel.tree
    assert made.mean == pytest.approx(tree.add_up(made.mean[tree.leaf_nodes]))
    assert made.paths.values == pytest.approx(tree.add_up(made.paths.values[tree.leaf_nodes]), rel=1e-5)
    assert made.paths.values.min() >= 0


def test_the_paths_lie_around_the_mean(made: Baseline) -> None:
    leaf = made.panel.tree.leaf_nodes
    assert made.paths.values[leaf].mean(axis=2) == pytest.approx(made.mean[leaf], rel=1e-3)


def test_the_same_seed_gives_the_same_answer(made: Baseline) -> None:
    again = baseline(history(), PARAMS)
    assert np.array_equal(again.paths.values, made.paths.values)
    assert again.record.as_json() == made.record.as_json()


def test_a_shared_shock_does_not_average_out(made: Baseline) -> None:
    """With independent reps the company's interval is far narrower than what the company has missed by before."""
    alone = baseline(history(), BaselineParams(backtest=CHEAP, seed=7, spread=SpreadParams(dependent=False)))
    assert width(alone)[0] < 0.7 * width(made)[0]
    assert width(alone)[-1] == pytest.approx(width(made)[-1], rel=0.2)


def width(one: Baseline) -> Floats:
    low, high = one.paths.interval(0.8)
    return np.asarray((high - low).mean(axis=1))


def test_intervals_hold_what_they_promise_over_many_worlds() -> None:
    """Thirty worlds with a shared shock: the 80 % interval of the company holds the truth in at least so many months.

    It may hold it in more: four years leave three independent back-tests, and the doubt about the size of the shocks
    widens it. What it may not do is hold nearly everything at 50 %.
    """
    wide, narrow = np.mean([interval_holds(seed) for seed in range(30)], axis=0)
    assert 0.77 <= wide <= 0.97
    assert 0.45 <= narrow <= 0.80


def interval_holds(seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    together = np.exp(0.15 * rng.standard_normal(54))
    panel = panel_of_reps(shaped([100, 150, 60, 90], 54, noise=0.1, seed=seed) * together)
    one = baseline(panel.up_to(48), BaselineParams(horizon=6, backtest=CHEAP, paths=200))
    truth = panel.values[0, 48:]
    bounds = [one.paths.interval(cover) for cover in (0.8, 0.5)]
    return [float(((low[0] <= truth) & (truth <= high[0])).mean()) for low, high in bounds]


def test_the_table_has_a_row_for_each_node_and_month(made: Baseline) -> None:
    rows = made.table()
    assert rows.height == 7 * 12
    li = rows.filter(pl.col("rep") == "Li").row(0, named=True)
    assert (li["area"], li["period"], li["level"]) == ("east", date(2026, 1, 1), "rep")
    assert li["low_95"] < li["low_80"] < li["baseline"] < li["high_80"] < li["high_95"]


def test_the_record_tells_how_it_was_made(made: Baseline) -> None:
    told = json.loads(json.dumps(made.record.as_json()))
    assert told["params"]["seed"] == 7
    assert set(told["models"][0]) == {"company", "area", "rep"}
    company = told["backtest"][0]
    assert company["mase"] < company["mase_naive"]
    assert told["fingerprint"] == made.panel.fingerprint
    assert told["libraries"]["statsforecast"]


def test_before_the_year_the_chance_of_the_expected_is_about_even(made: Baseline) -> None:
    year = year_of(made, date(2026, 1, 1), 12)
    assert year.sold.tolist() == [0] * 7
    chance = year.chance_of(year.expected)
    assert 0.35 < chance[0] < 0.65
    assert year.chance_of(year.expected * 2)[0] == 0


def test_within_the_year_actuals_are_certain_and_the_rest_narrows() -> None:
    panel = history(69)
    spreads = [spread_of(panel.up_to(length), 69 - length) for length in (57, 60, 66)]
    assert spreads[0] > spreads[1] > spreads[2]


def spread_of(panel: Panel, horizon: int) -> float:
    one = baseline(panel, BaselineParams(horizon=horizon, backtest=CHEAP, paths=200))
    year = year_of(one, date(2025, 10, 1), 12)
    assert year.sold[0] == pytest.approx(panel.values[0, 57:].sum())
    return float(year.outcomes[0].std())


def test_when_the_year_is_over_the_chance_is_yes_or_no(made: Baseline) -> None:
    year = year_of(made, date(2025, 1, 1), 12)
    assert set(np.unique(year.outcomes.std(axis=1).round(6))) == {0.0}
    assert year.chance_of(year.sold).tolist() == [1.0] * 7
    assert year.chance_of(year.sold + 1).tolist() == [0.0] * 7


def test_a_year_beyond_the_forecast_is_refused(made: Baseline) -> None:
    with pytest.raises(OutsideTheForecast, match="history and forecast run from 2021-01-01 to 2026-12-01"):
        year_of(made, date(2026, 6, 1), 12)


def test_three_months_are_too_short() -> None:
    with pytest.raises(TooShort):
        baseline(history(60).up_to(3), PARAMS)


@pytest.mark.parametrize("count", [4, 9, 14, 25])
def test_short_histories_are_forecast_all_the_same(count: int) -> None:
    one = baseline(history(60).up_to(count), BaselineParams(backtest=CHEAP, paths=50))
    assert np.isfinite(one.paths.values).all()
    assert one.mean[0].sum() > 0


def test_lines_before_areas_gives_one_answer_for_both() -> None:
    """Two views of the same leaves: the result adds up in the first one's tree and lies near it."""
    both = baseline(history(), BaselineParams(backtest=CHEAP, paths=50, views=(("rep", "area"),)))
    assert len(both.record.models) == 2
    assert both.mean == pytest.approx(both.panel.tree.add_up(both.mean[both.panel.tree.leaf_nodes]))


def test_work_can_be_stopped_and_taken_up_again() -> None:
    """The onlooker raises half way; with what it kept, the second run computes only the rest and ends the same."""
    plain = baseline(history(), PARAMS)
    keeper = Keeper(stop_after=9)
    with pytest.raises(KeyboardInterrupt):
        baseline(history(), PARAMS, keeper)
    before = len(keeper.kept)
    keeper.stop_after = 10**6
    again = baseline(history(), PARAMS, keeper)
    assert before == 9
    assert keeper.made == len(keeper.kept)
    assert np.array_equal(again.paths.values, plain.paths.values)


class Keeper:
    """Keeps arrays in memory and stops the work after some of them."""

    def __init__(self, stop_after: int) -> None:
        self.stop_after, self.made = stop_after, 0
        self.kept: dict[str, Floats] = {}

    def progress(self, step: str, share: float) -> None:
        assert 0 <= share <= 1, step
        if self.made >= self.stop_after:
            raise KeyboardInterrupt

    def keep(self, key: str, make: Callable[[], Floats]) -> Floats:
        if key not in self.kept:
            self.kept[key] = make()
            self.made += 1
        return self.kept[key]
