"""The purchase model against the published fit, against simulation by formula, and at its edges."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from cdnow import repeat_purchases
from salesyear.engine.market.bgnbd import BgNbd, TooFewHistories, fit_bgnbd
from salesyear.engine.market.spend import GammaGamma, fit_gamma_gamma
from salesyear.engine.market.tables import Floats, floats

pytestmark = pytest.mark.once

# Fader, Hardie & Lee (2005), table 2: the CDNOW sample, 39 weeks.
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4, converged=True)


def one(value: float) -> Floats:
    return np.array([value])


def test_the_published_fit_of_cdnow() -> None:
    cdnow = repeat_purchases()
    weeks = floats(cdnow, "recency") / 7, floats(cdnow, "age") / 7
    fit = fit_bgnbd(floats(cdnow, "repeats"), *weeks)
    assert (round(fit.r, 3), round(fit.alpha, 3), round(fit.a, 3), round(fit.b, 3)) == (0.243, 4.414, 0.793, 2.426)
    assert round(fit.log_likelihood, 1) == -9582.4
    assert fit.converged


def test_the_unit_of_time_changes_alpha_alone() -> None:
    cdnow = repeat_purchases()
    x, recency, age = (floats(cdnow, name) for name in ("repeats", "recency", "age"))
    fit = fit_bgnbd(x, recency, age)
    assert fit.alpha / 7 == pytest.approx(4.414, abs=5e-4)
    assert fit.b == pytest.approx(2.426, abs=5e-4)


def test_the_papers_worked_customer() -> None:
    # Customer 0001: two repeat purchases, the last after 30.43 of 38.86 weeks; 1.226 expected in the next 39.
    expected = PUBLISHED.purchases(one(2.0), one(30.43), one(38.86), 39.0)
    assert expected[0] == pytest.approx(1.226, abs=1e-3)


def test_nobody_can_have_left_before_his_first_repeat() -> None:
    assert PUBLISHED.alive(one(0.0), one(0.0), one(38.86))[0] == 1.0


def test_silence_after_many_purchases_means_gone() -> None:
    weeks = one(38.86)
    busy = PUBLISHED.alive(one(30.0), one(38.0), weeks)[0]
    silent = PUBLISHED.alive(one(30.0), one(10.0), weeks)[0]
    assert busy > 0.9
    assert silent < 1e-6


@given(
    a=st.floats(0.05, 5.0),
    b=st.floats(0.2, 8.0),
    repeats=st.integers(0, 400),
    age=st.floats(1.0, 200.0),
    horizon=st.floats(0.1, 300.0),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_expected_purchases_equal_their_integral(a: float, b: float, repeats: int, age: float, horizon: float) -> None:
    """A living customer's leaving chance p is beta(a, b + x); given p he makes (1 - E exp(-rate p t)) / p purchases."""
    model = BgNbd(r=0.7, alpha=3.0, a=a, b=b, log_likelihood=0.0, converged=True)
    nodes, weights = roots_jacobi(400, b + repeats - 1.0, a - 1.0)
    p = (1.0 + nodes) / 2.0
    shrink = -np.expm1((0.7 + repeats) * -np.log1p(p * horizon / (3.0 + age))) / p
    plain = float((weights * shrink).sum() / weights.sum())
    assert model.purchases_if_alive(one(float(repeats)), one(0.0), one(age), horizon)[0] == pytest.approx(
        plain, rel=1e-5
    )


def test_too_few_customers_are_refused_with_their_number() -> None:
    with pytest.raises(TooFewHistories, match="here are 3, and 1 bought again"):
        fit_bgnbd(np.array([0.0, 0.0, 2.0]), np.zeros(3), np.ones(3))


def test_the_published_spend_of_cdnow() -> None:
    # Fader & Hardie (2013): 946 customers with a repeat purchase, p 6.25, q 3.74, gamma 15.44.
    cdnow = repeat_purchases()
    assert cdnow.filter(pl.col("repeat_spend") > 0).height == 946
    fit = fit_gamma_gamma(floats(cdnow, "repeats"), floats(cdnow, "repeat_spend"))
    assert (round(fit.p, 2), round(fit.q, 2), round(fit.gamma, 2)) == (6.25, 3.74, 15.44)


def test_spend_goes_from_everybodys_mean_to_ones_own() -> None:
    # Unseen: p gamma / (q - 1) = 5 x 10 / 1 = 50. After one purchase of 100: 5 (10 + 100) / (5 + 1) = 91.67.
    model = GammaGamma(p=5.0, q=2.0, gamma=10.0, log_likelihood=0.0, converged=True)
    assert model.mean == 50.0
    spends = model.expected(np.array([0.0, 1.0, 1000.0]), np.array([np.nan, 100.0, 100.0]))
    assert spends == pytest.approx([50.0, 91.667, 100.0], abs=0.02)


def test_spend_of_too_few_is_refused() -> None:
    with pytest.raises(TooFewHistories, match="here are 1"):
        fit_gamma_gamma(np.array([1.0, 0.0]), np.array([20.0, np.nan]))
