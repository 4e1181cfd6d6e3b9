"""A scorecard: points for each level of each feature, which add up to the chance of success."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from salesyear.engine.market.bins import Bins
from salesyear.engine.market.calibration import calibrate
from salesyear.engine.market.tables import Floats, Ints, need
from salesyear.engine.messages import EngineError, noop


class NotOnTheCard(EngineError):
    """An edit names a feature or a level that the scorecard does not have."""


@dataclass(frozen=True)
class Term:
    """Points (log odds) by level of one feature, shape (levels,), or by the levels of two, (levels, levels)."""

    features: tuple[str, ...]
    points: Floats

    @property
    def name(self) -> str:
        """The features, joined by ` × `."""
        return " × ".join(self.features)

    def of(self, codes: dict[str, Ints]) -> Floats:
        """Points of each row."""
        return np.asarray(self.points[tuple(codes[feature] for feature in self.features)])


@dataclass(frozen=True)
class Scorecard:
    """What each level adds to the log odds of success, exactly: chance = 1 / (1 + exp(-(intercept + sum of terms))).

    Points are measured from the average row of those learned from. rows, rate: by feature and level, how many rows and
    what share of them succeeded. tried: each way of learning with its out-of-fold log loss. edited: by hand since.
    """

    intercept: float
    terms: tuple[Term, ...]
    bins: tuple[Bins, ...]
    evidence: pl.DataFrame
    tried: pl.DataFrame
    method: str
    edited: bool = False

    def contributions(self, frame: pl.DataFrame) -> pl.DataFrame:
        """One column of log odds per term; they and the intercept add up to the row's log odds."""
        codes = self._codes(frame)
        return pl.DataFrame({term.name: term.of(codes) for term in self.terms})

    def chance(self, frame: pl.DataFrame) -> Floats:
        """Chance of success of each row."""
        codes = self._codes(frame)
        total = np.full(frame.height, self.intercept)
        for term in self.terms:
            total += term.of(codes)
        return np.asarray(1.0 / (1.0 + np.exp(-total)))

    def table(self) -> pl.DataFrame:
        """The card as people edit it: `feature`, `level`, `points` (log odds), `rows`, `rate`; pairs are left out."""
        shown = [
            pl.DataFrame({"feature": term.name, "level": bins.names, "points": term.points})
            for bins in self.bins
            for term in self.terms
            if term.features == (bins.feature,)
        ]
        return pl.concat(shown).join(self.evidence, on=["feature", "level"], how="left", maintain_order="left")

    def with_points(self, edits: pl.DataFrame) -> Scorecard:
        """The card with some points replaced: `feature`, `level`, `points`. Raises NotOnTheCard.

        The chances of an edited card are the editor's until it is calibrated again (`calibrated`).
        """
        need(edits, "feature", "level", "points")
        card = self
        for feature, level, points in edits.select("feature", "level", "points").iter_rows():
            card = card._with_point(feature, level, points)
        return card

    def calibrated(self, frame: pl.DataFrame, outcome: str) -> Scorecard:
        """The card stretched and shifted so that its chances fit outcomes (0 or 1) it was not learned from."""
        odds = np.log(1.0 / (1.0 / self.chance(frame) - 1.0))
        slope, offset = calibrate(odds, np.asarray(frame[outcome].cast(pl.Int64).to_numpy()))
        return self.stretched(slope, offset)

    def stretched(self, slope: float, offset: float) -> Scorecard:
        """Log odds become slope × log odds + offset."""
        terms = tuple(replace(term, points=term.points * slope) for term in self.terms)
        return replace(self, intercept=self.intercept * slope + offset, terms=terms)

    def _codes(self, frame: pl.DataFrame) -> dict[str, Ints]:
        need(frame, *(bins.feature for bins in self.bins))
        return {bins.feature: bins.codes(frame) for bins in self.bins}

    def _with_point(self, feature: str, level: str, points: float) -> Scorecard:
        names = {bins.feature: bins.names for bins in self.bins}
        at = next((at for at, term in enumerate(self.terms) if term.features == (feature,)), None)
        if at is None or level not in names[feature]:
            text = noop("The scorecard has no level “%(level)s” of %(feature)s. It has: %(present)s.")
            present = ", ".join(names.get(feature, names))
            raise NotOnTheCard(text, level=level, feature=feature, present=present)
        changed = self.terms[at].points.copy()
        changed[names[feature].index(level)] = points
        terms = (*self.terms[:at], replace(self.terms[at], points=changed), *self.terms[at + 1 :])
        return replace(self, terms=terms, edited=True)
