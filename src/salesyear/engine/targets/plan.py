"""The answer: a plan, the rules as they came out, and what could not be met."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.rows import spans
from salesyear.engine.targets.numeric.solving import Answer
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints
from salesyear.engine.targets.rules import SHARES, Kind


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
        model, block = self.model, self.model.task.blocks[level]
        names = np.array(model.org.names[level], dtype=object)
        paths = np.array(model.org.paths[level], dtype=object)
        shape = block.low.shape
        node, place = (part.ravel() for part in np.indices(shape))
        asked = (np.isfinite(block.low) | np.isfinite(block.high)).ravel()
        low, high, value = self._shown(level)
        labels = [(name.rule, " ".join(name.values)) for name in model.names[level]] or [("", "")]
        frame = pl.DataFrame(
            {
                "number": np.arange(span.start, span.stop),
                "rule": np.array([rule for rule, _ in labels], dtype=object)[place] if block.width else [],
                "level": [model.org.levels[level]] * len(node),
                "node": names[node],
                "path": paths[node],
                "values": np.array([values for _, values in labels], dtype=object)[place] if block.width else [],
                "at_least": low.ravel(),
                "at_most": high.ravel(),
                "value": value.ravel(),
                "multiplier": self.answer.y[span],
                "missed": self.answer.missed[span],
            },
            schema=ROWS,
            strict=False,
        )
        return frame.filter(pl.Series(asked))

    def _shown(self, level: int) -> tuple[Floats, Floats, Floats]:
        """Bounds and values of a level's rows as people read them: amounts, or shares."""
        model, block = self.model, self.model.task.blocks[level]
        sums = self.sums(level, self.amounts)
        low, high, value = block.low.copy(), block.high.copy(), np.zeros_like(block.low)
        for place, name in enumerate(model.names[level]):
            part, whole = self._masks(name.rule, name.values)
            value[:, place] = sums[:, part].sum(axis=1)
            if whole is not None:
                self._as_share(level, place, part, sums[:, whole].sum(axis=1), low, high, value)
        return low, high, value

    def _as_share(
        self, level: int, place: int, part: Bools, whole: Floats, low: Floats, high: Floats, value: Floats
    ) -> None:
        block = self.model.task.blocks[level]
        first = int(np.argmax(part))
        share = block.share[:, place] + (1.0 - block.pattern[place, first])
        low[:, place] = np.where(np.isfinite(low[:, place]), share, -np.inf)
        high[:, place] = np.where(np.isfinite(high[:, place]), share, np.inf)
        value[:, place] = np.divide(value[:, place], whole, out=np.zeros_like(whole), where=whole != 0)

    def _masks(self, rule_name: str, values: tuple[str, ...]) -> tuple[Bools, Bools | None]:
        """Attribute classes in a row, and those of the whole it is a share of (None for amounts)."""
        rule = next(rule for rule in self.model.local if rule.name == rule_name)
        inside = self.model.attributes.matching({c: (v,) for c, v in zip(rule.each, values, strict=True)})
        part = self.model.attributes.matching(rule.where) & inside
        whole = self.model.attributes.matching(rule.within)
        if rule.kind not in SHARES:
            return part, None
        return part, whole if rule.kind is Kind.PROFILE else whole & inside

    def sums(self, level: int, amounts: Floats) -> Floats:
        """Sums of cell amounts over nodes x attribute classes of a level."""
        tree, count = self.model.org.tree, self.model.attributes.count
        classes = np.bincount(self.model.classes, weights=amounts[self.model.order], minlength=tree.leaves * count)
        return tree.sum_up(classes.reshape(tree.leaves, count))[level]


ROWS = {
    "number": pl.Int64, "rule": pl.String, "level": pl.String, "node": pl.String, "path": pl.String,
    "values": pl.String, "at_least": pl.Float64, "at_most": pl.Float64, "value": pl.Float64,
    "multiplier": pl.Float64, "missed": pl.Float64,
}  # fmt: skip
