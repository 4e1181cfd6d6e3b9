"""Plans as tables for the engine, within what somebody may see; the only file that unpacks sheets.

Polars is imported when a table is made: a page that shows kept results does not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from salesyear.core.scope import Scope
from salesyear.engine.plans.ledger import Initiative as Idea
from salesyear.engine.plans.ledger import Leaf
from salesyear.org.models import Rep, Unit, UnitKind
from salesyear.plans.models import Initiative, InitiativeState, Sheet, Version
from salesyear.plans.months import months_of
from salesyear.sales.frames import NONE, keys_of, places

if TYPE_CHECKING:
    import polars as pl

MONTHS = 12
WHOLE = ("last_year", "baseline", "target")


def sheet_cells(scope: Scope, version: Version) -> pl.DataFrame:
    """Return every cell of a version that `scope` sees, one row each.

    Columns: the keys `sheet`, `region`, `territory`, `unit`, `rep`, `customer`, `line` (0: none named); `new`, whether
    it is for new customers; `place`, the month's place in the plan's year (1 to 12), and `month`, its first day;
    `last_year`, `baseline`, `target` in minor units; `prior`, a float. `unit` is today's row of the unit.
    """
    import numpy as np
    import polars as pl

    months = months_of(version.plan)
    parts = []
    for sheet in Sheet.objects.within(scope).filter(version=version).order_by("pk").iterator():
        slots = np.array(sheet.slots, dtype=np.int64).reshape(-1, 3)
        count = len(slots)
        columns = {
            "sheet": np.full(count * MONTHS, sheet.pk),
            "row": np.full(count * MONTHS, sheet.unit_id or NONE),
            "rep": np.full(count * MONTHS, sheet.rep_id or NONE),
            "customer": np.repeat(slots[:, 0], MONTHS),
            "line": np.repeat(slots[:, 1], MONTHS),
            "new": np.repeat(slots[:, 2], MONTHS).astype(bool),
            "place": np.tile(np.arange(1, MONTHS + 1), count),
            **{name: np.frombuffer(getattr(sheet, name), dtype="<i8") for name in WHOLE},
            "prior": np.frombuffer(sheet.prior, dtype="<f8"),
        }
        parts.append(pl.DataFrame(columns, schema=_schema()))
    table = pl.concat(parts) if parts else pl.DataFrame(schema=_schema())
    where = places(scope).select("row", "region", "territory", "unit")
    dated = pl.DataFrame({"place": range(1, MONTHS + 1), "month": months}, schema={"place": pl.Int64, "month": pl.Date})
    joined = table.join(where, on="row", how="left", maintain_order="left").drop("row")
    return joined.join(dated, on="place", how="left", maintain_order="left")


def cash_by_month(scope: Scope, version: Version) -> pl.DataFrame:
    """Return what is to be collected: `unit`, `region`, `territory`, `rep`, `place`, `month`, `cash` in minor units."""
    import numpy as np
    import polars as pl

    rows = [
        (sheet.unit_id or NONE, sheet.rep_id or NONE, place, month, int(amount))
        for sheet in Sheet.objects.within(scope).filter(version=version).order_by("pk").iterator()
        for place, (month, amount) in enumerate(
            zip(months_of(version.plan), np.frombuffer(sheet.cash, dtype="<i8"), strict=False), start=1
        )
    ]
    schema = {"row": pl.Int64, "rep": pl.Int64, "place": pl.Int64, "month": pl.Date, "cash": pl.Int64}
    where = places(scope).select("row", "region", "territory", "unit")
    return pl.DataFrame(rows, schema=schema, orient="row").join(where, on="row", how="left").drop("row")


Where = tuple[int, int]  # the region and the territory that a row of a unit stands in today


def leaves(scope: Scope, version: Version, where: Mapping[int, Where]) -> list[Leaf]:
    """Return each sheet that `scope` sees with its targets and baseline by month, slots added up."""
    import numpy as np

    def months(packed: bytes | memoryview) -> tuple[int, ...]:
        table = np.frombuffer(packed, dtype="<i8").reshape(-1, MONTHS)
        return tuple(int(amount) for amount in table.sum(axis=0))

    rows = Sheet.objects.within(scope).filter(version=version).order_by("unit__path", "rep__code", "pk")
    return [
        Leaf(_place(unit, rep, where), months(target), months(baseline))
        for unit, rep, target, baseline in rows.values_list("unit_id", "rep_id", "target", "baseline").iterator()
    ]


def yearly_leaves(scope: Scope, version: Version, where: Mapping[int, Where]) -> list[Leaf]:
    """Return the same with the year's sums alone, which stand beside the sheets and need no unpacking."""
    rows = Sheet.objects.within(scope).filter(version=version).order_by("unit__path", "rep__code", "pk")
    return [
        Leaf(_place(unit, rep, where), (target,), (baseline,))
        for unit, rep, target, baseline in rows.values_list("unit_id", "rep_id", "target_total", "baseline_total")
    ]


Person = tuple[int, int]  # keys of a unit's row and of a salesperson (0: none)


