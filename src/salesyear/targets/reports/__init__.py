"""What this chapter computes: read, compute, and return a frozen result.

`why`, `clash`, `audit` and `difference` are modules of this package: they load the engine only when they are used.
"""

from salesyear.targets.reports.baseline import (
    BaselineParams,
    Cell,
    NoBaseline,
    Node,
    Told,
    YearsBaseline,
    baseline_of_year,
)

__all__ = ["BaselineParams", "Cell", "NoBaseline", "Node", "Told", "YearsBaseline", "baseline_of_year"]
