"""AdventureWorks: the company's own quotas audited by what was sold, and our plan for its last full year
beside them.

python benchmarks/adventureworks_quotas.py    (SALESYEAR_SHARED_DATA: folder with adventureworks/, else
../shared/data)

A quota quarter runs from its QuotaDate to the day before the next. The last full year is the four quarters
dated 2013 (March 2013 to February 2014). Our plan knows only what was sold before 28 February 2013: each
rep's level of the year before, the company's months of that year, his mix of lines; then the target solve
with its rules. It is given the company's own total for the same reps (so only the sharing differs), and in a
second run last year's growth instead.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.targets import Cells, Kind, Params, Rule, Rules, solve
from salesyear.engine.targets.quality import Audit, audit_past
from salesyear.engine.targets.ratchet import measure_ratchet

Floats = NDArray[np.float64]
START = date(2013, 2, 28)
YEAR_BEFORE = date(2012, 2, 29)
STRATEGIC = ("Clothing", "Accessories")


def folder() -> Path:
    shared = os.environ.get("SALESYEAR_SHARED_DATA")
    base = Path(shared) if shared else Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    return base / "adventureworks"


@dataclass(frozen=True)
class Company:
    """Quotas with what was sold, one row per rep-quarter; sales lines with quota quarter and month of the
    plan year."""

    quotas: pl.DataFrame
    lines: pl.DataFrame
    reps: pl.DataFrame


def read(data: Path) -> Company:
    quotas = pl.read_csv(data / "SalesPersonQuotaHistory.csv", try_parse_dates=True).select(
        rep="BusinessEntityId", quarter=pl.col("QuotaDate").cast(pl.Date), quota="SalesQuota"
    )
    lines = _lines(data, quotas["quarter"].unique().sort())
    sold = lines.group_by("rep", "quarter").agg(sold=pl.col("amount").sum())
    reps = pl.read_csv(data / "sales_employees.csv").select(rep="EmployeeID_K", region=pl.col("Group"))
    return Company(quotas.join(sold, on=["rep", "quarter"]).sort("rep", "quarter"), lines, reps)


def _lines(data: Path, quarters: pl.Series) -> pl.DataFrame:
    """Sales lines; orders stand on the last or first day of a month, so two days on is their month (March =
    1)."""
    products = (
        pl.read_csv(data / "Product.csv", infer_schema_length=None)
        .with_columns(pl.col("ProductSubcategoryId").cast(pl.Int64, strict=False))
        .join(pl.read_csv(data / "ProductSubcategory.csv"), on="ProductSubcategoryId")
        .join(pl.read_csv(data / "ProductCategory.csv"), on="ProductCategoryId", suffix="_line")
        .select("ProductId", line="Name_line")
    )
    sales = pl.read_csv(data / "sales_order_lines.csv.gz", try_parse_dates=True)
    place = quarters.search_sorted(sales["OrderDate"], side="right") - 1
    return sales.join(products, left_on="ProductID_FK", right_on="ProductId").select(
        rep="EmployeeID_FK",
        amount="LineTotal",
        line="line",
        quarter=pl.Series(quarters.gather(place)),
        month=(pl.col("OrderDate").dt.offset_by("2d").dt.month() + 9) % 12 + 1,
    )


def size_before(quotas: pl.DataFrame) -> pl.DataFrame:
    """Size of the territory when the quota was set: what the rep sold on average in his four quarters
    before."""
    before = pl.col("sold").shift(1).rolling_mean(window_size=4, min_samples=1).over("rep")
    last_year = pl.col("sold").shift(4).over("rep")
    return quotas.sort("rep", "quarter").with_columns(size=before, last_year=last_year)


def year_on_year(quotas: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Quota, sales and the quota of the same quarter a year later, for the ratchet."""
    steps = quotas.with_columns(following=pl.col("quota").shift(-4).over("rep")).drop_nulls("following")
    return _floats(steps, "quota"), _floats(steps, "sold"), _floats(steps, "following")


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def prior(company: Company, day: date) -> pl.DataFrame:
    """Cells of a plan year before any rule: rep's level x company's month x rep's mix, from sales before `day`.

    Season and mix: the year before START. Level: what the rep sold in his last four quarters before `day`, over the
    share of the year that those months are (a rep who came in June is not half a rep).
    """
    past = company.lines.filter(pl.col("quarter") < day)
    season = _season(company)
    recent = past.filter(pl.col("quarter").rank("dense", descending=True) <= 4)
    worked = recent.group_by("rep").agg(first=pl.col("quarter").min())
    seen = recent.select("quarter", "month").unique().join(season, on="month")
    known = worked.join(seen, how="cross").filter(pl.col("quarter") >= pl.col("first"))
    level = recent.group_by("rep").agg(sold=pl.col("amount").sum())
    level = level.join(known.group_by("rep").agg(part=pl.col("season").sum()), on="rep")
    mix = recent.group_by("rep", "line").agg(mix=pl.col("amount").sum())
    mix = mix.with_columns(pl.col("mix") / pl.col("mix").sum().over("rep"))
    cells = level.join(mix, on="rep").join(season, how="cross").join(company.reps, on="rep")
    return cells.select(
        region=pl.col("region").fill_null("Managers"),
        rep=pl.col("rep").cast(pl.String),
        month="month",
        line="line",
        prior=100 * pl.col("sold") / pl.col("part") * pl.col("mix") * pl.col("season"),
    ).sort("region", "rep", "month", "line")


