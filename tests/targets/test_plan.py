"""A plan from the facts: it adds up, keeps its rules, starts anywhere in the year, and says what it was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from django.db.models import Sum

from cast import Cast, sell
from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour
from salesyear.market.models import MarketCell, Study
from salesyear.org.access import scope_of
from salesyear.plans.frames import cash_by_month, sheet_cells
from salesyear.plans.models import Plan, Sheet, State, Version
from salesyear.targets.editing.state import forget
from salesyear.targets.models import Baseline, BaselineCell, Level
from salesyear.targets.reports import BaselineParams, baseline_of_year
from salesyear.targets.reports.audit import audit
from salesyear.targets.services import PlanParams, ask_for_plan, keep_baseline, make_plan
from salesyear.targets.table.asked import asked_for
from salesyear.targets.table.read import table_of

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 1, 20)
LAST_YEAR = 93_600_00  # customers 1 to 12, each n × 100 yuan a month


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


@pytest.fixture
def baseline(cast: Cast) -> Baseline:
    """A baseline of 2026 from the cast's two years, with a customer won in 2025 and some strategic sales."""
    for customer in cast.customers[::4]:
        sell(cast, customer, date(2025, 7, 3), 600_00, "new")
    return keep_baseline(baseline_of_year(SYSTEM, BaselineParams(paths=40), TODAY, quiet), run=None, actor=None)


def total(version: Version, column: str) -> int:
    return int(Sheet.objects.within(SYSTEM).filter(version=version).aggregate(sum=Sum(f"{column}_total"))["sum"])


def test_the_total_is_shared_out_to_the_cent_and_the_packed_amounts_say_the_same(baseline: Baseline) -> None:
    version = make_plan(PlanParams(year=2026, growth=0.1, strategic_share=0, new_customer_share=0))
    last = LAST_YEAR + 3 * 600_00
    assert (version.state, version.number) == (State.DRAFT, 1)
    assert total(version, "last_year") == last
    assert total(version, "target") == version.inputs["total"] == round(last * 1.1)
    cells = sheet_cells(SYSTEM, version)
    for column in ("last_year", "baseline", "target"):
        assert cells[column].sum() == total(version, column)
    assert cash_by_month(SYSTEM, version)["cash"].sum() == total(version, "cash")


def test_every_line_of_every_salesperson_has_the_baselines_own_whole_numbers(baseline: Baseline) -> None:
    version = make_plan(PlanParams(year=2026))
    cells = sheet_cells(SYSTEM, version)
    kept = BaselineCell.objects.within(SYSTEM).filter(baseline=baseline, level=Level.LINE, months=1)
    for cell in kept.filter(starts_on__year=2026):
        where = (cells["rep"] == cell.rep_id) & (cells["line"] == cell.line_id) & (cells["month"] == cell.starts_on)
        assert cells.filter(where)["baseline"].sum() == cell.mean


def test_the_policys_shares_hold_in_every_region(baseline: Baseline, cast: Cast) -> None:
    version = make_plan(PlanParams(year=2026, growth=0.1))
    assert version.inputs["relaxed"] == []
    cells = sheet_cells(SYSTEM, version)
    strategic = cast.products["new"].line_id
    for region in (cast.units["east"].pk, cast.units["west"].pk):
        mine = cells.filter(cells["region"] == region)
        whole = int(mine["target"].sum())
        assert mine.filter(mine["line"] == strategic)["target"].sum() >= 0.30 * whole
        assert mine.filter(mine["new"])["target"].sum() >= 0.15 * whole


def test_bands_give_way_by_the_least_amount_and_it_is_said(baseline: Baseline) -> None:
    """Half of last year's sales cannot leave everybody with 80 % of theirs."""
    version = make_plan(PlanParams(year=2026, growth=-0.5, strategic_share=0, new_customer_share=0))
    relaxed = version.inputs["relaxed"]
    assert {one["rule"] for one in relaxed} == {"Salespeople’s bands"}
    assert total(version, "target") == version.inputs["total"]
    missing = sum(one["asked"][0] - one["now"][0] for one in relaxed)
    assert missing == pytest.approx(0.3 * total(version, "last_year"), rel=0.001)


