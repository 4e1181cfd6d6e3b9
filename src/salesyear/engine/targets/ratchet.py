"""Ratcheting (鞭打快牛): are next year's targets raised more after a beat than lowered after a miss?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEW = 8  # With fewer reps or rep-periods than this, a correlation or a slope says nothing.


@dataclass(frozen=True)
class Ratchet:
    """How the next target follows attainment: part of a beat (of a miss) that it takes over, and their
    difference."""

    after_beat: float
    after_miss: float
    asymmetry: float
    error: float
    steps: int


def measure_ratchet(quota: Floats, sold: Floats, next_quota: Floats) -> Ratchet | None:
    """Fit the change of targets to attainment, with one slope above 100 % and one below.

    quota, sold, next_quota: (steps,), one entry per rep and pair of comparable periods (the same quarter of
    two years where sales have a season); quota above 0. Model: next/quota - 1 = a + b⁺ max(e, 0) + b⁻ min(e,
    0), e = sold/quota - 1, least squares; asymmetry b⁺ - b⁻ with the standard error robust to unequal
    scatter (White 1980, with the n/(n-3) correction). None with too few steps, or without both beats and
    misses. Source of the test: Leone & Rock, Empirical tests of budget ratcheting, J. Accounting and
    Economics 33 (2002); of the effect: Weitzman, The ratchet principle, Bell J. Economics 11 (1980).
    """
    missed = sold / quota - 1
    if missed.size < FEW or min((missed > 0).sum(), (missed < 0).sum()) < 2:
        return None
    factors = np.column_stack((np.ones_like(missed), np.maximum(missed, 0), np.minimum(missed, 0)))
    change = next_quota / quota - 1
    inverse = np.linalg.pinv(factors.T @ factors)
    slopes = inverse @ factors.T @ change
    rest = change - factors @ slopes
    meat = (factors * rest[:, None] ** 2).T @ factors
    spread = inverse @ meat @ inverse * missed.size / (missed.size - 3)
    contrast = np.array([0.0, 1.0, -1.0])
    return Ratchet(
        after_beat=float(slopes[1]),
        after_miss=float(slopes[2]),
        asymmetry=float(contrast @ slopes),
        error=float(np.sqrt(contrast @ spread @ contrast)),
        steps=int(missed.size),
    )
