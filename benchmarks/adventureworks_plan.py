"""AdventureWorks: its last full year (March 2013 to February 2014) planned from the years before, all rules on.

python benchmarks/adventureworks_plan.py    (SALESYEAR_SHARED_DATA: folder with adventureworks/)

Prior: the baseline of engine.forecast by region, rep and line on what was sold to February 2013, a fifth of it moved to
where stores promise more (potential), months as forecast, new customers as each line had them. Rules: company and
region totals, strategic lines (all but bikes) at least 30 %, new customers at least 15 %, a band for each rep, quarter
profiles, one cell held by lock; cash targets from the sales targets. Then why, chances from coherent sample paths,
the same with equal difficulty for a prior, and quota quality beside the company's own quotas and what was then really
sold: once for the year, once made anew each quarter from the sales to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
from adventureworks_quotas import Company, folder, read, show, size_before
from numpy.typing import NDArray
from shared_data import adventureworks, path

from salesyear.engine.forecast.baseline import Baseline, BaselineParams, baseline
from salesyear.engine.forecast.panel import PanelParams, panel_of
from salesyear.engine.forecast.prior import PriorParams, blend_named, prior_of
from salesyear.engine.market.potential import attainable_by_best
from salesyear.engine.rounding import OrgTree
from salesyear.engine.targets import Cells, Kind, Params, Plan, Priority, Rule, Rules, conflicts, explain, solve
from salesyear.engine.targets.chance import Chances, chances, equal_difficulty
from salesyear.engine.targets.collections import CollectionParams, CollectionRule, Terms, collect
from salesyear.engine.targets.quality import audit_past

Floats = NDArray[np.float64]
START, KNOWN = date(2013, 3, 1), 21  # the first month of the plan, and the months before it
LEVELS = ("group", "rep")
STRATEGIC = ("Accessories", "Clothing", "Components")
UNIT = 10_000  # one hundred dollars, in cents


@dataclass(frozen=True)
class Expected:
    """Cells of the months ahead with their prior in cents; paths: (paths, reps, months) in dollars, reps in order."""

    cells: pl.DataFrame
    paths: Floats
    reps: pl.DataFrame


def expect(facts: pl.DataFrame, known: int, months: int) -> Expected:
    """Forecast the months after the first `known`, from those alone."""
    panel = panel_of(facts, PanelParams((*LEVELS, "category")))
    made = baseline(panel.up_to(known), BaselineParams(horizon=months, paths=1_000))
    before = facts.filter(pl.col("date") < made.periods[0])
    leaves = panel.tree.leaves
    steps = leaves[np.repeat(np.arange(leaves.height), months)].with_columns(
        month=pl.Series(_months(made)).gather(pl.Series(np.tile(np.arange(months), leaves.height))),
        baseline=100 * pl.Series(made.mean[panel.tree.leaf_nodes].ravel()),
    )
    cells = steps.rename({"category": "line"}).filter(pl.col("baseline").sum().over("group", "rep") > 0)
    cells = with_new(with_potential(cells, before), before)
    reps = cells.select(LEVELS).unique().sort(LEVELS)
    return Expected(cells, rep_paths(made, reps), reps)


def _months(made: Baseline) -> list[int]:
    """Months of the plan year, March being 1."""
    return [(day.month - START.month) % 12 + 1 for day in made.periods]


def with_potential(cells: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Move a fifth of the baseline to where there are more stores per dollar sold, by region and line."""
    stores = pl.read_csv(path("adventureworks/Customer.csv.gz"), infer_schema_length=None)
    stores = stores.filter(pl.col("StoreId").is_not_null()).unique("StoreId")
    groups = pl.read_csv(path("adventureworks/SalesTerritory.csv")).select("TerritoryId", region="Group")
    index = stores.join(groups, on="TerritoryId").group_by("region").agg(units=pl.len())
    last = before.filter(pl.col("date") >= pl.col("date").max().dt.offset_by("-11mo"))
    own = last.group_by(region="group", line="category").agg(pl.col("amount").sum())
    potential = attainable_by_best(own, index).rename({"region": "group"})
    blended = prior_of(cells, potential, ("group", "line"), PriorParams(blend_named("mostly_history"), floor=0.0))
    return blended.select(*LEVELS, "line", "month", "baseline", "prior")


