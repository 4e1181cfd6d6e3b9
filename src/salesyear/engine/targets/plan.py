"""The answer: a plan, the rules as they came out, and what could not be met."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.lumping import class_sums
from salesyear.engine.targets.numeric.rows import spans
from salesyear.engine.targets.numeric.solving import Answer
from salesyear.engine.targets.numeric.tree import Floats, Ints


@dataclass(frozen=True)
class Plan:
    """One plan. Cells are in the order of the table that came in.

    real: amounts before rounding. whole: amounts in the smallest unit, multiples of the rounding unit; None when
    rounding was not asked for or a rule could not be met.
    """

    model: Model
    answer: Answer
    real: Floats
    whole: Ints | None

    @property
    def met(self) -> bool:
        """All rules are kept."""
        return self.answer.met

    @property
    def amounts(self) -> Floats:
        """Whole amounts where there are any, else the real ones."""
        return self.real if self.whole is None else self.whole.astype(np.float64)

    @property
    def filled(self) -> Ints:
        """Cells without a prior that were given one because a rule asked for sales there."""
        return self.model.filled.cells

    def table(self) -> pl.DataFrame:
        """Return the cells with `target` (whole if rounded) and `target_real` beside what came in."""
        target = pl.Series("target", self.real if self.whole is None else self.whole)
        return self.model.cells.frame.with_columns(target, pl.Series("target_real", self.real))

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every row of every rule on sums: where it stands, its bounds, value, multiplier, and what is missed.

        at_least, at_most, value: amounts, or shares for rules on shares; missed: an amount, + above, - below.
        """
        parts = [self._level(level, span) for level, span in spans(self.model.org.tree, self.model.task.blocks)]
        return pl.concat(parts).sort("number") if parts else pl.DataFrame()

    def _level(self, level: int, span: slice) -> pl.DataFrame:
        model, lines = self.model, self.model.levels[level]
        size = model.org.tree.size(level)
        sums = self.sums(level, self.amounts)
        frames = []
        for place, line in enumerate(lines):
            number = span.start + np.arange(size) * len(lines) + place
            value = sums @ line.part
            if line.whole is not None:
                whole = sums @ line.whole
                value = np.divide(value, whole, out=np.zeros_like(whole), where=whole != 0)
            columns = {
                "number": number, "rule": [line.name.rule] * size, "level": [model.org.levels[level]] * size,
                "node": list(model.org.names[level]), "path": list(model.org.paths[level]),
                "values": [" ".join(line.name.values)] * size, "at_least": line.least, "at_most": line.most,
                "value": value, "multiplier": self.answer.y[number], "missed": self.answer.missed[number],
            }  # fmt: skip
            asked = np.isfinite(line.low) | np.isfinite(line.high)
            frames.append(pl.DataFrame(columns, schema=ROWS).filter(pl.Series(asked)))
        return pl.concat(frames) if frames else pl.DataFrame(schema=ROWS)

    def sums(self, level: int, amounts: Floats) -> Floats:
        """Sums of cell amounts over nodes x attribute classes of a level."""
        tree, count = self.model.org.tree, self.model.attributes.count
        classes = class_sums(self.model.classes, amounts[self.model.order], tree.leaves * count)
        return tree.sum_up(classes.reshape(tree.leaves, count))[level]


ROWS = {
    "number": pl.Int64, "rule": pl.String, "level": pl.String, "node": pl.String, "path": pl.String,
    "values": pl.String, "at_least": pl.Float64, "at_most": pl.Float64, "value": pl.Float64,
    "multiplier": pl.Float64, "missed": pl.Float64,
}  # fmt: skip
