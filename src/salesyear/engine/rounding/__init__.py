"""Whole numbers that add up: shares of a total, spreading with holds, and rounding of a whole plan."""

from salesyear.engine.rounding.cells import LockNotWhole, NotAPlan
from salesyear.engine.rounding.limits import NO_LEAST, NO_MOST, Limits, LimitsContradict
from salesyear.engine.rounding.plan import RoundedPlan, round_plan
from salesyear.engine.rounding.promises import BrokenPromise
from salesyear.engine.rounding.shares import ShareFloor, ShareOutOfReach
from salesyear.engine.rounding.sharing import HeldTooMuch, NothingToShareBy, share_out, share_rows, spread
from salesyear.engine.rounding.tree import NotATree, OrgTree

__all__ = [
    "NO_LEAST",
    "NO_MOST",
    "BrokenPromise",
    "HeldTooMuch",
    "Limits",
    "LimitsContradict",
    "LockNotWhole",
    "NotAPlan",
    "NotATree",
    "NothingToShareBy",
    "OrgTree",
    "RoundedPlan",
    "ShareFloor",
    "ShareOutOfReach",
    "round_plan",
    "share_out",
    "share_rows",
    "spread",
]