def with_new(cells: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Divide cells between known customers and new ones: sales within twelve months of a customer's first purchase."""
    first = before.group_by("customer").agg(first=pl.col("date").min())
    last = before.filter(pl.col("date") >= pl.col("date").max().dt.offset_by("-11mo")).join(first, on="customer")
    young = (pl.col("first") > before["date"].min()) & (pl.col("date") < pl.col("first").dt.offset_by("12mo"))
    new = pl.col("amount").filter(young).sum() / pl.col("amount").sum()
    share = last.group_by(line="category").agg(new=new.clip(0.02, 0.9))
    joined = cells.join(share, on="line", how="left").with_columns(pl.col("new").fill_null(0.1))
    parts = [
        joined.with_columns(pl.col("prior", "baseline") * part, segment=pl.lit(name)).drop("new")
        for name, part in (("known", 1 - pl.col("new")), ("new", pl.col("new")))
    ]
    return pl.concat(parts).sort(*LEVELS, "month", "line", "segment")


def rep_paths(made: Baseline, reps: pl.DataFrame) -> Floats:
    """Sample paths of the reps, (paths, reps, months)."""
    tree = made.paths.tree
    known = tree.leaves.select(LEVELS).unique(maintain_order=True)
    place = {row: node for node, row in enumerate(known.rows())}
    nodes = tree.nodes(2).start + np.array([place[row] for row in reps.rows()])
    return np.asarray(made.paths.values[nodes].transpose(2, 0, 1), dtype=np.float64)


def rules(cells: pl.DataFrame, total: float) -> Rules:
    """All kinds of rules, none of them knowing what was sold in the plan year; total in cents."""
    growth = total / float(cells["prior"].sum())
    whole = round(total / UNIT) * UNIT
    sums = cells.group_by("group").agg(pl.col("prior").sum()).sort("group")
    regions = [round(growth * amount / UNIT) * UNIT for amount in sums["prior"].to_list()]
    regions[-1] += whole - sum(regions)
    held = cells.filter(pl.col("segment") == "known").sort("prior", descending=True).row(0, named=True)
    where = {name: (str(held[name]),) for name in (*LEVELS, "month", "line", "segment")}
    amount = float(round(held["prior"] / UNIT) * UNIT)
    quarter = cells.group_by(q=(pl.col("month") - 1) // 3 + 1).agg(pl.col("prior").sum())
    part = {str(q): p / cells["prior"].sum() for q, p in quarter.rows()}
    return Rules(
        (
            Rule(name="Company total", at_least=whole, at_most=whole, owner="CFO", reason="budget"),
            Rule(name="Regions", at="group", amounts=dict(zip(sums["group"], [(a, a) for a in regions], strict=True))),
            Rule(name="Strategic lines", kind=Kind.SHARE, where={"line": STRATEGIC}, at_least=0.30),
            Rule(name="New customers", kind=Kind.SHARE, where={"segment": ("new",)}, at_least=0.15),
            Rule(name="Rep band", at="rep", at_least=0.8 * growth, at_most=1.25 * growth, relative_to="prior"),
            Rule(name="Quarters", kind=Kind.PROFILE, each=("quarter",),
                 amounts={q: (max(0.0, p - 0.01), min(1.0, p + 0.01)) for q, p in part.items()}),
            Rule(name="Contract", kind=Kind.LOCK, where=where, at_least=amount, at_most=amount, owner="key account",
                 priority=Priority.LOCK),
        )
    )  # fmt: skip


def planned(cells: pl.DataFrame, total: float) -> Plan:
    """Solve; a plan that cannot be met says why and ends."""
    plan = solve(Cells(cells, LEVELS), rules(cells, total), Params(unit=UNIT))
    if not plan.met:
        raise SystemExit("; ".join(one.sentence() for one in conflicts(plan)))
    return plan


def quarters(plan: Plan) -> pl.DataFrame:
    """Targets per rep and quarter, in dollars."""
    number = ((pl.col("month") - 1) // 3).cast(pl.Int64)
    table = plan.table().with_columns(pl.col("rep").cast(pl.Int64), number=number)
    return table.group_by("rep", "number").agg(ours=pl.col("target").sum() / 100)


def tell_why(plan: Plan) -> None:
    """A few numbers as products, each checked to multiply exactly."""
    big = plan.table().group_by("rep").agg(pl.col("target").sum()).sort("target", descending=True)["rep"][0]
    for where in ({}, {"group": ("Europe",)}, {"rep": (big,)}, {"rep": (big,), "month": ("1",), "line": ("Clothing",)}):
        why = explain(plan, where)
        product = why.prior * float(np.prod([part.factor for part in why.parts if part.factor]))
        told = " x ".join(f"{part.factor:.4f} ({part.name})" for part in why.parts if part.factor)
        name = ", ".join(f"{key} {value[0]}" for key, value in where.items()) or "company"
        print(
            f"  {name}: {why.prior / 100:,.0f} x {told} = {why.target / 100:,.0f} (off by {product - why.target:.0e})"
        )


def tell_rules(plan: Plan) -> None:
    """Rules as they came out."""
    for row in plan.rows.filter(~pl.col("rule").is_in(["Rep band"])).to_dicts():
        if abs(row["multiplier"]) > 1e-12 or row["rule"] in ("Strategic lines", "New customers"):
            value = f"{row['value']:.4f}" if abs(row["value"]) <= 1 else f"{row['value'] / 100:,.0f}"
            print(f"  {row['rule']} {row['node']} {row['values']}: {value}, multiplier {row['multiplier']:+.4f}")
    bound = plan.rows.filter((pl.col("rule") == "Rep band") & (pl.col("multiplier").abs() > 1e-12)).height
    print(f"  reps at an end of their band: {bound} of {plan.model.org.tree.leaves}")


def by_rep(plan: Plan, reps: pl.DataFrame) -> NDArray[np.int64]:
    """Targets, reps x months, in cents."""
    sums = plan.table().group_by(*LEVELS, "month").agg(pl.col("target").sum())
    wide = sums.sort("month").pivot("month", index=LEVELS, values="target")
    return reps.join(wide, on=LEVELS, maintain_order="left").drop(LEVELS).to_numpy().astype(np.int64)


def tell_chances(name: str, targets: NDArray[np.int64], expected: Expected) -> None:
    """Chances of company, regions and reps."""
    tree = tree_of(expected.reps)
    nodes = tree.roll_up(targets).astype(np.float64) / 100
    found: Chances = chances(expected.paths, nodes, tree)
    reps = found.year[tree.leaves]
    upper = ", ".join(f"{key} {found.year[i]:.0%}" for i, key in enumerate(tree.keys) if i not in set(tree.leaves))
    low, high = np.quantile(reps, [0.1, 0.9])
    print(f"  {name}: {upper}; reps {reps.min():.0%} to {reps.max():.0%}, tenth to ninetieth {high - low:.0%} apart")


def tree_of(reps: pl.DataFrame) -> OrgTree:
    """Company, groups, reps in the order of the table."""
    groups: list[tuple[str, str | None]] = [(name, "company") for name in reps["group"].unique().sort()]
    leaves = [(f"{group}/{rep}", group) for group, rep in reps.rows()]
    return OrgTree.from_pairs([("company", None), *groups, *leaves])


def equally_hard(expected: Expected, total: float) -> pl.DataFrame:
    """Cells with targets of equal difficulty for a prior; lines and customers divided as before."""
    made = equal_difficulty(expected.paths, total / 100)
    months = np.tile(np.arange(1, made.targets.shape[1] + 1), expected.reps.height)
    wanted = expected.reps[np.repeat(np.arange(expected.reps.height), made.targets.shape[1])].with_columns(
        month=pl.Series(months, dtype=expected.cells["month"].dtype), wanted=pl.Series(100 * made.targets.ravel())
    )
    print(f"  every rep's year at a chance of {made.chance:.0%}")
    part = pl.col("prior") / pl.col("prior").sum().over(*LEVELS, "month")
    joined = expected.cells.join(wanted, on=[*LEVELS, "month"], maintain_order="left")
    return joined.with_columns(prior=(pl.col("wanted") * part).fill_nan(0.0)).drop("wanted")


def tell_cash(targets: NDArray[np.int64], reps: pl.DataFrame) -> None:
    """Cash targets: half due after 30 days, half after 60, 95 % of what is due to be collected."""
    params = CollectionParams(Terms(((30, 1), (60, 1))), (CollectionRule(0, Fraction(95, 100)),))
    cash = collect(targets, tree_of(reps), range(1, 13), params)
    balance = int(cash.invoiced.sum() - cash.cash.sum() - cash.receivables[:, -1].sum())
    print(
        f"  invoiced {cash.invoiced.sum() / 100:,.0f}, cash {cash.cash.sum() / 100:,.0f}, receivables at the end "
        f"{cash.receivables[:, -1].sum() / 100:,.0f}; invoiced - cash - receivables = {balance} cents"
    )


def audited(title: str, table: pl.DataFrame, column: str) -> None:
    """Audit one set of quotas against what was sold."""
    quota, sold, size = (table[name].cast(pl.Float64).to_numpy() for name in (column, "sold", "size"))
    show(title, audit_past(quota, sold, size), quota, sold)


def of_year(company: Company) -> pl.DataFrame:
    """The company's quotas of the plan year with sales, size before, and the quarter's number."""
    days = [date(2013, 2, 28), date(2013, 5, 30), date(2013, 8, 30), date(2013, 11, 30)]
    held = sorted(day for day in company.quotas["quarter"].unique() if days[0] <= day < date(2014, 2, 1))
    numbers = pl.DataFrame({"quarter": held, "number": range(len(held))}, schema_overrides={"number": pl.Int64})
    return size_before(company.quotas).join(numbers, on="quarter").filter(pl.col("size").is_not_null())


def anew_each_quarter(facts: pl.DataFrame, year: pl.DataFrame) -> pl.DataFrame:
    """Targets of each quarter from a forecast made at its start, shared to the company's own total of that quarter."""
    parts = []
    for number in range(4):
        known = KNOWN + 3 * number
        cells = expect(facts, known, 3).cells
        mine = year.filter(pl.col("number") == number)
        both = cells.group_by(rep=pl.col("rep").cast(pl.Int64)).agg(pl.col("prior").sum() / 100)
        joined = mine.join(both, on="rep")
        factor = float(joined["quota"].sum()) / float(joined["prior"].sum())
        parts.append(joined.with_columns(ours=pl.col("prior") * factor).filter(pl.col("ours") > 0))
    return pl.concat(parts)


def hindsight(company: Company) -> None:
    """Do quotas follow the sales of their own quarter, which nobody knew, or those before, which everybody did?"""
    steps = company.quotas.sort("rep", "quarter").with_columns(
        quota_step=(pl.col("quota") / pl.col("quota").shift(1).over("rep")).log(),
        sold_step=(pl.col("sold") / pl.col("sold").shift(1).over("rep")).log(),
    )
    steps = steps.with_columns(before=pl.col("sold_step").shift(1).over("rep")).drop_nulls()
    same = steps.select(pl.corr("quota_step", "sold_step")).item()
    past = steps.select(pl.corr("quota_step", "before")).item()
    ahead = steps.select(pl.corr("before", "sold_step")).item()
    print(
        f"\nhindsight, {steps.height} quarter-to-quarter steps (logs), correlations: quota with the sales of its own "
        f"quarter {same:.3f}, quota with the sales step before {past:.3f}; sales with the step before {ahead:.3f}"
    )


def main() -> None:
    """Print the plan and the comparison."""
    facts, company = adventureworks(), read(folder())
    year = of_year(company)
    expected = expect(facts, KNOWN, 12)
    known = year.filter(pl.col("rep").is_in(expected.reps["rep"].cast(pl.Int64).implode()))
    for name, total in (
        ("the company's total", 100.0 * float(known["quota"].sum())),
        ("what the forecast expects", float(expected.cells["prior"].sum())),
    ):
        print(f"\n== {name}: {total / 100:,.0f} ==")
        plan = planned(expected.cells, total)
        tell_rules(plan)
        tell_why(plan)
        targets = by_rep(plan, expected.reps)
        tell_cash(targets, expected.reps)
        tell_chances("chances, prior of baseline and potential", targets, expected)
        fair = planned(equally_hard(expected, min(total, float(100 * expected.paths.sum(axis=(1, 2)).max()))), total)
        tell_chances("chances, prior of equal difficulty", by_rep(fair, expected.reps), expected)
        for title, one in (("Our plan a year ahead", plan), ("The same, equal difficulty", fair)):
            both = known.join(quarters(one), on=["rep", "number"])
            audited(f"{title}, {name}", both.filter(pl.col("ours") > 0), "ours")
            whole = both.group_by("rep").agg(pl.col("ours", "quota", "sold").sum(), pl.col("size").first())
            audited(f"{title}, {name}, rep-years", whole.filter(pl.col("ours") > 0), "ours")
    again = anew_each_quarter(facts, year)
    audited("Made anew each quarter from sales to date, the company's totals", again, "ours")
    audited("The company's quotas, the same rep-quarters", again, "quota")
    hindsight(company)


if __name__ == "__main__":
    main()
