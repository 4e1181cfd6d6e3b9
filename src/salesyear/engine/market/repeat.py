"""How often a customer buys again, how much at a time, and whether he still does: BG/NBD with gamma-gamma."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, special

from salesyear.engine.messages import EngineError, noop

Floats = npt.NDArray[np.float64]
DAYS_A_WEEK = 7.0
WEEKS_A_YEAR = 365.25 / 7
FARTHEST = 12.0


class NobodyCameBack(EngineError):
    """There are too few repeat purchases to learn a rhythm from."""


@dataclass(frozen=True)
class BuyingParams:
    """r, alpha: gamma law of the purchase rates (a week). a, b: beta law of the chance to leave after a purchase.

    log_likelihood: at the optimum.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


@dataclass(frozen=True)
class SpendParams:
    """p, q, gamma: law of the amounts; log_likelihood: at the optimum."""

    p: float
    q: float
    gamma: float
    log_likelihood: float


def purchase_histories(purchases: pl.DataFrame, until: date) -> pl.DataFrame:
    """One row per customer from purchases (`customer`, `date`, `amount`) up to `until`.

    repeats: purchase days after the first; recency: weeks from the first to the last; age: weeks from the first to
    `until`; mean_amount: mean of the repeat days' amounts, the first one left out (0 without any).
    """
    days = (
        purchases.filter(pl.col("date") <= until)
        .group_by("customer", pl.col("date").cast(pl.Date).alias("day"))
        .agg(pl.col("amount").sum().cast(pl.Float64))
        .sort("customer", "day")
    )
    first, last = pl.col("day").first(), pl.col("day").last()
    return (
        days.group_by("customer", maintain_order=True)
        .agg(
            repeats=pl.len().cast(pl.Float64) - 1,
            recency=(last - first).dt.total_days() / DAYS_A_WEEK,
            age=(pl.lit(until) - first).dt.total_days() / DAYS_A_WEEK,
            mean_amount=pl.col("amount").slice(1).mean().fill_null(0.0),
            first=first,
            last=last,
        )
        .sort("customer")
    )


