"""Small plans for the tests of the target solve: one region by hand, and random ones that can be met."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from salesyear.engine.targets import Cells, Kind, Plan, Rule, Rules

LEVELS = ("region", "territory", "rep")


def one_region(prior: Mapping[str, float]) -> Cells:
    """One cell per rep, all in the territory East 1."""
    rows = [("East", "East 1", rep, amount) for rep, amount in prior.items()]
    return Cells(pl.DataFrame(rows, schema=[*LEVELS, "prior"], orient="row"), LEVELS)


def two_regions() -> Cells:
    """East (two territories, three reps) and West (one rep), 12 months, lines A and B, key and new customers.

    Every cell expects 100, 110, 120 or 130 for the reps Ann, Bo, Cai and Dee; last year it was 100.
    """
    reps = [("East", "East 1", "Ann"), ("East", "East 1", "Bo"), ("East", "East 2", "Cai"), ("West", "West 1", "Dee")]
    rows = [
        (*rep, month, line, segment, 100.0 + 10 * number, 100.0)
        for number, rep in enumerate(reps)
        for month in range(1, 13)
        for line in ("A", "B")
        for segment in ("key", "new")
    ]
    schema = [*LEVELS, "month", "line", "segment", "prior", "last_year"]
    return Cells(pl.DataFrame(rows, schema=schema, orient="row"), LEVELS)


def exactly(name: str, amount: float, **more: object) -> Rule:
    """Build a total that is fixed."""
    return Rule(name=name, at_least=amount, at_most=amount, **more)  # type: ignore[arg-type]  # the rule checks them


def random_plan(seed: int) -> tuple[Cells, Rules]:
    """Build a random tree with random rules that a hidden plan keeps, so that they can be met together."""
    rng = np.random.default_rng(seed)
    rows = []
    for region in range(rng.integers(1, 4)):
        for territory in range(rng.integers(1, 4)):
            for rep in range(rng.integers(1, 4)):
                rows += [
                    (f"R{region}", f"R{region}T{territory}", f"R{region}T{territory}P{rep}", month, line, segment)
                    for month in range(1, 5)
                    for line in ("A", "B", "C")
                    for segment in ("key", "new")
                    if rng.random() < 0.9 or month == 1
                ]
    frame = pl.DataFrame(rows, schema=[*LEVELS, "month", "line", "segment"], orient="row")
    prior = np.exp(rng.normal(4, 1, frame.height))
    hidden = np.round(prior * np.exp(rng.normal(0.1, 0.4, frame.height))) + 1
    frame = frame.with_columns(pl.Series("prior", prior), pl.Series("hidden", hidden))
    return Cells(frame, LEVELS), Rules(tuple(_random_rules(rng, frame)))


def _random_rules(rng: np.random.Generator, frame: pl.DataFrame) -> list[Rule]:
    def by(*columns: str, where: pl.Expr | None = None) -> dict[str, float]:
        part = frame if where is None else frame.filter(where)
        sums = part.group_by(columns).agg(pl.col("hidden").sum()).rows()
        return {"/".join(map(str, row[:-1])): float(row[-1]) for row in sums}

    months = {key: (amount, amount) for key, amount in by("month").items()}
    regions = {key: (amount, amount) for key, amount in by("region").items()}
    caps = {key: (None, amount * rng.uniform(1.0, 1.1)) for key, amount in by("territory").items()}
    bands = {key: (0.97 * a, max(1.05 * a, a + 1)) for key, a in by("rep").items()}
    whole, part = by("rep"), by("rep", where=pl.col("line") == "A")
    shares = {key: (max(0.0, part.get(key, 0.0) / whole[key] - rng.uniform(0, 0.05)), None) for key in whole}
    locked = frame.sample(1, seed=int(rng.integers(1000))).row(0, named=True)
    where = {column: (str(locked[column]),) for column in (*LEVELS, "month", "line", "segment")}
    return [
        Rule(name="Months", each=("month",), amounts=months),
        Rule(name="Regions", at="region", amounts=regions),
        Rule(name="Territory caps", at="territory", amounts=caps),
        Rule(name="Rep bands", at="rep", amounts=bands),
        Rule(name="Line A", kind=Kind.SHARE, at="rep", where={"line": ("A",)}, amounts=shares),
        exactly("Lock", locked["hidden"], kind=Kind.LOCK, where=where),
    ]


def real(plan: Plan, **where: str) -> float:
    """Sum of a part of a plan before rounding."""
    frame = plan.table()
    for column, value in where.items():
        frame = frame.filter(pl.col(column).cast(pl.String) == value)
    return float(frame["target_real"].sum())
