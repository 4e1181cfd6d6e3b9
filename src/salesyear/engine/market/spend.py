"""What a customer will spend per purchase: the gamma-gamma model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.market.bgnbd import TooFewHistories
from salesyear.engine.market.tables import Floats
from salesyear.engine.messages import noop

LEAST_SPENDERS = 10


@dataclass(frozen=True)
class GammaGamma:
    """Parameters of the gamma-gamma model of spend per purchase.

    A customer's purchases are gamma(`p`, v) with v gamma(`q`, `gamma`) over customers; `gamma` is in the unit of money.
    Source: Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value".
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    converged: bool

    @property
    def mean(self) -> float:
        """Expected spend per purchase of somebody not seen yet."""
        return self.p * self.gamma / (self.q - 1.0)

    def expected(self, repeats: Floats, spend: Floats) -> Floats:
        """Expected spend per purchase given `repeats` purchases of mean `spend` (2013, equation 5).

        Between the customer's own mean and everybody's, nearer to his own the more he has bought.
        """
        own = np.where(repeats > 0, repeats * np.nan_to_num(spend), 0.0)
        return np.asarray((self.gamma + own) * self.p / (self.p * repeats + self.q - 1.0))


def fit_gamma_gamma(repeats: Floats, spend: Floats) -> GammaGamma:
    """Fit by maximum likelihood to customers with repeat purchases (number, mean amount); others are left out.

    q is held above 1, below which spend would have no mean. Raises TooFewHistories with fewer than ten such customers.
    """
    from scipy.optimize import minimize

    seen = (repeats > 0) & (np.nan_to_num(spend) > 0)
    if seen.sum() < LEAST_SPENDERS:
        text = noop("A model of spend needs at least %(least)s customers who bought again; here are %(customers)s.")
        raise TooFewHistories(text, least=LEAST_SPENDERS, customers=int(seen.sum()))
    x, z = repeats[seen].astype(np.float64), spend[seen]
    scale = 10.0 / float(z.mean())
    found = minimize(
        _cost,
        np.log([5.0, 3.0, 10.0]),
        args=(x, z * scale),
        method="L-BFGS-B",
        bounds=[(-6.0, 12.0)] * 3,
        options={"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-9},
    )
    p, above, gamma = (float(value) for value in np.exp(found.x))
    best = -float(found.fun) * len(x) + len(x) * float(np.log(scale))
    return GammaGamma(p, 1.0 + above, gamma / scale, log_likelihood=best, converged=bool(found.success))


def _cost(logs: Floats, x: Floats, z: Floats) -> float:
    """Mean of the negative log-likelihood in the logarithms of p, q - 1, gamma (2013, equation 1)."""
    from scipy.special import gammaln

    p, above, gamma = np.exp(logs)
    q = 1.0 + above
    whole = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    whole += (p * x - 1.0) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z)
    return -float(whole.mean())
