"""Each customer's own rhythm of buying: his usual gap, and the silence that is too long for him."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.market.bgnbd import LEAST_CUSTOMERS, TooFewHistories
from salesyear.engine.market.tables import Floats
from salesyear.engine.messages import noop

LEAST_PAIRS = 20
MOST_REGULAR = 50.0


@dataclass(frozen=True)
class Rhythm:
    """Gaps between purchases: gamma with regularity `k` for everybody, at rates gamma(`r`, `alpha`) over customers.

    k = 1 is buying at random moments, larger is more like clockwork. Times in days. Sources: Wheat & Morrison (1990),
    Journal of Marketing Research 27:87-93, for k; Platzer & Reutterer (2016), Marketing Science 35:779-799, for the
    use of regularity. The next gap of a customer is beta-prime given the gaps he has shown, pulled towards everybody's.
    """

    r: float
    alpha: float
    k: float

    def gap(self, repeats: Floats, recency: Floats, chance: float) -> Floats:
        """Days within which the next purchase comes with this chance, for one who still buys as he did."""
        from scipy.stats import betaprime

        scale = (self.alpha + self.k * recency) / self.k
        return np.asarray(betaprime.ppf(chance, self.k, self.r + self.k * repeats) * scale)

    def longer(self, repeats: Floats, recency: Floats, silent: Floats) -> Floats:
        """Chance of a gap longer than `silent` days, for one who still buys as he did."""
        from scipy.stats import betaprime

        scale = (self.alpha + self.k * recency) / self.k
        return np.asarray(betaprime.sf(silent / scale, self.k, self.r + self.k * repeats))


def fit_rhythm(gaps: pl.DataFrame) -> Rhythm:
    """Fit the rhythm to `customer`, `gap` (days > 0, in order of time).

    The search is by maximum likelihood of each customer's sum of gaps. Raises TooFewHistories with fewer than ten
    customers who bought again.
    """
    from scipy.optimize import minimize

    sums = gaps.group_by("customer").agg(x=pl.len().cast(pl.Float64), total=pl.col("gap").sum().cast(pl.Float64))
    if sums.height < LEAST_CUSTOMERS:
        text = noop("A rhythm needs at least %(least)s customers who bought again; here are %(customers)s.")
        raise TooFewHistories(text, least=LEAST_CUSTOMERS, customers=sums.height)
    k = regularity(gaps)
    x, total = sums["x"].to_numpy(), sums["total"].to_numpy()
    scale = float(x.sum() / total.sum())
    found = minimize(_cost, np.zeros(2), args=(k * x, k * total * scale), method="L-BFGS-B", bounds=[(-6.0, 9.0)] * 2)
    r, alpha = (float(value) for value in np.exp(found.x))
    return Rhythm(r, alpha / scale, k)


def regularity(gaps: pl.DataFrame) -> float:
    """How regular customers are: k of Wheat & Morrison (1990) from pairs of neighbouring gaps, 1 with under 20 pairs.

    Of two neighbouring gaps of a customer the first one's share is beta(k, k), of variance 1 / (4 (2k + 1)).
    """
    numbered = gaps.with_columns(at=pl.int_range(pl.len()).over("customer"))
    pairs = numbered.group_by("customer", pl.col("at") // 2).agg(
        n=pl.len(), share=pl.col("gap").first() / pl.col("gap").sum()
    )
    shares = pairs.filter(pl.col("n") == 2)["share"].to_numpy()
    if len(shares) < LEAST_PAIRS:
        return 1.0
    spread = float(np.mean((shares - 0.5) ** 2))
    return float(np.clip((1.0 - 4.0 * spread) / max(8.0 * spread, 1e-9), 0.2, MOST_REGULAR))


def _cost(logs: Floats, shape: Floats, total: Floats) -> float:
    """Mean of the negative log-likelihood of sums of gaps, gamma mixed over gamma, in the logarithms of r, alpha."""
    from scipy.special import gammaln

    r, alpha = np.exp(logs)
    whole = gammaln(r + shape) - gammaln(r) + r * np.log(alpha) - (r + shape) * np.log(alpha + total)
    return -float(whole.mean())