def _season(company: Company) -> pl.DataFrame:
    """Share of each month in the year before START, of the reps who were there from its first quarter on."""
    year = company.lines.filter((pl.col("quarter") >= YEAR_BEFORE) & (pl.col("quarter") < START))
    there = year.filter(pl.col("quarter") == YEAR_BEFORE)["rep"].unique()
    months = year.filter(pl.col("rep").is_in(there.implode())).group_by("month").agg(season=pl.col("amount").sum())
    return months.with_columns(pl.col("season") / pl.col("season").sum())


def our_plan(cells: pl.DataFrame, total: int) -> pl.DataFrame:
    """Solve with the company's total, a band for each rep and a better mix: amounts per rep and month."""
    expected = _floats(cells, "prior")
    growth = 100 * total / expected.sum()
    strategic = cells["line"].is_in(STRATEGIC).to_numpy()
    share = round(expected[strategic].sum() / expected.sum() + 0.01, 4)
    rules = Rules(
        (
            Rule(name="Company total", at_least=100 * total, at_most=100 * total),
            Rule(name="Rep band", at="rep", at_least=0.8 * growth, at_most=1.2 * growth, relative_to="prior"),
            Rule(name="Strategic lines", kind=Kind.SHARE, where={"line": STRATEGIC}, at_least=share),
        )
    )
    plan = solve(Cells(cells, ("region", "rep")), rules, Params(unit=10_000))
    if not plan.met:
        raise SystemExit("The plan's rules could not be met.")
    table = plan.table().with_columns(pl.col("rep").cast(pl.Int64))
    return table.group_by("rep", "month").agg(ours=pl.col("target").sum() / 100)


def show(title: str, audit: Audit, quota: Floats, sold: Floats) -> None:
    attained = sold / quota
    level = np.median(attained)
    print(f"\n{title}: {quota.size} rep-quarters, quota {quota.sum():,.0f}, sold {sold.sum():,.0f}")
    print(
        f"  attainment: total {sold.sum() / quota.sum():.3f}, mean {attained.mean():.3f}, sd {attained.std():.3f}, "
        f"min {attained.min():.2f}, max {attained.max():.2f}; around its median {level:.2f}: "
        f"sd {(attained / level).std():.3f}, within ±20 % {(np.abs(attained / level - 1) <= 0.2).mean():.0%}"
    )
    for finding in audit.findings:
        print(f"  {finding.verdict:8}{finding.name:10}{finding.says % finding.values} {finding.mend % finding.values}")


def show_ratchet(quotas: pl.DataFrame) -> None:
    quota, sold, following = year_on_year(quotas)
    for name, level in (("100 %", 1.0), ("the usual attainment", float(np.median(sold / quota)))):
        found = measure_ratchet(quota, sold / level, following)
        if found:
            print(
                f"  ratchet around {name}: after a beat {found.after_beat:.2f}, after a miss {found.after_miss:.2f}, "
                f"difference {found.asymmetry:.2f} ± {2 * found.error:.2f} ({found.steps} steps)"
            )


def audited(title: str, table: pl.DataFrame, column: str) -> None:
    quota, sold, size = (_floats(table, name) for name in (column, "sold", "size"))
    show(title, audit_past(quota, sold, size), quota, sold)


