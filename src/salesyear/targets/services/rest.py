"""P9: the rest of a year planned anew. Months that are over are locked; what they missed goes to the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from salesyear.core import events, numbers, rls
from salesyear.core.scope import Scope
from salesyear.core.sentences import enumerated
from salesyear.org.models import Rep, Unit, User
from salesyear.plans.models import Version
from salesyear.plans.months import MONTHS, months_of, months_over
from salesyear.targets.editing.outcomes import Asking, CellText, Changed, Clash
from salesyear.targets.services.editing import hold
from salesyear.targets.services.versions import Refused, copy_version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from salesyear.targets.planning.facts import Leaf
    from salesyear.targets.reports.clash import ClashReport

    Ints = NDArray[np.int64]


NAMED = 3  # whose sales no row stands for, in the sentence that says so


class CannotBeMet(Refused):
    """The months that remain cannot make up for it; `found` says why, and the ways out."""

    def __init__(self, found: ClashReport) -> None:
        """Keep the ways out."""
        super().__init__(found.sentence)
        self.found = found


class HeldAt(StrEnum):
    """What the months that are over are locked at."""

    SOLD = "sold"
    TARGET = "target"


def usual(policy: Mapping[str, float]) -> HeldAt:
    """Return what the policy locks months at that are over."""
    return HeldAt.SOLD if policy["rest_held_at_sold"] >= 0.5 else HeldAt.TARGET


def replan_rest(
    version: Version, *, today: date, held_at: HeldAt, reason: str, actor: User, relax: str = ""
) -> Version:
    """Make a draft whose months that are over are locked and whose others keep the year's total and all rules.

    Sales of somebody without a row stand with their unit's vacancy. relax: the way out that was chosen. Raises Refused
    when no month is over or none remains and when sales have no row at all, CannotBeMet when the rest cannot be met.
    """
    over = months_over(version.plan, today)
    if not 0 < over < MONTHS:
        raise Refused(_("There is nothing to plan anew: no month is over, or none remains."))
    if not reason.strip():
        raise Refused(_("Say what has happened that the rest of the year is planned anew."))
    with rls.as_owner(), transaction.atomic():
        other = copy_version(version, "", actor=actor)
        asking = Asking(other, Scope.system("planning the rest of a year"), actor, other.edition)
        texts = _texts(other, over, held_at)
        outcome = hold(asking, texts, reason=reason.strip(), relax=relax)
        if isinstance(outcome, Clash):
            raise CannotBeMet(_explained(outcome, asking, version))
        if not isinstance(outcome, Changed):
            raise Refused(_("The months that are over cannot be locked in this version."))
        months = len({text.column for text in texts})
        detail = {"from": version.number, "months": months, "held": held_at.value, "reason": reason.strip()[:200]}
        events.record("targets.version.replanned", actor=actor, subject=other.mark, detail=detail)
    return other


def _explained(outcome: Clash, asking: Asking, version: Version) -> ClashReport:
    from salesyear.targets.reports.clash import clash

    return clash(asking.scope, outcome.now, outcome.problem, outcome.wanted, version.plan.currency_id)


def _texts(version: Version, over: int, held_at: HeldAt) -> list[CellText]:
    """What to lock: every salesperson's months that are over; at what was sold, as far as sales are known."""
    from salesyear.targets.editing.desk import targets_now
    from salesyear.targets.editing.state import desk_of
    from salesyear.targets.planning.cells import sums_by

    desk = desk_of(version)
    leaves = desk.layout.leaves
    now = sums_by(desk.layout.leaf, targets_now(version), len(leaves))
    amounts = now[:, :over] if held_at is HeldAt.TARGET else _sold(version, leaves, over)
    digits = version.plan.currency.digits
    return [
        CellText(_row(leaf), str(month + 1), f"{Decimal(max(0, int(amounts[place, month]))).scaleb(-digits):f}")
        for place, leaf in enumerate(leaves)
        for month in range(amounts.shape[1])
    ]


def _row(leaf: Leaf) -> str:
    return f"region:{leaf.region}/territory:{leaf.territory}/rep:{leaf.rep}"


def _sold(version: Version, leaves: tuple[Leaf, ...], over: int) -> Ints:
    """Sales less returns by leaf and month, until the last month of which any are known.

    Raises Refused for sales that no row of the plan stands for, and when none are known.
    """
    import numpy as np
    import polars as pl

    from salesyear.sales.frames import sold

    months = months_of(version.plan)
    rows = sold(Scope.system("planning the rest of a year"), since=months[0], before=months[over])
    if rows.is_empty():
        raise Refused(_("No sales of this year are known yet: import them, or hold at the targets."))
    unit = pl.when(pl.col("territory") > 0).then(pl.col("territory")).otherwise(pl.col("region"))
    sums = rows.group_by(unit.alias("at"), "rep", pl.col("day").dt.truncate("1mo")).agg(pl.col("amount").sum())
    places = {(leaf.unit, leaf.rep): place for place, leaf in enumerate(leaves)}
    found, known, homeless = np.zeros((len(leaves), len(months)), np.int64), 0, dict[tuple[int, int], int]()
    for at, rep, month, amount in sums.iter_rows():
        place = places.get((at, rep), places.get((at, 0)))
        if place is None:
            homeless[at, rep] = homeless.get((at, rep), 0) + round(amount)
            continue
        number = months.index(month)
        found[place, number] += round(amount)
        known = max(known, number + 1)
    if homeless:
        raise Refused(_no_row(version, homeless))
    return found[:, :known]


def _no_row(version: Version, sums: dict[tuple[int, int], int]) -> str:
    """Say whose sales no row of the plan stands for, the most first."""
    units = dict(Unit.objects.within(Scope.system("naming a unit")).values_list("pk", "name"))
    reps = dict(Rep.objects.within(Scope.system("naming a salesperson")).values_list("pk", "name"))
    most = sorted(sums.items(), key=lambda one: -one[1])[:NAMED]
    named = [enumerated((reps.get(rep) or _("nobody named"), units.get(at, "--"))) for (at, rep), _amount in most]
    amount = numbers.money(sum(sums.values()), version.plan.currency_id, digits=version.plan.currency.digits).text
    who = pgettext("between phrases", "; ").join(named) + (" …" if len(sums) > NAMED else "")
    said = {"who": who, "amount": amount}
    words = _("No row of this plan stands for sales of %(amount)s (%(who)s): make a new plan, or hold at the targets.")
    return words % said
