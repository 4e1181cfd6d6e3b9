"""What this chapter computes: read, compute, and return a frozen result."""

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
