"""A plan with something to print: each salesperson two key customers, two lines, new customers; uneven months."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cast import Cast
from plans_cast import OF, plan_of_2026
from salesyear.core.scope import Scope
from salesyear.plans.models import Sheet, Version

SYSTEM = Scope.system("printing in a test")
NAUGHTY = ("=1+1", "+86", "-lead", "@sum", "＝1", "<script>alert(1)</script>", '#let x = 1; *bold* $x$ \\"')


def printed_plan(cast: Cast) -> Version:
    """Keep the plan; amounts are whole yuan (rounding 100), every cell different, so that a swap would show."""
    version = plan_of_2026(cast)
    Version.objects.filter(pk=version.pk).update(inputs={"unit": 100, "seed": 7}, fingerprint="ab12" * 16)
    Sheet.objects.within(SYSTEM).filter(version=version).delete()
    core, new = (cast.products[code].line for code in ("core", "new"))
    assert core
    assert new
    for number, (code, unit) in enumerate(OF.items(), start=1):
        mine = [one for one in cast.customers if one.owner == cast.reps[code]][:2]
        slots = [[0, core.pk, 0], [0, new.pk, 0], [mine[0].pk, core.pk, 0], [mine[1].pk, new.pk, 0], [0, core.pk, 1]]
        _sheet(cast, version, code, unit, slots, number)
    version.refresh_from_db()
    return version


def _sheet(cast: Cast, version: Version, rep: str, unit: str, slots: Sequence[Sequence[int]], number: int) -> None:
    places = np.arange(len(slots) * 12, dtype="<i8")
    target = (places * 37 + number * 1_000 + 5_000) * 100
    last, base = (target * 9 // 10).astype("<i8"), (target * 95 // 100).astype("<i8")
    last[-12:] = 0  # nobody bought before who is still to be won
    cash = target.reshape(-1, 12).sum(axis=0)
    Sheet.objects.create(
        version=version,
        unit=cast.units[unit],
        rep=cast.reps[rep],
        slots=[list(slot) for slot in slots],
        last_year=last.tobytes(),
        baseline=base.tobytes(),
        prior=target.astype("<f8").tobytes(),
        target=target.tobytes(),
        cash=cash.astype("<i8").tobytes(),
        last_year_total=int(last.sum()),
        baseline_total=int(base.sum()),
        target_total=int(target.sum()),
        cash_total=int(cash.sum()),
    )


def totals(version: Version) -> dict[str, int]:
    """The plan's sums by salesperson's code, straight from the sheets."""
    rows = Sheet.objects.within(SYSTEM).filter(version=version)
    return {row.rep.code: row.target_total for row in rows if row.rep}
