"""The rules a new plan starts with: its total, the policy's shares, regional totals, each salesperson's band."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets import Kind, Rule, Rules
from salesyear.targets.planning.cells import name_of, path_of, sums_by
from salesyear.targets.planning.facts import NoPlan, PlanFacts
from salesyear.targets.planning.params import PlanParams

TOTAL = noop("Company total")
REGIONS = noop("Regional totals")
STRATEGIC = noop("Strategic lines")
NEW = noop("New customers")
BANDS = noop("Salespeople’s bands")


def total_of(facts: PlanFacts, params: PlanParams, step: int) -> int:
    """Return the plan's total in whole steps: typed, grown from last year, or what is expected anyway."""
    if params.total is not None:
        return _whole(Fraction(params.total), step)
    last = int(facts.slots.last_year.sum())
    if params.growth is not None:
        if last <= 0:
            raise NoPlan(noop("Last year has no sales to grow from: type the total."))
        return _whole(last * (1 + Fraction(str(params.growth))), step)
    return _whole(Fraction(int(facts.slots.baseline.sum())), step)


def rules_for(facts: PlanFacts, params: PlanParams, policy: dict[str, float], total: int, step: int) -> Rules:
    """Write the rules down. Shares hold in every region, so that one region's edits never need another's cells."""
    return Rules(tuple(_rules(facts, params, policy, total, step)))


def _rules(facts: PlanFacts, params: PlanParams, policy: dict[str, float], total: int, step: int) -> Iterator[Rule]:
    yield Rule(name=TOTAL, at_least=total, at_most=total)
    if params.regions:
        amounts = {name_of("region", key): (_whole(Fraction(sum_), step),) * 2 for key, sum_ in params.regions.items()}
        yield Rule(name=REGIONS, at="region", amounts=amounts)
    slots = facts.slots
    strategic = policy["strategic_share"] if params.strategic_share is None else params.strategic_share
    if strategic and facts.strategic & set(slots.keys[:, 1].tolist()):
        yield Rule(name=STRATEGIC, kind=Kind.SHARE, at="region", where={"strategic": ("1",)}, at_least=strategic)
    new = policy["new_customer_share"] if params.new_customer_share is None else params.new_customer_share
    if new and slots.keys[:, 2].any():
        yield Rule(name=NEW, kind=Kind.SHARE, at="region", where={"new": ("1",)}, at_least=new)
    yield from _bands(facts, params)


def _bands(facts: PlanFacts, params: PlanParams) -> Iterator[Rule]:
    """Nobody's year far below (or above) their last one; whoever sold nothing then has no band."""
    last = sums_by(facts.slots.leaf, facts.slots.last_year, len(facts.leaves)).sum(axis=1)
    low, high = params.rep_least, params.rep_most
    amounts = {
        path_of(leaf, 3): (None if low is None else low * float(sum_), None if high is None else high * float(sum_))
        for leaf, sum_ in zip(facts.leaves, last.tolist(), strict=True)
        if leaf.rep and sum_ > 0
    }
    if amounts and (low is not None or high is not None):
        yield Rule(name=BANDS, at="rep", amounts=amounts)


def _whole(amount: Fraction, step: int) -> int:
    return int(np.floor(float(amount / step) + 0.5)) * step if abs(amount) < 2**52 else round(amount / step) * step
