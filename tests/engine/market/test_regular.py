"""Regular buying: k = 1 is BG/NBD, CDNOW stays with it, clockwork is found out and forecast better."""

from __future__ import annotations

import numpy as np
import pytest

from cdnow import repeat_purchases
from salesyear.engine.market.bgnbd import BgNbd, fit_bgnbd
from salesyear.engine.market.regular import Regular, fit_buying, fit_regular
from salesyear.engine.market.tables import Floats, floats

pytestmark = pytest.mark.once
Known = tuple[Floats, Floats, Floats, Floats]


def cdnow() -> Known:
    table = repeat_purchases()
    return floats(table, "repeats"), floats(table, "recency"), floats(table, "age"), floats(table, "log_gaps")


def simulated(k: int, customers: int = 400, until: float = 365.0, ahead: float = 365.0) -> tuple[Known, Floats]:
    """Customers with Erlang-k gaps of about 40 days and a leaving chance of about 0.1; and what they buy `ahead`."""
    rng = np.random.default_rng(7)
    rows, later = [], []
    for _ in range(customers):
        rate, leaves = k * rng.gamma(4.0, 1 / 160), rng.beta(1.0, 9.0)
        times, now = [0.0], 0.0
        while now < until + ahead:
            now += rng.gamma(k, 1 / rate)
            times.append(now)
            if rng.random() < leaves:
                break
        seen = np.array([time for time in times if time <= until])
        later.append(float(sum(until < time <= until + ahead for time in times)))
        rows.append((len(seen) - 1.0, seen[-1], until, float(np.log(np.diff(seen)).sum())))
    x, recency, age, log_gaps = np.array(rows).T
    return (x, recency, age, log_gaps), np.array(later)


def test_one_stage_is_bg_nbd() -> None:
    """The likelihood and every expectation of k = 1 are those of the published model."""
    x, recency, age, log_gaps = cdnow()
    plain, one = fit_bgnbd(x, recency, age), fit_regular(x, recency, age, log_gaps, 1)
    assert one.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-3)
    same = Regular(plain.r, plain.alpha, plain.a, plain.b, 1, 0.0, converged=True)
    assert same.alive(x, recency, age) == pytest.approx(plain.alive(x, recency, age))
    assert same.purchases(x, recency, age, 273.0) == pytest.approx(plain.purchases(x, recency, age, 273.0), abs=1e-4)


def test_customers_of_cdnow_buy_at_random() -> None:
    fit = fit_buying(*cdnow())
    assert isinstance(fit, BgNbd)
    assert (round(fit.r, 3), round(fit.a, 3), round(fit.b, 3)) == (0.243, 0.793, 2.426)


def test_clockwork_is_found_out_and_forecast_better() -> None:
    known, came = simulated(8, customers=1500)
    fit, plain = fit_buying(*known), fit_bgnbd(*known[:3])
    assert isinstance(fit, Regular)
    assert fit.k == 8
    assert fit.converged
    assert fit.purchases(*known[:3], 365.0).sum() == pytest.approx(came.sum(), rel=0.06)
    off = [np.abs(model.purchases(*known[:3], 365.0) - came).mean() for model in (fit, plain)]
    assert off[0] < off[1]


def test_buyers_at_random_keep_the_simpler_model() -> None:
    assert isinstance(fit_buying(*simulated(1)[0]), BgNbd)


def test_silence_weighs_more_for_the_regular() -> None:
    """Ten purchases, every 30 days; after 60 silent days a clockwork buyer is surely gone, a random one maybe not."""
    x, recency = np.array([10.0]), np.array([300.0])
    clock, dice = (
        Regular(20.0, 600.0 / k, 1.0, 9.0, k, 0.0, converged=True).alive(x, recency, recency + 60) for k in (16, 1)
    )
    assert clock[0] < 0.1 < dice[0]
    for k in (1, 16):
        model = Regular(20.0, 600.0 / k, 1.0, 9.0, k, 0.0, converged=True)
        assert model.silence(x, recency, recency + 5, 0.0) == pytest.approx(1.0)
    plain = BgNbd(20.0, 600.0, 1.0, 9.0, 0.0, converged=True).silence(x, recency, recency + 5, 30.0)
    assert Regular(20.0, 600.0, 1.0, 9.0, 1, 0.0, converged=True).silence(
        x, recency, recency + 5, 30.0
    ) == pytest.approx(plain)


def test_expected_purchases_of_a_clock() -> None:
    """No doubt about the rate, nobody leaves: after half a gap of an almost sure clock the year holds 365 / 30 more."""
    k = 60
    sure = Regular(1e7, 1e7 * 30 / k, 1e-6, 1.0, k, 0.0, converged=True)
    ahead = sure.purchases_if_alive(np.array([10.0]), np.array([300.0]), np.array([315.0]), 365.0)
    assert ahead[0] == pytest.approx((365 + 15) / 30 - 0.5, abs=0.1)
