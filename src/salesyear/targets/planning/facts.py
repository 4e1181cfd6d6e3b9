"""The facts a plan starts from: who sold what in the year before, what is expected, and of whom."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from django.db.models import Q
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.market.models import Score, Scoring
from salesyear.org.models import Assignment, PositionKind, Rep, Unit, in_force
from salesyear.plans.months import months_from
from salesyear.sales import frames
from salesyear.sales.models import Line
from salesyear.sales.money import rates_of
from salesyear.targets.models import Baseline, BaselineCell, Level
from salesyear.targets.planning.params import PlanParams
from salesyear.targets.planning.slots import Slots, slots_of

Ints = NDArray[np.int64]
MONTHS = 12


class NoPlan(ValueError):
    """There is nothing to plan on; the text says what is missing and how to mend it."""


@dataclass(frozen=True)
class Leaf:
    """Where targets end up: a unit and a salesperson (0: nobody named), and what it belongs to."""

    region: int
    territory: int
    unit: int
    rep: int


@dataclass(frozen=True)
class PlanFacts:
    """Leaves and slots with their last year and baseline, (slots, months), minor units.

    sold_until: first day of the last month that counts as sold; later months of last year are expected, not known.
    """

    months: tuple[date, ...]
    currency: str
    digits: int
    sold_until: date
    leaves: tuple[Leaf, ...]
    slots: Slots
    strategic: frozenset[int]
    baseline: int
    fingerprint: str

    @property
    def expected_months(self) -> int:
        """How many months of last year are not sold yet but expected."""
        before = months_from(self.months[0].replace(year=self.months[0].year - 1))
        return sum(month > self.sold_until for month in before)


def covering_baseline(params: PlanParams) -> Baseline | None:
    """Return the newest kept baseline that reaches the end of the plan's year and knows the chances of that year."""
    last = months_from(params.first_day)[-1]
    cells = BaselineCell.objects.within(Scope.system("finding a baseline"))
    reach, year = cells.filter(months=1, starts_on=last), cells.filter(months=12, starts_on=params.first_day)
    return Baseline.objects.filter(pk__in=reach.values("baseline")).filter(pk__in=year.values("baseline")).first()


def read_facts(scope: Scope, baseline: Baseline, params: PlanParams, policy: Mapping[str, float]) -> PlanFacts:
    """Read what a plan is made of, with the policy's figures. Raises NoPlan when there is nothing that sells."""
    expected = _expected(scope, baseline)
    sold = frames.sold(scope).filter(pl.col("day") < _next_month(baseline.last_month))
    sold = sold.with_columns(unit=_place()).select("day", "customer", "line", "rep", "unit", "amount")
    places = _places(scope, params)
    holders = _holders(scope, expected, sold, baseline.last_month, params.first_day)
    expected, sold = (_held(table, holders, places) for table in (expected, sold))
    leaves = _leaves(expected, sold, _assigned(scope, params.first_day), places)
    if not leaves:
        raise NoPlan(_("Nobody has sold anything and nobody is assigned to sell: there is nothing to plan on."))
    keys = _key_customers(scope, sold, baseline.last_month, policy["key_account_share"])
    window = Window(baseline.last_month, params.first_day, int(policy["new_customer_lookback"]))
    slots = slots_of(leaves, expected, sold, keys, window, params.most_key)
    rates = rates_of(scope)
    strategic = _strategic(scope, params)
    return PlanFacts(
        tuple(months_from(params.first_day)),
        rates.base,
        rates.decimals[rates.base],
        baseline.last_month,
        leaves,
        slots,
        strategic,
        baseline.pk,
        _fingerprint(leaves, slots, strategic, baseline.fingerprint),
    )


@dataclass(frozen=True)
class Window:
    """sold_until: last month that is known. start: of the plan's year. lookback: months that make a customer new."""

    sold_until: date
    start: date
    lookback: int


def _place() -> pl.Expr:
    """The unit a leaf stands for, as the baseline names it: the territory, else the region, else none."""
    return pl.when(pl.col("territory") > 0).then(pl.col("territory")).otherwise(pl.col("region"))


def _next_month(month: date) -> date:
    return months_from(month)[1]


def _expected(scope: Scope, baseline: Baseline) -> pl.DataFrame:
    """Months of every line of every salesperson as the baseline has them: sold, or expected."""
    cells = BaselineCell.objects.within(scope).filter(baseline=baseline, level=Level.LINE, months=1)
    rows = cells.values_list("unit_id", "rep_id", "line_id", "starts_on", "actual", "mean")
    schema = {"unit": pl.Int64, "rep": pl.Int64, "line": pl.Int64, "day": pl.Date, "actual": pl.Int64, "mean": pl.Int64}
    table = pl.DataFrame(list(rows.iterator(5_000)), schema=schema, orient="row")
    amount = pl.col("mean").fill_null(pl.col("actual")).fill_null(0)
    return table.with_columns(pl.col("unit", "rep", "line").fill_null(frames.NONE), amount=amount).drop(
        "actual", "mean"
    )


