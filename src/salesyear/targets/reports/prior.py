"""The prior of a plan by region and line: baseline and potential blended, with the sentence for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.core.scope import Scope
from salesyear.market.queries import potential_of_regions
from salesyear.org.models import Unit, UnitKind
from salesyear.sales.frames import keys_of
from salesyear.sales.models import Line
from salesyear.targets.models import Baseline, BaselineCell, Level

Keys = tuple[int, int]  # region, line; 0: none named


@dataclass(frozen=True)
class PriorParams:
    """blend: its name. weight: of the potential, 0 to 1. floor: least prior of a cell, minor units."""

    blend: str
    weight: float
    floor: int


@dataclass(frozen=True)
class PriorCell:
    """A region × line: what was blended, what came out, and why; potential None where nobody knows it."""

    region: Unit | None
    line: Line | None
    baseline: int
    potential: int | None
    prior: int
    reason: str


def priors(scope: Scope, baseline: Baseline, params: PriorParams) -> list[PriorCell]:
    """Blend the baseline of its plan year with the potential of the newest study, both as far as `scope` sees them."""
    import polars as pl

    from salesyear.engine.forecast.prior import Blend, prior_of
    from salesyear.engine.forecast.prior import PriorParams as Engines

    regions, lines, expected = _expected(scope, baseline)
    schema = {"region": pl.Int64, "line": pl.Int64}
    cells = pl.DataFrame(
        [(*keys, float(amount)) for keys, amount in expected.items()], {**schema, "baseline": pl.Float64}, orient="row"
    )
    known = pl.DataFrame(
        [(*keys, float(amount)) for keys, amount in potential_of_regions(scope).items()],
        {**schema, "potential": pl.Float64},
        orient="row",
    )
    blend = Blend(params.blend, params.weight)
    made = prior_of(cells, known, ("region", "line"), Engines(blend, floor=float(params.floor)))
    there = set(known.select("region", "line").iter_rows())
    return [_cell(row, regions, lines, baseline.currency_id, there) for row in made.iter_rows(named=True)]


def _cell(
    row: dict[str, object], regions: dict[int, Unit], lines: dict[int, Line], currency: str, there: set[tuple[int, ...]]
) -> PriorCell:
    figures = {name: round(float(str(row[name]))) for name in ("baseline", "potential_part", "prior")}
    keys = int(str(row["region"])), int(str(row["line"]))
    said = dict(row["values"]) if isinstance(row["values"], dict) else {}
    money = {name: numbers.money(round(said[name]), currency).text for name in ("baseline", "potential", "floor")}
    return PriorCell(
        regions.get(keys[0]),
        lines.get(keys[1]),
        figures["baseline"],
        figures["potential_part"] if keys in there else None,
        figures["prior"],
        gettext(str(row["reason"])) % {**said, **money},
    )


def _expected(scope: Scope, baseline: Baseline) -> tuple[dict[int, Unit], dict[int, Line], dict[Keys, int]]:
    """The baseline of the plan year by region and line, with the units and lines themselves."""
    rows = BaselineCell.objects.within(scope).filter(
        baseline=baseline, level=Level.LINE, months=12, starts_on__year=baseline.year
    )
    units = {unit.pk: unit for unit in Unit.objects.within(scope).filter(kind=UnitKind.REGION)}
    lines: dict[int, Line] = {}
    sums: dict[Keys, int] = defaultdict(int)
    for cell in rows.select_related("unit", "line").order_by("node"):
        path = keys_of(cell.unit.path) if cell.unit else []
        region = next((key for key in path if key in units), 0)
        if cell.line:
            lines[cell.line.pk] = cell.line
        sums[region, cell.line_id or 0] += cell.mean if cell.mean is not None else cell.actual or 0
    return units, lines, dict(sums)
