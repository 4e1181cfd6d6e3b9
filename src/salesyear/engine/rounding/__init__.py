"""Whole numbers that add up: shares of a total, spreading with holds, and rounding of a whole plan."""

from salesyear.engine.rounding.plan import Limits, RoundedPlan, ShareFloor, round_plan
from salesyear.engine.rounding.tree import NotATree, OrgTree

__all__ = ["Limits", "NotATree", "OrgTree", "RoundedPlan", "ShareFloor", "round_plan"]
