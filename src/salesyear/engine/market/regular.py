"""Customers who buy like clockwork rather than at random moments: the BG/CNBD-k model, of which BG/NBD is k = 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesyear.engine.market.bgnbd import BgNbd, enough, fit_bgnbd
from salesyear.engine.market.tables import Floats

REGULARITIES = (2, 4, 8, 16)
_FURTHER = 1e-7
_BOUND = 12.0


@dataclass(frozen=True)
class Regular:
    """Parameters of the BG/CNBD-k model and how well it fits.

    Gaps of a living customer are Erlang with `k` stages, whose rates are gamma(`r`, `alpha`) over customers; after each
    purchase he leaves with a chance that is beta(`a`, `b`) over customers. Times in the unit it was fitted in.
    Sources: Chatfield & Goodhardt (1973), Journal of Marketing Research 10:310-315, for Erlang gaps; Reutterer, Platzer
    & Schröder (2021), International Journal of Research in Marketing 38:194-215, for them with dropout. Expectations
    are computed here as the mixture over the stage that the present gap is in, which is exact.
    """

    r: float
    alpha: float
    a: float
    b: float
    k: int
    log_likelihood: float
    converged: bool

    def alive(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance that each customer is still there; nobody can have left before his first repeat purchase."""
        stages = _stages((self.r, self.alpha), self.k, repeats, recency, age)
        stayed = np.logaddexp.reduce(stages, axis=0) + np.log(self.b + np.maximum(repeats, 1.0) - 1.0)
        left = _left((self.r, self.alpha), self.k, repeats, recency) + np.log(self.a)
        return np.where(repeats > 0, 1.0 / (1.0 + np.exp(np.minimum(left - stayed, 700.0))), 1.0)

    def purchases(self, repeats: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases of each customer within `horizon` from now, gone or not known."""
        return self.alive(repeats, recency, age) * self.purchases_if_alive(repeats, recency, age, horizon)

    def purchases_if_alive(self, repeats: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases within `horizon` of a customer known to be still there.

        The gap is in stage j with a known chance; from there the i-th purchase needs k i - j more stages, whose number
        is negative binomial, and i - 1 times not leaving.
        """
        stages = _stages((self.r, self.alpha), self.k, repeats, recency, age)
        chances = np.exp(stages - np.logaddexp.reduce(stages, axis=0))
        return np.asarray(sum(chances[j] * self._from_stage(j, repeats, age, horizon) for j in range(self.k)))

    def silence(self, repeats: Floats, recency: Floats, age: Floats, window: float) -> Floats:
        """Chance that a customer known to be still there buys nothing within `window` from now."""
        later, now = (
            np.logaddexp.reduce(_stages((self.r, self.alpha), self.k, repeats, recency, until), axis=0)
            for until in (age + window, age)
        )
        return np.asarray(np.exp(later - now))

    def _from_stage(self, stage: int, repeats: Floats, age: Floats, horizon: float) -> Floats:
        from scipy.special import betainc

        shape, part = self.r + self.k * repeats + stage, horizon / (self.alpha + age + horizon)
        total, staying = np.zeros(len(repeats)), np.ones(len(repeats))
        going = np.arange(len(repeats))
        number = 1
        while len(going):
            term = staying[going] * betainc(self.k * number - stage, shape[going], part[going])
            total[going] += term
            before = self.b + repeats[going] + number - 1.0
            staying[going] *= before / (self.a + before)
            going = going[term > _FURTHER]
            number += 1
        return total


def fit_buying(
    repeats: Floats, recency: Floats, age: Floats, log_gaps: Floats, regularities: Sequence[int] = REGULARITIES
) -> BgNbd | Regular:
    """The model of purchases that these customers are likeliest under: BG/NBD, or a more regular one.

    log_gaps: per customer the sum of the logarithms of his gaps, in the unit of the other times. The models have
    equally many parameters, so their likelihoods are compared as they are; the search stops at the first k that is no
    better. Raises TooFewHistories as `fit_bgnbd` does.
    """
    best: BgNbd | Regular = fit_bgnbd(repeats, recency, age)
    for k in regularities:
        tried = fit_regular(repeats, recency, age, log_gaps, k)
        if tried.log_likelihood <= best.log_likelihood:
            break
        best = tried
    return best


def fit_regular(repeats: Floats, recency: Floats, age: Floats, log_gaps: Floats, k: int) -> Regular:
    """Fit the BG/CNBD-k model of a given k by maximum likelihood; k = 1 gives BG/NBD's own likelihood."""
    from scipy.optimize import minimize

    enough(repeats)
    scale = 10.0 / float(age.max())
    known = (repeats, recency * scale, age * scale)
    constant = float(((k - 1) * log_gaps - repeats * _log_factorial(k - 1)).sum())
    moved = constant + (k - 1) * float(repeats.sum()) * np.log(scale) + float(repeats.sum()) * np.log(scale)
    found = minimize(
        _cost,
        np.log([1.0, 1.0, 1.0, 5.0]),
        args=(k, *known),
        method="L-BFGS-B",
        bounds=[(-_BOUND, _BOUND)] * 4,
        options={"maxiter": 500, "ftol": 1e-12},
    )
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    inside = bool((np.abs(found.x) < _BOUND - 1e-6).all())
    likelihood = float(moved) - float(found.fun) * len(repeats)
    return Regular(r, alpha / scale, a, b, k, likelihood, converged=bool(found.success) and inside)


def _cost(logs: Floats, k: int, x: Floats, tx: Floats, age: Floats) -> float:
    """Mean of the negative log-likelihood in the logarithms of r, alpha, a, b, without what only the gaps decide."""
    from scipy.special import gammaln

    r, alpha, a, b = (float(value) for value in np.exp(logs))
    stayed = np.logaddexp.reduce(_stages((r, alpha), k, x, tx, age), axis=0)
    left = np.where(x > 0, _left((r, alpha), k, x, tx) + np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0), -np.inf)
    places, back = np.unique(x, return_inverse=True)
    leaving = gammaln(a + b) + gammaln(b + places) - gammaln(b) - gammaln(a + b + places)
    whole = r * np.log(alpha) - gammaln(r) + leaving[back] + np.logaddexp(stayed, left)
    return -float(whole.mean())


def _stages(rate: tuple[float, float], k: int, x: Floats, tx: Floats, age: Floats) -> Floats:
    """Log-weight of the present gap being in each of its k stages, (k, customers)."""
    from scipy.special import gammaln

    r, alpha = rate
    places, back = np.unique(x, return_inverse=True)
    silent, log_age = np.log(np.maximum(age - tx, 1e-300)), np.log(alpha + age)
    rows = [
        j * silent - _log_factorial(j) + gammaln(r + k * places + j)[back] - (r + k * x + j) * log_age for j in range(k)
    ]
    return np.array(rows)


def _left(rate: tuple[float, float], k: int, x: Floats, tx: Floats) -> Floats:
    from scipy.special import gammaln

    r, alpha = rate
    places, back = np.unique(x, return_inverse=True)
    return np.asarray(gammaln(r + k * places)[back] - (r + k * x) * np.log(alpha + tx))


def _log_factorial(number: int) -> float:
    return float(np.log(np.arange(1, number + 1)).sum())
