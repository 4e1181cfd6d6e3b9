"""The rows of the targets chapter, one module each: goal, where we stand, the list behind it, what is missing."""

from collections.abc import Callable, Mapping

from salesyear.targets.rows import t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12
from salesyear.targets.rows.parts import Asked, RowReport

REPORTS: Mapping[str, Callable[[Asked], RowReport]] = {
    "T2": t2.report,
    "T3": t3.report,
    "T4": t4.report,
    "T5": t5.report,
    "T6": t6.report,
    "T7": t7.report,
    "T8": t8.report,
    "T9": t9.report,
    "T10": t10.report,
    "T11": t11.report,
    "T12": t12.report,
}

__all__ = ["REPORTS", "Asked", "RowReport"]