def year_ahead(company: Company, year: pl.DataFrame) -> None:
    """One plan for the whole year, with the company's total and with last year's level."""
    cells = prior(company, START)
    known = year.filter(pl.col("rep").is_in(cells["rep"].cast(pl.Int64).unique().implode()))
    left_out = year["rep"].n_unique() - known["rep"].n_unique()
    audited(f"The company's quotas, plan year ({left_out} reps came later and are left out)", known, "quota")
    totals = {"the company's total": int(known["quota"].sum()), "last year's level": round(cells["prior"].sum() / 100)}
    for name, total in totals.items():
        plan = our_plan(cells, total).group_by("rep", number=(pl.col("month") - 1) // 3).agg(pl.col("ours").sum())
        both = known.join(plan.with_columns(pl.col("number").cast(pl.Int64)), on=["rep", "number"])
        audited(f"Our plan a year ahead, {name}", both, "ours")
        show_beside_growth(both, total)


def show_beside_growth(both: pl.DataFrame, total: int) -> None:
    """Ours beside what planners do by hand: the same quarter of last year, grown to the same total."""
    same = both.drop_nulls("last_year")
    same = same.with_columns(grown=pl.col("last_year") * (total / same["last_year"].sum()))
    whole = both.group_by("rep").agg(pl.col("ours", "quota", "sold").sum())
    for name, table, column in (
        ("rep-quarters, ours", same, "ours"),
        ("rep-quarters, last year grown", same, "grown"),
        ("rep-quarters, the company's", same, "quota"),
        ("rep-years, ours", whole, "ours"),
        ("rep-years, the company's", whole, "quota"),
    ):
        attained = _floats(table, "sold") / _floats(table, column)
        attained = attained / np.median(attained)
        print(
            f"  around the median: {table.height:3} {name:31} sd {attained.std():.3f}, "
            f"within ±20 % {(np.abs(attained - 1) <= 0.2).mean():.0%}"
        )


def quarter_ahead(company: Company, year: pl.DataFrame) -> None:
    """A plan for each quarter from what was sold before it, with the company's total of that quarter."""
    parts = []
    for (number, quarter), known in year.sort("quarter").group_by("number", "quarter", maintain_order=True):
        day, place = pl.Series([quarter], dtype=pl.Date)[0], pl.Series([number], dtype=pl.Int64)[0]
        cells = prior(company, day).filter((pl.col("month") - 1) // 3 == place)
        reps = cells["rep"].cast(pl.Int64).unique()
        mine = known.filter(pl.col("rep").is_in(reps.implode()))
        cells = cells.filter(pl.col("rep").cast(pl.Int64).is_in(mine["rep"].implode()))
        plan = our_plan(cells, int(mine["quota"].sum())).group_by("rep").agg(pl.col("ours").sum())
        parts.append(mine.join(plan, on="rep"))
    both = pl.concat(parts)
    audited("The company's quotas, the same rep-quarters", both, "quota")
    audited("Our plan made anew each quarter, the company's totals", both, "ours")


def show_newcomers(quotas: pl.DataFrame) -> None:
    """Could these quotas have been set before the sales? Look at people who had never sold anything."""
    first = quotas.filter(pl.col("size").is_null() & (pl.col("quarter") > quotas["quarter"].min()))
    values = _floats(first, "sold") / _floats(first, "quota")
    print(
        f"  first quarters of {first.height} reps who joined later, without any history: "
        f"attained {values.min():.2f} to {values.max():.2f}"
    )


def main() -> None:
    company = read(folder())
    quotas = size_before(company.quotas)
    audited("The company's quotas, where a size is known before", quotas.drop_nulls("size"), "quota")
    quota, sold = _floats(quotas, "quota"), _floats(quotas, "sold")
    show("The company's quotas, all", audit_past(quota, sold, quota), quota, sold)
    show_ratchet(quotas)
    show_newcomers(quotas)
    dates = sorted(day for day in quotas["quarter"].unique() if START <= day < date(2014, 2, 1))
    year = quotas.join(pl.DataFrame({"quarter": dates, "number": range(len(dates))}), on="quarter")
    year = year.with_columns(pl.col("number").cast(pl.Int64))
    year_ahead(company, year.filter(pl.col("size").is_not_null()))
    quarter_ahead(company, year.filter(pl.col("size").is_not_null()))


if __name__ == "__main__":
    main()
