"""What an initiative was measured to bring: what was sold in its cells above their baseline, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salesyear.engine.messages import EngineError, noop


class NotMonthByMonth(EngineError):
    """Sales, baseline and bounds do not cover the same months."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The uplift month by month, and what it is in all: at least and at most as the baseline's bounds say."""

    months: tuple[int, ...]
    low: int
    high: int

    @property
    def total(self) -> int:
        """The uplift over all months that were measured."""
        return sum(self.months)


def uplift(actual: Sequence[int], baseline: Sequence[int], low: Sequence[int], high: Sequence[int]) -> Effect:
    """Return actual − baseline, month by month; low, high: the bounds of the baseline of the same cells.

    The first definition: everything above the baseline of the cells named counts as the initiative's. What is sold is
    known, so the whole uncertainty is the baseline's; its monthly bounds are added up as if the months erred together,
    which makes the interval too wide rather than too narrow. Raises NotMonthByMonth.
    """
    if len({len(actual), len(baseline), len(low), len(high)}) != 1:
        raise NotMonthByMonth(noop("Sales, baseline and bounds must cover the same months."))
    months = tuple(sold - anyway for sold, anyway in zip(actual, baseline, strict=True))
    return Effect(months, sum(actual) - sum(high), sum(actual) - sum(low))
