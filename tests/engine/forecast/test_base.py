"""The shape of the year is found, shared with those who have none, and the models lay their figures on it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.forecast.forecast_cast import SHAPE, panel_of_reps, shaped
from salesyear.engine.forecast.backtest import BacktestParams, choose_models, error_variance, origins_of
from salesyear.engine.forecast.base import base_forecasts, thin
from salesyear.engine.forecast.models import MODELS, seasonal_naive
from salesyear.engine.forecast.seasons import centred_average, seasonal_indices

pytestmark = pytest.mark.once

CHEAP = BacktestParams(candidates=("level_and_theta", "level", "theta", "seasonal_naive"), origins=6)


def test_a_constant_has_itself_as_centred_average() -> None:
    average, offset = centred_average(np.full((1, 30), 7.0), 12)
    assert offset == 6
    assert average == pytest.approx(np.full((1, 18), 7.0))


def test_the_shape_of_the_year_is_found() -> None:
    panel = panel_of_reps(shaped([100, 200, 50, 10], 48))
    shape = seasonal_indices(panel.tree, panel.values, panel.first, 12)
    assert shape == pytest.approx(np.tile(SHAPE / SHAPE.mean(), (panel.tree.size, 1)), abs=1e-9)


def test_a_noisy_rep_is_drawn_to_the_company() -> None:
    """Three smooth reps and one whose own indices are mostly noise: his come out nearer to the true shape than raw."""
    sales = shaped([1000, 1000, 1000, 10], 48)
    sales[3] *= np.exp(0.8 * np.random.default_rng(5).standard_normal(48))
    panel = panel_of_reps(sales)
    shape = seasonal_indices(panel.tree, panel.values, panel.first, 12)
    truth = SHAPE / SHAPE.mean()
    assert np.abs(shape[-1] - truth).max() < 0.35
    assert np.abs(shape[0] - truth).max() < 0.05


def test_a_perfect_year_repeats() -> None:
    panel = panel_of_reps(shaped([100, 200, 50, 10], 48))
    ahead = base_forecasts(panel, ["level"] * 3, 12)
    assert ahead[0] == pytest.approx(360 * SHAPE, rel=1e-3)


def test_a_new_rep_gets_the_shape_of_the_area_and_the_size_of_its_own() -> None:
    """Zhou started five months ago at a quarter of the area: no year of his own, yet a forecast with its seasons."""
    sales = shaped([100, 100, 75, 25], 48)
    sales[3, :43] = 0
    panel = panel_of_reps(sales)
    assert thin(panel).tolist() == [False] * 6 + [True]
    ahead = base_forecasts(panel, ["level"] * 3, 12)
    area = ahead[2]
    assert ahead[-1] == pytest.approx(area * 0.25)
    assert ahead[-1, 11] / ahead[-1, 0] == pytest.approx(area[11] / area[0])


def test_a_rep_who_sells_now_and_then_is_pooled_not_dropped() -> None:
    sales = shaped([100, 100, 100, 100], 48)
    sales[3, np.arange(48) % 3 > 0] = 0
    panel = panel_of_reps(sales)
    ahead = base_forecasts(panel, ["level"] * 3, 12)
    year = sales[3, -12:].sum()
    assert thin(panel)[-1]
    assert ahead[-1].sum() == pytest.approx(year, rel=0.25)


@pytest.mark.parametrize("name", list(MODELS))
def test_every_model_carries_a_flat_line_on(name: str) -> None:
    ahead = MODELS[name].forecast(np.full((2, 30), 5.0), np.array([0, 10]), 4)
    assert ahead == pytest.approx(np.full((2, 4), 5.0), rel=1e-6)


@pytest.mark.parametrize("name", list(MODELS))
@pytest.mark.parametrize("length", [1, 3, 5, 9])
def test_no_model_fails_on_a_few_points(name: str, length: int) -> None:
    few = np.array([[280.0, 218.0, -82.0, 87.0, 0.0, 1e9, 3.0, 4.0, 5.0]])[:, :length]
    assert np.isfinite(MODELS[name].forecast(few, np.array([0]), 12)).all()


def test_theta_goes_half_way_with_a_trend() -> None:
    """On an exact line the trend part gives +1 a month, the smoothed part stays: half the slope remains."""
    line = np.arange(40.0)[None, :] + 10
    ahead = MODELS["theta"].forecast(line, np.array([0]), 3)
    assert np.diff(ahead[0]) == pytest.approx([0.5, 0.5])


def test_seasonal_naive_repeats_last_year() -> None:
    assert seasonal_naive(np.arange(24.0)[None, :], 14, 12)[0].tolist() == [*range(12, 24), 12, 13]


def test_past_forecasts_end_before_today() -> None:
    rolling = origins_of(length=60, horizon=12, season=12, wanted=5)
    assert rolling.lengths == (24, 30, 36, 42, 48)
    assert rolling.horizon == 12
    assert origins_of(length=20, horizon=12, season=12, wanted=5).horizon <= 12
    assert origins_of(length=3, horizon=12, season=12, wanted=5).lengths[-1] + 1 <= 3


def test_a_trend_is_given_to_theta() -> None:
    """Steady growth with a little noise: the level lags behind, and theta is chosen where that shows."""
    growth = np.linspace(1, 3, 60)
    panel = panel_of_reps(shaped([100, 200, 50, 80], 60, noise=0.02) * growth)
    choice = choose_models(panel, CHEAP, 6)
    assert choice.models[0] == "theta"
    scores = {row["model"]: row["mase"] for row in choice.scores.to_dicts() if row["level"] == "company"}
    assert scores["theta"] < scores["level"]


def test_what_a_level_cannot_afford_is_not_tried() -> None:
    panel = panel_of_reps(shaped([100, 200, 50, 80], 48, noise=0.1))
    choice = choose_models(panel, BacktestParams(candidates=("level_and_theta", "dynamic_theta"), budget_ms=1.0), 6)
    assert set(choice.scores["model"]) == {"level_and_theta"}


def test_errors_that_move_together_make_a_level_count_for_their_sum() -> None:
    """Two leaves that always miss by the same +1 miss by 2 together: variances 1 and 1 become 2 and 2."""
    panel = panel_of_reps(shaped([100, 100, 100, 100], 24))
    errors = np.zeros((200, panel.tree.size, 1))
    errors[:, panel.tree.leaf_nodes] = np.where(np.arange(200) % 2, 1.0, -1.0)[:, None, None]
    variance = error_variance(panel, errors, np.ones((200, panel.tree.size), dtype=bool))
    assert variance[panel.tree.leaf_nodes] == pytest.approx(np.full(4, 4.0), rel=0.01)
