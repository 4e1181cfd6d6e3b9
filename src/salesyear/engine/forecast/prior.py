"""What the target solve starts from: baseline and potential blended, cell by cell, with the sentence that says how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from salesyear.engine.messages import EngineError, noop

HISTORY_ONLY = noop("The baseline, %(baseline)s: history alone.")
BLENDED = noop(
    "%(own)s of the baseline %(baseline)s and %(other)s of what the market's potential gives, %(potential)s."
)
FLOORED = noop("No sales to go by: set to the floor of %(floor)s.")
NO_POTENTIAL = noop("The baseline, %(baseline)s: no potential is known here.")


class UnknownBlend(EngineError):
    """A blend asked for by a name nobody gave one."""


@dataclass(frozen=True)
class Blend:
    """A named mixture: `potential` is the weight of the market's potential, the rest is the baseline's."""

    name: str
    potential: float


BLENDS = (Blend("history", 0.0), Blend("mostly_history", 0.2), Blend("balanced", 0.5), Blend("potential", 1.0))


@dataclass(frozen=True)
class PriorParams:
    """blend: see `blend_named`. floor: least prior of a cell, in the unit of the baseline (a planning decision)."""

    blend: Blend
    floor: float = 1.0


def blend_named(name: str, blends: Sequence[Blend] = BLENDS) -> Blend:
    """The blend of that name. Raises UnknownBlend, which lists those there are."""
    for one in blends:
        if one.name == name:
            return one
    raise UnknownBlend(
        noop("There is no blend “%(name)s”. There are: %(names)s."), name=name, names=", ".join(b.name for b in blends)
    )


def prior_of(cells: pl.DataFrame, potential: pl.DataFrame, by: Sequence[str], params: PriorParams) -> pl.DataFrame:
    """`cells` with `potential_part`, `prior`, `reason` and `values`.

    cells: one row per plan cell with `baseline` and the columns `by`. potential: `by` (region and line, say) and
    `potential`. The potential is brought to the baseline's total and handed out within its group by baseline (evenly
    where there is none), so the blend moves sales between groups and never changes the company's total. Where no
    potential is known, the group keeps its baseline. Cells below the floor are raised to it: the solve multiplies, and
    nothing can be made of nothing.
    """
    weight = params.blend.potential
    sums = potential.group_by(list(by)).agg(pl.col("potential").sum())
    rows = cells.join(sums, on=list(by), how="left", maintain_order="left")
    known = pl.col("potential").is_not_null()
    group = pl.col("baseline").sum().over(list(by))
    place = pl.when(group > 0).then(pl.col("baseline") / group).otherwise(1 / pl.len().over(list(by)))
    covered = rows.filter(known)
    total = float(covered["baseline"].sum())
    all_potential = float(covered.unique(list(by))["potential"].sum()) if covered.height else 0.0
    factor = total / all_potential if all_potential > 0 else 0.0
    part = pl.when(known & (all_potential > 0)).then(pl.col("potential") * factor * place).otherwise(pl.col("baseline"))
    mixed = (1 - weight) * pl.col("baseline") + weight * pl.col("potential_part")
    shared = rows.with_columns(potential_part=part).with_columns(mixed=mixed)
    return shared.with_columns(
        prior=pl.max_horizontal("mixed", pl.lit(params.floor)), reason=_reason(params), values=_values(params)
    ).drop("mixed", "potential")


def _reason(params: PriorParams) -> pl.Expr:
    return (
        pl.when(pl.col("mixed") < params.floor)
        .then(pl.lit(FLOORED))
        .when(params.blend.potential == 0)
        .then(pl.lit(HISTORY_ONLY))
        .when(pl.col("potential").is_null())
        .then(pl.lit(NO_POTENTIAL))
        .otherwise(pl.lit(BLENDED))
    )


def _values(params: PriorParams) -> pl.Expr:
    return pl.struct(
        own=pl.lit(f"{1 - params.blend.potential:.0%}"),
        other=pl.lit(f"{params.blend.potential:.0%}"),
        baseline=pl.col("baseline").round(0),
        potential=pl.col("potential_part").round(0),
        floor=pl.lit(params.floor),
    )
