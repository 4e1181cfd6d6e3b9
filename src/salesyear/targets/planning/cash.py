"""Collections beside the sales plan: what falls due of last year's and this year's sales, and how much must come in."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.engine.rounding import OrgTree
from salesyear.engine.targets.collections import CollectionParams, CollectionRule, Terms, collect
from salesyear.plans.policy import BY_NAME
from salesyear.sales.models import Invoice

if TYPE_CHECKING:
    from collections.abc import Mapping

Ints = NDArray[np.int64]
MONTHS = 12
USUAL = 30  # days of credit where no invoice says otherwise
STEP = 15  # terms are read off in half months


def terms_seen(scope: Scope) -> list[tuple[int, int]]:
    """Return the payment terms that invoices show: (days, amount due after them)."""
    parts: dict[int, int] = {}
    rows = Invoice.objects.within(scope).filter(due_on__isnull=False).values_list("invoiced_on", "due_on", "amount")
    for start, due, amount in rows.iterator(5_000):
        days = STEP * round(max(0, (due - start).days) / STEP) if due else USUAL
        parts[days] = parts.get(days, 0) + amount
    return sorted((days, amount) for days, amount in parts.items() if amount > 0) or [(USUAL, 1)]


def cash_of(last_year: Ints, target: Ints, terms: list[tuple[int, int]], rate: float) -> Ints:
    """Return what each leaf is to collect each month: (leaves, 12).

    Last year's sales fall due first; of everything due, at least the policy's rate comes in, the rest stays due.
    """
    if not len(target):
        return np.zeros_like(target)
    leaves = [f"leaf {number}" for number in range(len(target))]
    tree = OrgTree.from_pairs([("company", None), *((name, "company") for name in leaves)])
    rules = (CollectionRule(0, Fraction(str(rate))),)
    params = CollectionParams(Terms(tuple(terms)), rules)
    both = np.hstack([last_year, target])
    return collect(both, tree, range(2 * MONTHS), params).cash[:, MONTHS:]


def cash_inputs(inputs: Mapping[str, object]) -> tuple[list[tuple[int, int]], float]:
    """Read the terms and the rate that a version was made with; the usual ones where it does not say."""
    said: Any = inputs.get("cash") or {"terms": [[USUAL, 1]], "rate": BY_NAME["collection_rate"].value}
    return [(int(days), int(part)) for days, part in said["terms"]], float(said["rate"])