def _columns(histories: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    repeats, recency, age = (histories[name].to_numpy().astype(np.float64) for name in ("repeats", "recency", "age"))
    return repeats, recency, age


def fit_buying(histories: pl.DataFrame) -> BuyingParams:
    """Fit the BG/NBD model by maximum likelihood (Fader, Hardie & Lee 2005, Marketing Science 24:275-284, eq. 6).

    Raises NobodyCameBack with fewer than ten customers who bought again.
    """
    repeats, recency, age = _columns(histories)
    came_back = int((repeats > 0).sum())
    if came_back < 10:
        raise NobodyCameBack(
            noop("Only %(count)s customers have bought more than once; a rhythm needs at least 10."), count=came_back
        )
    scale = max(float(age.max()), 1.0) / 10

    def lost(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        return -float(_log_likelihood(repeats, recency / scale, age / scale, r, alpha, a, b).mean())

    best = _minimum(lost, np.array([0.0, 0.0, 0.0, 0.5]))
    r, alpha, a, b = np.exp(best)
    alpha *= scale
    total = float(_log_likelihood(repeats, recency, age, r, alpha, a, b).sum())
    return BuyingParams(float(r), float(alpha), float(a), float(b), total)


def _minimum(lost: Callable[[Floats], float], start: Floats) -> Floats:
    """Quasi-Newton, then a simplex to polish: both are deterministic."""
    bounds = [(-FARTHEST, FARTHEST)] * len(start)
    rough = optimize.minimize(lost, start, method="L-BFGS-B", bounds=bounds)
    options = {"xatol": 1e-7, "fatol": 1e-12, "maxiter": 4000}
    return np.asarray(optimize.minimize(lost, rough.x, method="Nelder-Mead", options=options).x)


def _log_likelihood(
    repeats: Floats, recency: Floats, age: Floats, r: float, alpha: float, a: float, b: float
) -> Floats:
    pace = special.gammaln(r + repeats) - special.gammaln(r) + r * np.log(alpha)
    stayed = special.betaln(a, b + repeats) - special.betaln(a, b)
    silent = -(r + repeats) * np.log(alpha + age)
    left = np.log(a) - np.log(np.maximum(b + repeats - 1, 1e-300)) - (r + repeats) * np.log(alpha + recency)
    return np.asarray(pace + stayed + np.where(repeats > 0, np.logaddexp(silent, left), silent))


def chance_alive(params: BuyingParams, histories: pl.DataFrame) -> Floats:
    """Chance that each customer still buys (the same paper's model; formula in Fader, Hardie & Lee 2008, note)."""
    repeats, recency, age = _columns(histories)
    return np.asarray(1 / (1 + _odds_of_leaving(params, repeats, recency, age)))


def _odds_of_leaving(params: BuyingParams, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    safe = np.where(repeats > 0, params.b + repeats - 1, 1.0)
    growth = (params.r + repeats) * (np.log(params.alpha + age) - np.log(params.alpha + recency))
    return np.where(repeats > 0, params.a / safe * np.exp(np.minimum(growth, 700)), 0.0)


def expected_purchases(params: BuyingParams, histories: pl.DataFrame, weeks: float) -> Floats:
    """Purchases to expect of each customer in the next `weeks` (the same paper, eq. 10)."""
    repeats, recency, age = _columns(histories)
    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    hyper = special.hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, weeks / (alpha + age + weeks))
    shrink = ((alpha + age) / (alpha + age + weeks)) ** (r + repeats)
    away = a - 1 if abs(a - 1) > 1e-9 else 1e-9
    ever = (a + b + repeats - 1) / away * (1 - shrink * hyper)
    return np.asarray(np.maximum(ever, 0.0) / (1 + _odds_of_leaving(params, repeats, recency, age)))


def fit_spend(histories: pl.DataFrame) -> SpendParams:
    """Fit the gamma-gamma model of mean amounts, customers with repeats only (Fader & Hardie 2013, note 025).

    Raises NobodyCameBack with fewer than ten of them.
    """
    again = histories.filter((pl.col("repeats") > 0) & (pl.col("mean_amount") > 0))
    if again.height < 10:
        raise NobodyCameBack(
            noop("Only %(count)s customers have bought more than once; a rhythm needs at least 10."), count=again.height
        )
    repeats, amount = again["repeats"].to_numpy(), again["mean_amount"].to_numpy()
    scale = float(np.median(amount))

    def lost(logs: Floats) -> float:
        p, q, gamma = np.exp(logs)
        return -float(_spend_likelihood(repeats, amount / scale, p, q, gamma).mean())

    p, q, gamma = np.exp(_minimum(lost, np.array([1.0, 1.0, 0.0])))
    gamma *= scale
    return SpendParams(float(p), float(q), float(gamma), float(_spend_likelihood(repeats, amount, p, q, gamma).sum()))


def _spend_likelihood(repeats: Floats, amount: Floats, p: float, q: float, gamma: float) -> Floats:
    shape = p * repeats
    return np.asarray(
        special.gammaln(shape + q)
        - special.gammaln(shape)
        - special.gammaln(q)
        + q * np.log(gamma)
        + (shape - 1) * np.log(amount)
        + shape * np.log(repeats)
        - (shape + q) * np.log(gamma + repeats * amount)
    )


def expected_amount(params: SpendParams, histories: pl.DataFrame) -> Floats:
    """Amount to expect of a customer's next purchase: his own mean, drawn to everybody's the fewer he has made."""
    repeats = histories["repeats"].to_numpy().astype(np.float64)
    amount = histories["mean_amount"].to_numpy().astype(np.float64)
    return np.asarray(params.p * (params.gamma + repeats * amount) / (params.p * repeats + params.q - 1))
