"""Makes a plan from the facts: read, compute, return what is to be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.engine.targets import Params, rules_to
from salesyear.market.queries import potential_of_regions
from salesyear.plans.policy import FIGURES
from salesyear.targets.models import Baseline
from salesyear.targets.planning.cash import cash_of, terms_seen
from salesyear.targets.planning.cells import Layout, sums_by
from salesyear.targets.planning.facts import PlanFacts, read_facts
from salesyear.targets.planning.params import HISTORY, PlanParams
from salesyear.targets.planning.policy_rules import rules_for, total_of
from salesyear.targets.planning.prior import prior_cells
from salesyear.targets.planning.solving import Solved, solve_somehow

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Told = Callable[[str, float], None]
MONTHS = 12


@dataclass(frozen=True)
class MadePlan:
    """A plan to be kept: what it was made from, its cells as (slots, months), cash as (leaves, months)."""

    params: PlanParams
    facts: PlanFacts
    layout: Layout
    prior: Floats
    target: Ints
    cash: Ints
    inputs: dict[str, Any]


def plan_from_facts(
    scope: Scope, baseline: Baseline, params: PlanParams, policy: dict[str, float], told: Told
) -> MadePlan:
    """Read the facts, solve the plan, and say what it was made from. Raises NoPlan and the engine's own refusals."""
    told(noop("Reading the facts"), 0.0)
    facts = read_facts(scope, baseline, params, policy)
    step = params.rounding or 10**facts.digits
    layout = Layout(facts.leaves, facts.slots.leaf, facts.slots.keys, facts.strategic)
    told(noop("Setting the rules"), 0.3)
    known = potential_of_regions(scope) if params.blend != HISTORY else {}
    prior = prior_cells(facts, params, known)
    total = total_of(facts, params, step)
    rules = rules_for(facts, params, policy, total, step)
    told(noop("Sharing the total out"), 0.5)
    solved = solve_somehow(
        layout.cells(prior, facts.slots.last_year, facts.slots.baseline), rules, Params(unit=step, seed=params.seed)
    )
    target = solved.whole.reshape(-1, MONTHS)
    told(noop("Planning the collections"), 0.9)
    terms, rate = terms_seen(scope), policy["collection_rate"]
    count = len(facts.leaves)
    cash = cash_of(sums_by(layout.leaf, facts.slots.last_year, count), sums_by(layout.leaf, target, count), terms, rate)
    inputs = _inputs(params, facts, solved, policy, step, total) | {"cash": {"terms": terms, "rate": rate}}
    inputs["potential"] = [[region, line, amount] for (region, line), amount in sorted(known.items())]
    return MadePlan(params, facts, layout, prior, target, cash, inputs)


def _inputs(
    params: PlanParams, facts: PlanFacts, solved: Solved, policy: dict[str, float], step: int, total: int
) -> dict[str, Any]:
    return {
        "params": params.as_json(),
        "baseline": facts.baseline,
        "sold_until": facts.sold_until.isoformat(),
        "expected_months": facts.expected_months,
        "unit": step,
        "seed": params.seed,
        "total": total,
        "strategic": sorted(facts.strategic),
        "rules": rules_to(solved.rules),
        "relaxed": [asdict(one) for one in solved.relaxed],
        "filled": len(solved.plan.filled),
        "policy": {figure.name: policy[figure.name] for figure in FIGURES},
    }
