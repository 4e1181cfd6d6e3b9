"""Targets as columns: the cells of the plans everybody works by; quotas in the months that no plan covers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.engine.metrics.asking import day_of_month, month_end, month_number
from salesyear.engine.metrics.facts import weekdays
from salesyear.engine.rounding.sharing import share_out
from salesyear.performance.facts.changes import Stamps
from salesyear.performance.facts.columnar import empty, kept, mark_of, schema_of
from salesyear.plans.models import Sheet, State, Version
from salesyear.plans.months import months_of
from salesyear.targets.models import Quota

if TYPE_CHECKING:
    import polars as pl

ALL = Scope.system("targets as columns")
MONTHS = 12


def versions(chosen: Version | None = None) -> list[Version]:
    """The published version of each of the company's plans; the chosen one in place of its plan's own."""
    rows = Version.objects.filter(state=State.PUBLISHED, plan__unit=None).select_related("plan", "plan__currency")
    found = {version.plan_id: version for version in rows}
    if chosen:
        found[chosen.plan_id] = chosen
    return list(found.values())


def files(stamps: Stamps, wanted: Sequence[Version]) -> dict[str, list[Path]]:
    """The files of targets and of what is to be collected: everybody's, whoever asked for them first."""
    with rls.as_owner():
        return _files(stamps, wanted)


def _files(stamps: Stamps, wanted: Sequence[Version]) -> dict[str, list[Path]]:
    found = {name: [empty(name)] for name in ("targets", "cash_targets")}
    for version in wanted:
        mark = f"{version.pk}.{stamps.get(('sheets', version.pk), 0):x}"
        found["targets"].append(kept(f"targets/{mark}", partial(_cells, version)))
        found["cash_targets"].append(kept(f"cash_targets/{mark}", partial(_cash, version)))
    covered = sorted({month_number(day) for version in wanted for day in months_of(version.plan)})
    mark = f"{stamps.get(('quotas', 0), 0):x}.{mark_of([str(month) for month in covered])}"
    found["targets"].append(kept(f"targets/quotas.{mark}", lambda: _quotas(covered)))
    return found


def _cells(version: Version) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    months = np.array([month_number(day) for day in months_of(version.plan)])
    parts = [pl.DataFrame(schema=schema_of("targets"))]
    for sheet in Sheet.objects.within(ALL).filter(version=version).order_by("pk").iterator():
        slots = np.array(sheet.slots, dtype=np.int64).reshape(-1, 3)
        count = len(slots)
        columns = {
            "month": np.tile(months, count),
            "rep": np.full(count * MONTHS, sheet.rep_id or 0),
            "unit": np.full(count * MONTHS, sheet.unit_id or 0),
            **{name: np.repeat(slots[:, place], MONTHS) for place, name in enumerate(("customer", "line", "new"))},
            **{name: np.frombuffer(getattr(sheet, name), dtype="<i8") for name in ("target", "baseline")},
        }
        parts.append(pl.DataFrame(columns, schema=schema_of("targets")))
    return pl.concat(parts)


def _cash(version: Version) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    months = [month_number(day) for day in months_of(version.plan)]
    rows = [
        (month, sheet.rep_id or 0, sheet.unit_id or 0, int(amount))
        for sheet in Sheet.objects.within(ALL).filter(version=version).order_by("pk").iterator()
        for month, amount in zip(months, np.frombuffer(sheet.cash, dtype="<i8"), strict=False)
    ]
    return pl.DataFrame(rows, schema=schema_of("cash_targets"), orient="row")


def _quotas(covered: Sequence[int]) -> pl.DataFrame:
    """Quotas shared out to their months by weekdays, exactly; a quota in another currency than the own is left out."""
    import polars as pl

    taken, rows = set(covered), []
    for quota in Quota.objects.within(ALL).filter(currency__is_base=True).order_by("pk"):
        for month, amount in _shared(quota):
            if month not in taken:
                rows.append((month, quota.rep_id, quota.unit_id or 0, 0, 0, 0, amount, 0))
    return pl.DataFrame(rows, schema=schema_of("targets"), orient="row")


def _shared(quota: Quota) -> list[tuple[int, int]]:
    last = quota.ends_on or month_end(quota.starts_on)
    months = list(range(month_number(quota.starts_on), month_number(last) + 1))
    spans = [(max(quota.starts_on, day_of_month(m)), min(last, month_end(day_of_month(m)))) for m in months]
    parts = share_out(quota.amount, [weekdays(first, end) for first, end in spans])
    return list(zip(months, parts, strict=True))
