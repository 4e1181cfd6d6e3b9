"""Many tests at once: which findings to mark so that few of the marked are false."""

from __future__ import annotations

import numpy as np

from salesyear.engine.market.tables import Floats


def benjamini_hochberg(p: Floats) -> Floats:
    """q-values: a finding marked when q <= f is among marks of which, in the mean, at most the share f is false.

    p in any order. q_i = min over ranks k >= rank(i) of p_(k) m / k (Benjamini & Hochberg 1995, JRSS B 57:289-300).
    """
    order = np.argsort(p, kind="stable")
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    lowest = np.minimum.accumulate(ranked[::-1])[::-1]
    q = np.empty(len(p))
    q[order] = np.minimum(lowest, 1.0)
    return q