def _places(scope: Scope, params: PlanParams) -> pl.DataFrame:
    """Units of the plan with the region and territory they stand in: all, or those below the plan's own unit."""
    table = frames.places(scope).with_columns(unit=_place()).select("unit", "region", "territory").unique()
    if params.unit is None:
        return table
    path = Unit.objects.within(scope).get(pk=params.unit).path
    inside = list(Unit.objects.within(scope).filter(path__startswith=path).values_list("pk", flat=True))
    return table.filter(pl.col("unit").is_in(inside))


def _assigned(scope: Scope, day: date) -> pl.DataFrame:
    """Who fills a selling position on the first day: `unit`, `rep`."""
    open_ = Assignment.objects.within(scope).filter(
        in_force(day), in_force(day, "position__"), position__kind=PositionKind.REP
    )
    rows = list(open_.values_list("position__unit_id", "rep_id"))
    table = pl.DataFrame(rows, schema={"row": pl.Int64, "rep": pl.Int64}, orient="row")
    where = frames.places(scope).with_columns(unit=_place()).select("row", "unit")
    return table.join(where, on="row", how="inner").select("unit", "rep").unique()


def _holders(scope: Scope, expected: pl.DataFrame, sold: pl.DataFrame, until: date, start: date) -> pl.DataFrame:
    """Who is asked for what a salesperson of the past sold in a unit: they themselves, or nobody yet (a vacancy).

    Whoever has left, or has sold nothing there for a year and is not assigned there, is not asked again.
    """
    pairs = pl.concat([expected.select("unit", "rep"), sold.select("unit", "rep")]).unique()
    gone = set(Rep.objects.within(scope).filter(Q(left_on__lte=start)).values_list("pk", flat=True))
    recent = sold.filter(pl.col("day") >= months_from(until.replace(year=until.year - 1))[1])
    active = pl.concat([recent.select("unit", "rep"), _assigned(scope, start)]).unique().with_columns(active=True)
    known = pairs.join(active, on=["unit", "rep"], how="left")
    stays = pl.col("active").fill_null(value=False) & ~pl.col("rep").is_in(list(gone))
    return known.with_columns(holder=pl.when(stays).then("rep").otherwise(frames.NONE)).drop("active")


def _held(table: pl.DataFrame, holders: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    named = table.join(holders, on=["unit", "rep"], how="left").with_columns(rep=pl.col("holder")).drop("holder")
    return named.join(places, on="unit", how="inner")


def _leaves(
    expected: pl.DataFrame, sold: pl.DataFrame, assigned: pl.DataFrame, places: pl.DataFrame
) -> tuple[Leaf, ...]:
    """Everybody with something sold, expected or an open assignment, in the order of the tree."""
    keys = ("region", "territory", "unit", "rep")
    some = [table.filter(pl.col("amount") != 0).select(keys) for table in (expected, sold)]
    rows = pl.concat([*some, assigned.join(places, on="unit", how="inner").select(keys)]).unique().sort(keys)
    return tuple(Leaf(*row) for row in rows.iter_rows())


def _key_customers(scope: Scope, sold: pl.DataFrame, until: date, share: float) -> frozenset[int]:
    """Customers served as key accounts: the policy's share of those who bought last year, and all graded A."""
    year = sold.filter(pl.col("day") >= months_from(until.replace(year=until.year - 1))[1])
    by_sales = year.group_by("customer").agg(pl.col("amount").sum()).filter(pl.col("amount") > 0)
    ranked = by_sales.sort(["amount", "customer"], descending=[True, False])["customer"].to_list()
    count = round(share * len(ranked))
    newest = Scoring.objects.first()
    graded = Score.objects.within(scope).filter(scoring=newest, grade="A").values_list("customer_id", flat=True)
    return frozenset(ranked[:count]) | frozenset(graded)


def _strategic(scope: Scope, params: PlanParams) -> frozenset[int]:
    if params.strategic is not None:
        return frozenset(params.strategic)
    return frozenset(Line.objects.within(scope).filter(strategic=True).values_list("pk", flat=True))


def _fingerprint(leaves: tuple[Leaf, ...], slots: Slots, strategic: frozenset[int], baseline: str) -> str:
    mark = hashlib.sha256(baseline.encode())
    mark.update(repr(leaves).encode())
    mark.update(repr(sorted(strategic)).encode())
    for part in (slots.leaf, slots.keys, slots.last_year, slots.baseline):
        mark.update(np.ascontiguousarray(part).tobytes())
    return mark.hexdigest()
