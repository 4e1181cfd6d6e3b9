"""How sales answer to multipliers: x = clip(p e^t, l, u), or p + |p| t for least squares, class by class."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from salesyear.engine.targets.numeric.tree import Floats, Ints


class Distance(StrEnum):
    """What "as little change as possible" means."""

    PRO_RATA = "pro_rata"  # sum of x log(x/p) - x + p: keeps proportions, needs p > 0
    LEAST_SQUARES = "least_squares"  # sum of (x - p)^2 / (2 |p|): allows negative cells


@dataclass(frozen=True)
class Bounded:
    """Cells with a private floor or cap, in the order of their classes; starts: where each class begins."""

    prior: Floats
    low: Floats
    high: Floats
    classes: Ints  # class of each run
    starts: Ints  # first cell of each run
    counts: Ints  # cells of each run


@dataclass(frozen=True)
class Response:
    """Cells with the same coefficients share one multiplier, so a class is its sums (exact, not an approximation).

    gain: sum of the free positive priors; loss: sum of the sizes of the free negative ones (least squares only);
    held: sum of the locked cells; all per class.
    """

    distance: Distance
    gain: Floats
    loss: Floats | None
    held: Floats
    bounded: Bounded | None

    def at(self, t: Floats) -> tuple[Floats, Floats]:
        """Sales of every class and their derivative with respect to t."""
        sales, slope = self._free(t)
        if self.bounded is not None:
            mine = np.repeat(drive(self.distance, t[self.bounded.classes]), self.bounded.counts)
            low, high = self.bounded.low, self.bounded.high
            clipped, moving = respond(self.distance, self.bounded.prior, mine, low, high)
            sales[self.bounded.classes] += np.add.reduceat(clipped, self.bounded.starts)
            slope[self.bounded.classes] += np.add.reduceat(moving, self.bounded.starts)
        return sales, slope

    def _free(self, t: Floats) -> tuple[Floats, Floats]:
        if self.distance is Distance.PRO_RATA:
            slope = np.exp(t)
            slope *= self.gain
            return slope + self.held, slope
        sales = self.gain * np.maximum(0.0, 1.0 + t) + self.held
        slope = self.gain * (t > -1.0)
        if self.loss is not None:
            sales -= self.loss * np.maximum(0.0, 1.0 - t)
            slope = slope + self.loss * (t < 1.0)
        return sales, slope

    def factors(self, slope: Floats) -> Floats | None:
        """Return what free cells are multiplied by, from the slope of their classes, where it says so: e^t is dear."""
        if self.distance is not Distance.PRO_RATA or self.bounded is not None:
            return None
        return np.divide(slope, self.gain, out=np.zeros_like(slope), where=self.gain > 0)

    def movable(self) -> Floats:
        """What could move in each class, the sizes of the priors: zero where everything is locked or empty."""
        size = self.gain + (0.0 if self.loss is None else self.loss)
        if self.bounded is not None:
            loose = np.abs(self.bounded.prior) * (self.bounded.low < self.bounded.high)
            size[self.bounded.classes] += np.add.reduceat(loose, self.bounded.starts)
        return size


def drive(distance: Distance, t: Floats) -> Floats:
    """What cells are moved by: e^t, or t itself for least squares. One value per class is enough."""
    return np.exp(t) if distance is Distance.PRO_RATA else t


def respond(distance: Distance, prior: Floats, driven: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Answer of single cells within their bounds, and its derivative; `driven`: see `drive`."""
    if distance is Distance.PRO_RATA:
        wish = slope = prior * driven
    else:
        slope = np.abs(prior)
        wish = prior + slope * driven
    clipped = np.clip(wish, low, high)
    return clipped, slope * (clipped == wish)


def factor(distance: Distance, t: Floats) -> Floats:
    """Multiplier of a positive free cell."""
    return np.exp(t) if distance is Distance.PRO_RATA else np.maximum(0.0, 1.0 + t)


def cost(distance: Distance, sales: Floats, prior: Floats) -> float:
    """Distance between a plan and its prior; cells with a zero prior cost nothing (they are locked or zero)."""
    known = prior != 0
    x, p = sales[known], prior[known]
    if distance is Distance.LEAST_SQUARES:
        return float(np.sum((x - p) ** 2 / (2 * np.abs(p))))
    ratio = np.where(x > 0, x / p, 1.0)
    return float(np.sum(x * np.log(ratio) - x + p))
