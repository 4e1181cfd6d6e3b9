"""The pages of the targets chapter."""

from salesyear.targets.views.baseline import baseline, compute

__all__ = ["baseline", "compute"]