def test_the_markets_potential_moves_the_plan_and_never_its_total(baseline: Baseline, cast: Cast) -> None:
    """By its market the west could sell as much as the east of the core line; history gives the east nearly all."""
    line = cast.products["core"].line
    assert line
    assert cast.currency
    study = Study.objects.create(
        as_of=date(2025, 12, 31), currency=cast.currency, made_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    for region in ("east", "west"):
        MarketCell.objects.create(
            study=study, unit=cast.units[region], line=line, year=2025, currency=cast.currency, sold=0, potential=7_00
        )
    free = PlanParams(year=2026, growth=0.1, strategic_share=0, new_customer_share=0, rep_least=None)
    plans = {blend: make_plan(replace(free, blend=blend)) for blend in ("history", "balanced", "potential")}
    east = {blend: _of_region(version, cast.units["east"].pk, line.pk) for blend, version in plans.items()}
    west = {blend: _of_region(version, cast.units["west"].pk, line.pk) for blend, version in plans.items()}
    assert {total(version, "target") for version in plans.values()} == {
        round(1.1 * total(plans["history"], "last_year"))
    }
    apart = [abs(east[blend] - west[blend]) for blend in ("history", "balanced", "potential")]
    assert apart[0] > 1.9 * apart[1] > 100 * apart[2]
    assert plans["history"].inputs["potential"] == []
    assert [amount for *_keys, amount in plans["balanced"].inputs["potential"]] == [7_00, 7_00]


def _of_region(version: Version, region: int, line: int) -> int:
    cells = sheet_cells(SYSTEM, version)
    return int(cells.filter((pl.col("region") == region) & (pl.col("line") == line))["target"].sum())


def test_a_fiscal_year_starts_in_any_month(cast: Cast) -> None:
    version = make_plan(PlanParams(year=2026, starts_on=date(2026, 4, 1), growth=0.1), None)
    assert version.plan.name == "2026/27"
    cells = sheet_cells(SYSTEM, version)
    assert (cells["month"].min(), cells["month"].max()) == (date(2026, 4, 1), date(2027, 3, 1))
    assert version.inputs["expected_months"] == 3
    assert total(version, "target") == version.inputs["total"]
    forget()
    asked = asked_for({"down": "region", "measures": "chance"})
    rows = table_of(SYSTEM, version, asked).as_json()["rows"]
    assert all(0 <= row["values"]["chance"]["total"] <= 1 for row in rows)
    assert audit(SYSTEM, version).reps == 3


def test_the_same_facts_and_seed_give_the_same_integers(baseline: Baseline) -> None:
    """Case 19."""
    first, second = (make_plan(PlanParams(year=2026, growth=0.07)) for _ in range(2))
    assert (second.number, second.plan) == (2, first.plan)
    assert first.fingerprint == second.fingerprint
    one, other = (sheet_cells(SYSTEM, version) for version in (first, second))
    assert np.array_equal(one["target"].to_numpy(), other["target"].to_numpy())


def test_a_late_fact_changes_no_version_that_is_kept(baseline: Baseline, cast: Cast) -> None:
    version = make_plan(PlanParams(year=2026, growth=0.07))
    before = sheet_cells(SYSTEM, version)
    sell(cast, cast.customers[0], date(2025, 12, 30), 9_999_00)
    assert before.equals(sheet_cells(SYSTEM, version))
    assert make_plan(PlanParams(year=2026, growth=0.07)).fingerprint != version.fingerprint


def test_from_the_queue_to_the_draft_once(baseline: Baseline, cast: Cast) -> None:
    asked = [ask_for_plan(PlanParams(year=2026, growth=0.1), actor=cast.users["director"], token="a") for _ in range(2)]
    assert asked[0].pk == asked[1].pk
    Labour(scope_of).work_once()
    run = Run.objects.get()
    assert run.state == RunState.DONE, run.error
    assert run.result
    assert Version.objects.get(pk=run.result["version"]).made_by == cast.users["director"]
    assert Plan.objects.count() == 1
