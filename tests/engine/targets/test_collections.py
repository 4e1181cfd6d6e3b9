"""Cash targets: due dates by hand, rates rounded up, receivables that reconcile to the unit at every node."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.rounding import OrgTree
from salesyear.engine.targets.collections import CollectionParams, CollectionRule, NotATerm, Terms, collect

pytestmark = pytest.mark.once

TEAM = OrgTree.from_pairs([("region", None), ("wang", "region"), ("li", "region")])
MONTHS = ("2027-01", "2027-02", "2027-03", "2027-04")
SALES = np.array([[1_000, 2_000, 3_000, 4_000], [100, 100, 100, 100]])
IN_30_DAYS = Terms(((30, 1),))
ALL = CollectionRule(node=0, rate=Fraction(1))


def test_thirty_days_is_last_months_sales() -> None:
    plan = collect(SALES, TEAM, MONTHS, CollectionParams(IN_30_DAYS, (ALL,)))
    assert plan.cash.tolist() == [[0, 1_000, 2_000, 3_000], [0, 100, 100, 100]]
    assert plan.receivables[:, -1].tolist() == [4_000, 100]
    assert plan.later.tolist() == [4_000, 100]
    assert plan.at_nodes(TEAM)[0].tolist() == [0, 1_100, 2_100, 3_100]


def test_forty_five_days_is_half_one_month_later_and_half_two() -> None:
    assert Terms(((45, 1),)).by_month() == [0, 15, 15]
    plan = collect(SALES, TEAM, MONTHS, CollectionParams(Terms(((45, 1),)), (ALL,)))
    assert plan.cash[0].tolist() == [0, 500, 500 + 1_000, 1_000 + 1_500]


def test_part_in_advance_and_part_after_two_months() -> None:
    terms = Terms(((0, 30), (60, 70)))
    plan = collect(SALES, TEAM, MONTHS, CollectionParams(terms, (ALL,)))
    assert plan.cash[0].tolist() == [300, 600, 900 + 700, 1_200 + 1_400]


def test_what_is_not_collected_stays_due() -> None:
    # 90 % of 1,000 is 900; then 90 % of 2,000 + 100; then of 3,000 + 210.
    plan = collect(SALES, TEAM, MONTHS, CollectionParams(IN_30_DAYS, (CollectionRule(0, Fraction(9, 10)),)))
    assert plan.cash[0].tolist() == [0, 900, 1_890, 2_889]
    assert plan.overdue[0].tolist() == [0, 100, 210, 321]
    assert plan.due[0].tolist() == [0, 1_000, 2_100, 3_210]


def test_rates_are_rounded_up_so_they_hold_above_too() -> None:
    sales = np.array([[1, 0], [1, 0]])
    plan = collect(sales, TEAM, MONTHS[:2], CollectionParams(IN_30_DAYS, (CollectionRule(0, Fraction(95, 100)),)))
    assert plan.cash[:, 1].tolist() == [1, 1]


def test_the_nearer_rule_stands_and_the_month_before_the_year() -> None:
    rules = (
        CollectionRule(1, Fraction(1, 2), month=3),
        CollectionRule(1, Fraction(8, 10)),
        CollectionRule(0, Fraction(9, 10)),
    )
    plan = collect(np.full((2, 4), 1_000), TEAM, MONTHS, CollectionParams(IN_30_DAYS, rules))
    # Wang: 80 % of 1,000; of 1,200; then half of 1,240. Li: 90 % of 1,000; 1,100; 1,110.
    assert plan.cash.tolist() == [[0, 800, 960, 620], [0, 900, 990, 999]]


def test_a_leaf_has_its_own_terms() -> None:
    params = CollectionParams(IN_30_DAYS, (ALL,), terms_by_leaf={1: Terms(((0, 1),))})
    assert collect(SALES, TEAM, MONTHS, params).cash[1].tolist() == [100, 100, 100, 100]


def test_opening_receivables_are_collected_first_due_first() -> None:
    plan = collect(
        SALES,
        TEAM,
        MONTHS,
        CollectionParams(IN_30_DAYS, (ALL,)),
        opening_due=np.array([[500, 50, 0, 0], [0, 0, 0, 0]]),
        opening_overdue=np.array([40, 0]),
    )
    assert plan.cash[0].tolist() == [540, 1_050, 2_000, 3_000]
    assert plan.receivables[0].tolist() == [590 + 1_000 - 540, 1_050 + 2_000 - 1_050, 3_000, 4_000]


def test_tax_is_owed_too() -> None:
    params = CollectionParams(Terms(((0, 1),)), (ALL,), tax=Fraction(13, 100))
    assert collect(np.array([[1_000], [50]]), TEAM, MONTHS[:1], params).cash.tolist() == [
        [1_130],
        [57],
    ]  # 56.5


def test_a_month_of_returns_lowers_what_is_due_and_asks_for_no_cash() -> None:
    plan = collect(np.array([[-300, 1_000, 0], [0, 0, 0]]), TEAM, MONTHS[:3], CollectionParams(IN_30_DAYS, (ALL,)))
    assert plan.cash[0].tolist() == [0, 0, 700]


def test_days_outstanding_at_the_years_end() -> None:
    plan = collect(np.full((2, 4), 1_000), TEAM, MONTHS, CollectionParams(IN_30_DAYS, (ALL,)))
    assert plan.days_outstanding(TEAM, days=120) == [30, 30, 30]  # 1,000 of 4,000 over 120 days
    none = collect(np.zeros((2, 4), dtype=np.int64), TEAM, MONTHS, CollectionParams(IN_30_DAYS, (ALL,)))
    assert none.days_outstanding(TEAM) == [None, None, None]


def test_terms_and_rates_that_mean_nothing_are_refused() -> None:
    for parts in ((), ((-1, 1),), ((30, 0),)):
        with pytest.raises(NotATerm, match="Payment terms need"):
            Terms(parts).by_month()
    with pytest.raises(NotATerm, match="not at 11/10"):
        collect(SALES, TEAM, MONTHS, CollectionParams(IN_30_DAYS, (CollectionRule(0, Fraction(11, 10)),)))


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_receivables_reconcile_at_every_node_and_month(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sales = rng.integers(-50, 10**11, (2, 4))
    parts = tuple((int(rng.integers(0, 120)), int(rng.integers(1, 100))) for _ in range(3))
    rate = Fraction(int(rng.integers(1, 1_000)), 1_000)
    params = CollectionParams(Terms(parts), (CollectionRule(0, rate),), tax=Fraction(int(rng.integers(0, 20)), 100))
    opening_due, overdue = rng.integers(0, 10**9, (2, 4)), rng.integers(0, 10**9, 2)
    plan = collect(sales, TEAM, MONTHS, params, opening_due=opening_due, opening_overdue=overdue)
    opening = TEAM.roll_up(opening_due.sum(axis=1) + overdue)
    flow = TEAM.roll_up(plan.invoiced - plan.cash).cumsum(axis=1)
    assert (TEAM.roll_up(plan.receivables) == opening[:, None] + flow).all()
    assert (plan.later + plan.overdue[:, -1] == plan.receivables[:, -1]).all()
    due, cash = TEAM.roll_up(np.maximum(plan.due, 0)), plan.at_nodes(TEAM)
    assert all(int(c) >= rate * int(d) for c, d in zip(cash.ravel(), due.ravel(), strict=True))
