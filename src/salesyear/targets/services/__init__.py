"""What people do in this chapter: one function for each intention."""

from salesyear.targets.planning.params import PlanParams
from salesyear.targets.services.baseline import KIND, ask_for_baseline, keep_baseline
from salesyear.targets.services.editing import change, comment, lift, lock, redo, undo
from salesyear.targets.services.effects import EFFECTS_KIND, ask_for_effects, keep_effects
from salesyear.targets.services.plans import PLAN_KIND, ask_for_plan, keep_plan, make_plan
from salesyear.targets.services.replay import replay
from salesyear.targets.services.rest import HeldAt, replan_rest
from salesyear.targets.services.versions import approve, copy_version, publish, send_back, submit

__all__ = [
    "EFFECTS_KIND",
    "KIND",
    "PLAN_KIND",
    "HeldAt",
    "PlanParams",
    "approve",
    "ask_for_baseline",
    "ask_for_effects",
    "ask_for_plan",
    "change",
    "comment",
    "copy_version",
    "keep_baseline",
    "keep_effects",
    "keep_plan",
    "lift",
    "lock",
    "make_plan",
    "publish",
    "redo",
    "replan_rest",
    "replay",
    "send_back",
    "submit",
    "undo",
]