def leaves_and_parts(
    scope: Scope, version: Version, where: Mapping[int, Where], strategic: frozenset[int]
) -> tuple[dict[Person, Leaf], dict[Person, dict[str, int]]]:
    """Return the leaves by person, and each one's target over the year with how much of its baseline is strategic lines
    and new customers; one query.
    """
    import numpy as np

    leaves, parts = {}, {}
    rows = Sheet.objects.within(scope).filter(version=version).order_by("unit__path", "rep__code", "pk")
    columns = ("unit_id", "rep_id", "slots", "target", "baseline", "target_total")
    for unit, rep, slots, packed, anyway, owed in rows.values_list(*columns).iterator():
        target, baseline = (np.frombuffer(table, dtype="<i8").reshape(-1, MONTHS) for table in (packed, anyway))
        months = (tuple(int(amount) for amount in table.sum(axis=0)) for table in (target, baseline))
        person, known = (unit or NONE, rep or NONE), np.array(slots, dtype=np.int64).reshape(-1, 3)
        leaves[person] = Leaf(_place(unit, rep, where), *months)
        mine = {"strategic": np.isin(known[:, 1], sorted(strategic)), "new": known[:, 2] == 1}
        parts[person] = {name: int(baseline[some].sum()) for name, some in mine.items()} | {"target": owed}
    return leaves, parts


def part_of_target(
    scope: Scope, version: Version, column: Literal["line", "new"], keys: Iterable[int]
) -> tuple[int, int]:
    """Return how much of the target over the year lies in some lines, or in new customers (1), and the whole of it."""
    import numpy as np

    place, wanted, part, whole = {"line": 1, "new": 2}[column], sorted(keys), 0, 0
    rows = Sheet.objects.within(scope).filter(version=version)
    for slots, packed, owed in rows.values_list("slots", "target", "target_total").iterator():
        mine = np.isin(np.array(slots, dtype=np.int64).reshape(-1, 3)[:, place], wanted)
        part += int(np.frombuffer(packed, dtype="<i8").reshape(-1, MONTHS)[mine].sum())
        whole += owed
    return part, whole


def slot_sums(scope: Scope, version: Version, rep: Rep, by: str) -> dict[int, tuple[int, int]]:
    """Return a salesperson's last year and target over the year by key customer, or by line (0: the others)."""
    import numpy as np

    column = ("customer", "line").index(by)
    sums: dict[int, tuple[int, int]] = {}
    rows = Sheet.objects.within(scope).filter(version=version, rep=rep)
    for slots, *packed in rows.values_list("slots", "last_year", "target"):
        last, target = (np.frombuffer(part, dtype="<i8").reshape(-1, MONTHS).sum(axis=1) for part in packed)
        for slot, before, owed in zip(slots, last, target, strict=True):
            known = sums.get(slot[column], (0, 0))
            sums[slot[column]] = (known[0] + int(before), known[1] + int(owed))
    return sums


def ideas(rows: Iterable[Initiative], where: Mapping[int, Where]) -> list[Idea]:
    """Return initiatives as the engine takes them: without those dropped, each with the place it is kept for."""
    return [
        Idea(
            row.pk,
            row.kind,
            tuple(row.months),
            row.chance,
            _lifted(row, where),
            tuple(row.effect_months),
        )
        for row in rows
        if row.state != InitiativeState.DROPPED
    ]


def regions_and_territories(units: Iterable[Unit]) -> dict[int, Where]:
    """Return for each row of a unit the region and the territory it stands in today (0: none)."""
    rows = sorted(units, key=lambda unit: (unit.starts_on, unit.pk))
    today = {unit.code: unit for unit in rows}
    kinds = {unit.pk: unit.kind for unit in rows}
    found = {}
    for unit in rows:
        above = {kinds[key]: key for key in keys_of(today[unit.code].path) if key in kinds}
        found[unit.pk] = (above.get(UnitKind.REGION.value, NONE), above.get(UnitKind.TERRITORY.value, NONE))
    return found


def _place(unit: int | None, rep: int | None, where: Mapping[int, Where]) -> tuple[int, ...]:
    return (*where.get(unit or NONE, (NONE, NONE)), rep or NONE)


def _lifted(row: Initiative, where: Mapping[int, Where]) -> dict[str, frozenset[int]]:
    """What `where` says, within the unit and the salesperson that the initiative is kept for."""
    said = {column: frozenset(int(key) for key in keys) for column, keys in row.where.items() if keys}
    region, territory = where.get(row.unit_id or NONE, (NONE, NONE))
    kept_for = {"region": region, "territory": territory, "rep": row.rep_id or NONE}
    return said | {column: frozenset({key}) for column, key in kept_for.items() if key}


def _schema() -> dict[str, Any]:
    from polars import Boolean, Float64, Int64

    ints = dict.fromkeys(("sheet", "row", "rep", "customer", "line"), Int64)
    return {**ints, "new": Boolean, "place": Int64, **dict.fromkeys(WHOLE, Int64), "prior": Float64}
