"""When a figure is worth a word: rules over its recent values, each with a way back that is not the way in.

A rule that fires stays so until the figure has come back past a second limit (hysteresis), so that a figure which
trembles around the limit is one alert and not twenty.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from salesyear.engine.messages import EngineError, noop

D2 = (
    1.128  # mean moving range of two ÷ standard deviation (Montgomery, Introduction to Statistical Quality Control, VI)
)
LEAST_HISTORY = 8  # values before the newest that a control chart needs to know what is usual
MOST_PERIODS = 12


class Kind(StrEnum):
    """How a rule looks at a figure."""

    THRESHOLD = "threshold"
    TREND = "trend"
    CONTROL = "control"
    PACE = "pace"
    SIGNAL = "signal"


class Side(StrEnum):
    """On which side of its limit a figure is worth a word."""

    BELOW = "below"
    ABOVE = "above"


class NeverFires(EngineError):
    """A rule that no value of its figure could ever fire (case 14)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to watch for.

    limit: threshold, pace, signal: the value not to be passed; trend: the least change over its periods, as a share of
    the first value. back: the value by which the alert ends, on the good side of `limit` (None: the limit itself).
    periods: values in a row that must be beyond the limit, or steps in a row the wrong way. sigmas: control charts.
    least, most: what the figure can be at all.
    """

    kind: Kind
    side: Side
    limit: float = 0.0
    back: float | None = None
    periods: int = 1
    sigmas: float = 3.0
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a figure now.

    fires: it is beyond the limit. ends: an open alert is over. Neither: an open alert stays, and no new one opens.
    value: the newest value; limit: what it was held against; None where there is nothing to judge by.
    """

    fires: bool = False
    ends: bool = False
    value: float | None = None
    limit: float | None = None


def judge(rule: Rule, values: Sequence[float | None]) -> Verdict:
    """Judge the values of a figure, oldest first; a value that is missing is no news, good or bad."""
    known = [value for value in values if value is not None]
    if not known or values[-1] is None:
        return Verdict()
    if rule.kind is Kind.TREND:
        return _judge_trend(rule, known)
    if rule.kind is Kind.CONTROL:
        return _judge_control(rule, known)
    return _judge_limit(rule, known)


def check(rule: Rule) -> Rule:
    """Return a rule that can fire and can end. Raises NeverFires, saying why this one cannot."""
    if not 1 <= rule.periods <= MOST_PERIODS:
        raise NeverFires(
            noop("%(periods)d in a row cannot be watched: choose between 1 and %(most)d."),
            periods=rule.periods,
            most=MOST_PERIODS,
        )
    if rule.kind is Kind.TREND:
        _check_trend(rule)
    elif rule.kind is Kind.CONTROL:
        _check_control(rule)
    else:
        _check_limit(rule)
    return rule


def limits_of(known: Sequence[float], sigmas: float) -> tuple[float, float, float] | None:
    """Return lower limit, mean and upper limit of an individuals chart over everything but the newest value.

    None while there is too little history. Method: Shewhart's chart for individuals, spread from the mean moving
    range (Wheeler, Understanding Variation, ch. 3; Nelson 1984, test 1).
    """
    before = known[:-1]
    if len(before) < LEAST_HISTORY:
        return None
    mean = sum(before) / len(before)
    ranges = [abs(after - one) for one, after in itertools.pairwise(before)]
    spread = sigmas * (sum(ranges) / len(ranges)) / D2
    return mean - spread, mean, mean + spread


def _judge_limit(rule: Rule, known: Sequence[float]) -> Verdict:
    newest = known[-rule.periods :]
    fires = len(newest) == rule.periods and all(_beyond(value, rule.limit, rule.side) for value in newest)
    back = rule.limit if rule.back is None else rule.back
    return Verdict(fires, not fires and not _beyond(known[-1], back, rule.side), known[-1], rule.limit)


def _judge_trend(rule: Rule, known: Sequence[float]) -> Verdict:
    """Steps in a row the wrong way that come to enough (Nelson 1984, test 3; the length of the run is the user's)."""
    sign = -1 if rule.side is Side.BELOW else 1
    steps = [sign * (after - one) for one, after in itertools.pairwise(known)]
    if not steps:
        return Verdict(value=known[-1])
    run = steps[-rule.periods :]
    first = known[-len(run) - 1]
    far = sign * (known[-1] - first) >= rule.limit * abs(first)
    fires = len(run) == rule.periods and all(step > 0 for step in run) and far
    return Verdict(fires, steps[-1] <= 0, known[-1], first)


def _judge_control(rule: Rule, known: Sequence[float]) -> Verdict:
    limits = limits_of(known, rule.sigmas)
    if limits is None:
        return Verdict(value=known[-1])
    low, _mean, high = limits
    limit = low if rule.side is Side.BELOW else high
    fires = _beyond(known[-1], limit, rule.side)
    return Verdict(fires, not fires, known[-1], limit)


def _beyond(value: float, limit: float, side: Side) -> bool:
    return value < limit if side is Side.BELOW else value > limit


def _check_limit(rule: Rule) -> None:
    reachable = rule.least < rule.limit if rule.side is Side.BELOW else rule.most > rule.limit
    if not reachable:
        text = (
            noop("This can never be below %(limit)g: its least is %(edge)g.")
            if rule.side is Side.BELOW
            else noop("This can never be above %(limit)g: its most is %(edge)g.")
        )
        raise NeverFires(text, limit=rule.limit, edge=rule.least if rule.side is Side.BELOW else rule.most)
    if rule.back is None:
        return
    if _beyond(rule.back, rule.limit, rule.side):
        raise NeverFires(
            noop("It would end (at %(back)g) before it begins (at %(limit)g): set the end on the good side."),
            back=rule.back,
            limit=rule.limit,
        )
    if not rule.least <= rule.back <= rule.most:
        raise NeverFires(noop("It could never end: %(back)g is outside what the figure can be."), back=rule.back)


def _check_trend(rule: Rule) -> None:
    if rule.periods < 2:
        raise NeverFires(noop("One step is no trend: ask for at least 2 in a row."))
    if rule.limit < 0:
        raise NeverFires(noop("The change of a trend is at least 0."))
    if rule.side is Side.BELOW and rule.least >= 0 and rule.limit > 1:
        raise NeverFires(
            noop("A figure that is never below 0 cannot fall by more than 100 %%: %(limit)g is too much."),
            limit=rule.limit,
        )


def _check_control(rule: Rule) -> None:
    if not 1 <= rule.sigmas <= 6:
        raise NeverFires(
            noop("A control chart with %(sigmas)g standard deviations says nothing: choose between 1 and 6."),
            sigmas=rule.sigmas,
        )
