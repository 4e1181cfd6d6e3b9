"""A plan year seen from inside: what has been sold, what is still to come, and the chance of a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from salesyear.engine.forecast.baseline import Baseline
from salesyear.engine.forecast.tree import Floats
from salesyear.engine.messages import EngineError, noop


class OutsideTheForecast(EngineError):
    """A plan year that the history and the forecast together do not cover."""


@dataclass(frozen=True)
class Year:
    """sold: actuals of the year so far, (nodes,). expected: sold plus baseline, (nodes,). outcomes: year totals,
    (nodes, paths).
    """

    start: date
    sold: Floats
    expected: Floats
    outcomes: Floats

    def chance_of(self, targets: Floats) -> Floats:
        """Share of the possible years in which each node reaches its target, (nodes,).

        A target of 0 is reached.
        """
        return np.asarray((self.outcomes >= targets[:, None]).mean(axis=1))


def year_of(made: Baseline, start: date, periods: int) -> Year:
    """Join actuals and forecast to one year of `periods` periods from `start` on: the actuals are certain.

    Raises OutsideTheForecast when some period of it is neither in the history nor forecast.
    """
    known = [place for place, day in enumerate(made.panel.periods) if day >= start][:periods]
    ahead = [place for place, day in enumerate(made.periods) if day >= start][: periods - len(known)]
    if len(known) + len(ahead) < periods or min([*made.panel.periods, *made.periods]) > start:
        raise OutsideTheForecast(
            noop("The year from %(start)s is not covered: history and forecast run from %(first)s to %(last)s."),
            start=start,
            first=made.panel.periods[0],
            last=made.periods[-1],
        )
    sold = made.panel.values[:, known].sum(axis=1)
    rest = made.paths.values[:, ahead].sum(axis=1, dtype=np.float64)
    return Year(start, sold, sold + made.mean[:, ahead].sum(axis=1), sold[:, None] + rest)
