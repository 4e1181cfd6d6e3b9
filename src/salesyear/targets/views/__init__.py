"""The pages of the targets chapter."""

from salesyear.targets.views.baseline import baseline, compute
from salesyear.targets.views.prior import prior

__all__ = ["baseline", "compute", "prior"]
