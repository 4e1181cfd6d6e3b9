"""How many purchases a customer will still make, and whether he is still there: the BG/NBD model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.market.tables import Floats
from salesyear.engine.messages import EngineError, noop

LEAST_CUSTOMERS = 10


class TooFewHistories(EngineError):
    """A model of repeat purchase was asked of too few customers, or of customers who never came again."""


@dataclass(frozen=True)
class BgNbd:
    """Parameters of the BG/NBD model and how well it fits.

    Purchases of a living customer are Poisson, with rates gamma(`r`, `alpha`) over customers; after each purchase he
    leaves with a chance that is beta(`a`, `b`) over customers. `alpha` is in the unit of time the model was fitted in.
    Source: Fader, Hardie & Lee (2005), Marketing Science 24:275-284.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    converged: bool

    def alive(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance that each customer is still there (Fader, Hardie & Lee 2008, "Computing P(alive)")."""
        return np.asarray(1.0 / (1.0 + self._odds_gone(repeats, recency, age)))

    def purchases(self, repeats: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases of each customer within `horizon` from now, gone or not known (2005, equation 10)."""
        alive = self.alive(repeats, recency, age)
        return np.asarray(alive * self.purchases_if_alive(repeats, recency, age, horizon))

    def purchases_if_alive(self, repeats: Floats, _recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases within `horizon` of a customer known to be still there, whenever he bought last.

        Equation 10 after Euler's transformation of its hypergeometric function, so that no power grows with the
        number of purchases. Its limit at a = 1 is met by stepping aside by 1e-6.
        """
        from scipy.special import hyp2f1

        a = self.a + 1e-6 if abs(self.a - 1.0) < 1e-6 else self.a
        z = horizon / (self.alpha + age + horizon)
        bent = hyp2f1(a + self.b - 1.0 - self.r, a - 1.0, a + self.b + repeats - 1.0, z)
        return np.asarray((a + self.b + repeats - 1.0) / (a - 1.0) * (1.0 - (1.0 - z) ** (a - 1.0) * bent))

    def silence(self, repeats: Floats, _recency: Floats, age: Floats, window: float) -> Floats:
        """Chance that a customer known to be still there buys nothing within `window` from now."""
        return np.asarray(((self.alpha + age) / (self.alpha + age + window)) ** (self.r + repeats))

    def _odds_gone(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """Odds that he left at his last purchase; nobody can have left before his first repeat purchase."""
        power = (self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        odds = self.a / (self.b + np.maximum(repeats, 1.0) - 1.0) * np.exp(np.minimum(power, 700.0))
        return np.where(repeats > 0, odds, 0.0)


def fit_bgnbd(repeats: Floats, recency: Floats, age: Floats) -> BgNbd:
    """Fit the BG/NBD model by maximum likelihood.

    repeats, recency, age: one entry per customer (x, t_x, T), times in any one unit. Raises TooFewHistories with fewer
    than ten customers or none who came again. Time is scaled inside so that the search does not depend on its unit.
    """
    from scipy.optimize import minimize

    enough(repeats)
    scale = 10.0 / float(age.max())
    start = np.log([0.5, 1.0, 1.0, 2.0])
    found = minimize(
        _cost,
        start,
        args=(repeats, recency * scale, age * scale),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-9.0, 9.0)] * 4,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    fit = (r, alpha / scale, a, b)
    return BgNbd(*fit, log_likelihood=_log_likelihood(fit, repeats, recency, age), converged=bool(found.success))


def enough(repeats: Floats) -> None:
    """Refuse too few customers, or ones who never came again (TooFewHistories)."""
    if len(repeats) < LEAST_CUSTOMERS or not (repeats > 0).any():
        text = noop(
            "A model of repeat purchase needs at least %(least)s customers, some of whom bought again; "
            "here are %(customers)s, and %(again)s bought again."
        )
        raise TooFewHistories(text, least=LEAST_CUSTOMERS, customers=len(repeats), again=int((repeats > 0).sum()))


def _parts(fit: tuple[float, ...], x: Floats, tx: Floats, age: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Terms A1..A4 of the log-likelihood (Fader, Hardie & Lee 2005, appendix; Hardie's note on Excel)."""
    from scipy.special import gammaln

    r, alpha, a, b = fit
    a1 = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    a2 = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    a3 = -(r + x) * np.log(alpha + age)
    a4 = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + tx)
    return a1, a2, a3, np.where(x > 0, a4, -np.inf)


def _log_likelihood(fit: tuple[float, ...], x: Floats, tx: Floats, age: Floats) -> float:
    a1, a2, a3, a4 = _parts(fit, x, tx, age)
    return float((a1 + a2 + np.logaddexp(a3, a4)).sum())


def _cost(logs: Floats, x: Floats, tx: Floats, age: Floats) -> tuple[float, Floats]:
    """Mean of the negative log-likelihood and its slope in the logarithms of r, alpha, a, b."""
    from scipy.special import digamma

    r, alpha, a, b = fit = tuple(float(value) for value in np.exp(logs))
    a1, a2, a3, a4 = _parts(fit, x, tx, age)
    whole = np.logaddexp(a3, a4)
    stayed, left = np.exp(a3 - whole), np.exp(a4 - whole)
    log_age, log_recency = np.log(alpha + age), np.log(alpha + tx)
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - stayed * log_age - left * log_recency
    by_alpha = r / alpha - (r + x) * (stayed / (alpha + age) + left / (alpha + tx))
    by_a = digamma(a + b) - digamma(a + b + x) + left / a
    back = np.where(x > 0, left / (b + np.maximum(x, 1.0) - 1.0), 0.0)
    by_b = digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x) - back
    slope = np.array([by_r.mean() * r, by_alpha.mean() * alpha, by_a.mean() * a, by_b.mean() * b])
    return -float((a1 + a2 + whole).mean()), -slope
