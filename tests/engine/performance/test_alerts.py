"""Rules over a figure's values: when one fires, when it is over, and which ones never could."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesyear.engine.performance import alerts, quiet
from salesyear.engine.performance.alerts import Kind, NeverFires, Rule, Side, judge
from salesyear.engine.performance.quiet import Hours, NeverTold

pytestmark = pytest.mark.once
PACE = Rule(Kind.PACE, Side.BELOW, limit=0.90, back=0.95)


def told(rule: Rule, values: list[float]) -> list[str]:
    """Walk through a figure's life: what a desk that obeys the verdicts would see after each value."""
    said, is_open = [], False
    for end in range(1, len(values) + 1):
        verdict = judge(rule, values[:end])
        is_open = verdict.fires or (is_open and not verdict.ends)
        said.append("open" if is_open else "-")
    return said


def test_a_figure_that_trembles_at_the_limit_is_one_alert() -> None:
    """Below 90 % it opens, at 95 % it ends; 91 and 94 in between change nothing."""
    values = [0.97, 0.91, 0.89, 0.91, 0.89, 0.94, 0.95, 0.91]
    assert told(PACE, values) == ["-", "-", "open", "open", "open", "open", "-", "-"]


def test_without_the_way_back_the_same_figure_is_two_alerts() -> None:
    """The control: with one limit only, it opens twice."""
    plain = Rule(Kind.PACE, Side.BELOW, limit=0.90)
    assert told(plain, [0.97, 0.91, 0.89, 0.91, 0.89, 0.94]) == ["-", "-", "open", "-", "open", "-"]


def test_three_in_a_row_means_three() -> None:
    rule = Rule(Kind.THRESHOLD, Side.ABOVE, limit=60, periods=3)
    assert told(rule, [61, 62, 59, 61, 61, 61]) == ["-", "-", "-", "-", "-", "open"]


def test_a_trend_is_steps_in_a_row_that_come_to_something() -> None:
    """Three falls in a row of 10 % together; a small rise ends it."""
    rule = Rule(Kind.TREND, Side.BELOW, limit=0.10, periods=3)
    assert told(rule, [100, 99, 95, 91, 92]) == ["-", "-", "-", "-", "-"]  # 9 %: not enough
    assert told(rule, [100, 99, 95, 90, 92]) == ["-", "-", "-", "open", "-"]


def test_a_control_chart_knows_what_is_usual() -> None:
    """Eight values that swing by 2 around 100: mean 100, spread 3 × 2 ÷ 1.128 = 5.3."""
    usual = [101.0, 99.0] * 4
    _low, mean, high = alerts.limits_of([*usual, 0], 3) or (0, 0, 0)
    assert mean == 100
    assert high - mean == pytest.approx(3 * 2 / 1.128)
    rule = Rule(Kind.CONTROL, Side.BELOW)
    assert judge(rule, [*usual, 94.0]).fires
    assert not judge(rule, [*usual, 95.0]).fires
    assert judge(rule, usual).limit is None  # seven before the newest: too little history


def test_what_is_missing_neither_opens_nor_ends() -> None:
    verdict = judge(PACE, [0.5, None])
    assert (verdict.fires, verdict.ends) == (False, False)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (Rule(Kind.THRESHOLD, Side.ABOVE, limit=1.0, least=0, most=1), "never be above 1"),
        (Rule(Kind.THRESHOLD, Side.BELOW, limit=0.0, least=0), "never be below 0"),
        (Rule(Kind.PACE, Side.BELOW, limit=0.9, back=0.8), "end .* before it begins"),
        (Rule(Kind.THRESHOLD, Side.BELOW, limit=0.9, back=1.2, least=0, most=1), "could never end"),
        (Rule(Kind.TREND, Side.BELOW, periods=1), "no trend"),
        (Rule(Kind.TREND, Side.BELOW, periods=3, limit=1.5, least=0), "more than 100 %"),
        (Rule(Kind.CONTROL, Side.BELOW, sigmas=9), "says nothing"),
        (Rule(Kind.THRESHOLD, Side.BELOW, periods=40), "cannot be watched"),
    ],
)
def test_a_rule_that_can_never_fire_is_refused(rule: Rule, why: str) -> None:
    """Case 14."""
    with pytest.raises(NeverFires, match=why):
        alerts.check(rule)


@given(st.floats(0.01, 0.99), st.sampled_from(Side), st.integers(1, 12))
def test_a_limit_that_is_let_through_can_fire(limit: float, side: Side, periods: int) -> None:
    rule = alerts.check(Rule(Kind.THRESHOLD, side, limit=limit, periods=periods, least=0, most=1))
    worst = 0.0 if side is Side.BELOW else 1.0
    assert judge(rule, [worst] * periods).fires


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def test_quiet_hours_go_over_midnight() -> None:
    hours = Hours(time(22), time(7))
    assert quiet.due(hours, at(12)) == at(12)
    assert quiet.due(hours, at(23)) == at(7).replace(day=3)
    assert quiet.due(hours, at(3)) == at(7)
    assert quiet.due(hours, at(7)) == at(7)


def test_a_digest_comes_once_a_day() -> None:
    hours = Hours(digest_at=time(8, 30))
    assert quiet.due(hours, at(8)) == at(8, 30)
    assert quiet.due(hours, at(9)) == at(8, 30).replace(day=3)


@pytest.mark.parametrize(
    "hours", [Hours(time(8), time(8)), Hours(time(22), None), Hours(time(22), time(9), digest_at=time(8))]
)
def test_hours_in_which_nothing_could_be_said_are_refused(hours: Hours) -> None:
    with pytest.raises(NeverTold):
        quiet.check(hours)
