"""A small plan for the company every test knows: one version, one sheet for each salesperson, one of everything."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
from django.test.utils import CaptureQueriesContext

from cast import Cast
from salesyear.core.scope import Scope
from salesyear.plans.models import (
    Comment,
    Commitment,
    Edit,
    EditKind,
    Initiative,
    InitiativeKind,
    Plan,
    Sheet,
    State,
    Version,
)

NOW = datetime(2026, 1, 5, tzinfo=UTC)
OF = {"li": "shanghai", "zhao": "jiangsu", "sun": "sichuan"}


def plan_of_2026(cast: Cast, *, state: State = State.DRAFT) -> Version:
    """Keep a plan of 1,200 yuan a month for each salesperson, in one slot (other customers, the core line)."""
    assert cast.currency
    plan = Plan.objects.create(name="2026", year=2026, starts_on=date(2026, 1, 1), currency=cast.currency, made_at=NOW)
    version = Version.objects.create(plan=plan, number=1, name="First", state=state, made_at=NOW)
    line = cast.products["core"].line
    assert line
    for code, unit in OF.items():
        sheet(cast, version, code, [[0, line.pk, 0]], 1_200_00)
        at = {"unit": cast.units[unit], "rep": cast.reps[code]}
        number = list(OF).index(code) + 1
        Edit.objects.create(version=version, number=number, batch=code, kind=EditKind.SET, amount=1, at=NOW, **at)
        Comment.objects.create(version=version, text=f"About {code}", at=NOW, **at)
        Commitment.objects.create(plan=plan, amount=0, at=NOW, **at)
        Initiative.objects.create(
            plan=plan,
            kind=InitiativeKind.WIN_BACK,
            named=f"Call back the lost of {code}",
            starts_on=date(2026, 3, 1),
            chance=300_000,
            months=[100_00] * 12,
            made_at=NOW,
            **at,
        )
    return version


def sheet(cast: Cast, version: Version, rep: str, slots: list[list[int]], amount: int) -> Sheet:
    """Keep one salesperson's sheet with the same amount in every month of every slot."""
    whole = np.full(len(slots) * 12, amount, dtype="<i8")
    packed = {name: whole.tobytes() for name in ("last_year", "baseline", "target")}
    sums = dict.fromkeys(("last_year_total", "baseline_total", "target_total", "cash_total"), int(whole.sum()))
    return Sheet.objects.create(
        version=version,
        unit=cast.units[OF[rep]],
        rep=cast.reps[rep],
        slots=slots,
        prior=whole.astype("<f8").tobytes(),
        cash=np.full(12, amount * len(slots), dtype="<i8").tobytes(),
        **packed,
        **sums,
    )


def gap_plan(cast: Cast) -> Version:
    """Keep the same plan with a baseline of 1,000 yuan a month for each: a gap of 200."""
    version = plan_of_2026(cast)
    baseline = np.full(12, 1_000_00, dtype="<i8")
    rows = Sheet.objects.within(Scope.system("a gap")).filter(version=version)
    rows.update(baseline=baseline.tobytes(), baseline_total=int(baseline.sum()))
    return version


def asked_for(asked: CaptureQueriesContext) -> list[str]:
    """Return every query of a page but the statements of PostgreSQL's second gate, which read no row.

    Those put the request's role on and off (core/rls.py): they are as many whatever a page shows, and SQLite has none.
    """
    role = ("RESET ROLE", "SELECT set_config(", "SELECT current_setting(")
    return [query["sql"] for query in asked if not query["sql"].startswith(role)]
