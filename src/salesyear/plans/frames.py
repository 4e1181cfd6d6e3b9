"""Plans as tables for the engine, within what somebody may see; the only file that unpacks sheets.

Polars is imported when a table is made: a page that shows kept results does not pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope
from salesyear.plans.models import Sheet, Version
from salesyear.plans.months import months_of
from salesyear.sales.frames import NONE, places

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


def _schema() -> dict[str, Any]:
    from polars import Boolean, Float64, Int64

    ints = dict.fromkeys(("sheet", "row", "rep", "customer", "line"), Int64)
    return {**ints, "new": Boolean, "place": Int64, **dict.fromkeys(WHOLE, Int64), "prior": Float64}
