"""What people do in this chapter: one function for each intention."""

from salesyear.targets.services.baseline import KIND, ask_for_baseline, keep_baseline

__all__ = ["KIND", "ask_for_baseline", "keep_baseline"]
