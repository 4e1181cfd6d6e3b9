"""The catalogue's figures as this chapter shows and watches them: label, unit, range; and the signals beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext

from salesyear.core import numbers
from salesyear.engine.messages import noop
from salesyear.engine.metrics.catalogue import BY_NAME, FIGURES
from salesyear.engine.metrics.figure import Better, Figure, Unit
from salesyear.engine.performance import alerts as engine
from salesyear.performance.models import Rule

MICRO = 1_000_000
# Shares of a whole: between nothing and all of it. Other shares compare two things and may be anything.
PARTS = frozenset(
    {
        "strategic_mix",
        "new_customer_share",
        "coverage",
        "visit_coverage",
        "penetration",
        "repurchase_rate",
        "churn_rate",
        "win_back_rate",
        "renewal_rate",
        "renewal_rate_value",
        "win_rate",
        "win_rate_value",
        "on_target_share",
        "csat",
    }
)
SIGNALS: Mapping[str, str] = {
    "spikes_that_came_back": noop("Month's ends that came back"),
    "long_terms": noop("Orders with unusually long terms"),
    "loaded_agents": noop("Agents loaded with stock"),
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A figure or signal as a rule sees it: its name and label, its unit, what it can be, which way is better."""

    name: str
    label: str
    unit: str
    least: float = -math.inf
    most: float = math.inf
    better: str = Better.MORE.value


def find(name: str) -> Watched | None:
    """Return a figure or signal by name; None when it is no longer there."""
    if name in SIGNALS:
        return Watched(name, gettext(SIGNALS[name]), Unit.COUNT.value, 0, math.inf, Better.LESS.value)
    figure = BY_NAME.get(name)
    return None if figure is None else _watched(figure)


def choices() -> list[tuple[str, str]]:
    """Return every figure and signal that can be watched, by name, in the catalogue's order."""
    known = [(figure.name, label(figure)) for figure in FIGURES]
    return [*known, *((name, gettext(words)) for name, words in SIGNALS.items())]


def label(figure: Figure) -> str:
    """Return a figure's name in the reader's language."""
    return figure.words.zh if reads_chinese() else figure.words.en


def reads_chinese() -> bool:
    """Whether the words are for a reader of Chinese."""
    return (get_language() or "").startswith("zh")


def engine_rule(rule: Rule) -> engine.Rule:
    """Return a kept rule as the engine judges it."""
    figure = find(rule.figure)
    return engine.Rule(
        kind=engine.Kind(rule.kind),
        side=engine.Side(rule.side),
        limit=rule.limit / MICRO,
        back=None if rule.back is None else rule.back / MICRO,
        periods=rule.periods,
        sigmas=rule.sigmas / MICRO,
        least=figure.least if figure else -math.inf,
        most=figure.most if figure else math.inf,
    )


def text_of(figure: Watched, micros: int | None) -> str:
    """Write a value of a figure: a share in per cent, anything else as a number."""
    if micros is None:
        return numbers.MISSING
    if figure.unit == Unit.SHARE:
        return numbers.percent(micros).text
    number = Decimal(micros) / MICRO
    return numbers.short(number.quantize(Decimal(1)) if number == number.to_integral_value() else round(number, 2))


def line_of(found: Mapping[str, Any]) -> str:
    """Say in one line what a signal found: the row as `readings` keeps it."""
    said = {
        "spike": gettext(
            "%(rep)s, %(month)s: %(share)s of the month in its last days (usual %(usual)s), %(returned)s came back"
        ),
        "term": gettext("Order %(order)s of %(customer)s, %(rep)s: %(days)s days to pay (usual %(usual)s)"),
        "load": gettext("%(agency)s bought %(amount)s, usually %(usual)s: %(months)s months' worth more"),
    }
    return said[found["what"]] % found


def _watched(figure: Figure) -> Watched:
    least, most = -math.inf, math.inf
    if figure.name in PARTS:
        least, most = 0.0, 1.0
    elif figure.unit in {Unit.COUNT, Unit.DAYS, Unit.TIMES}:
        least = 0.0
    elif figure.unit is Unit.POINTS:
        least, most = -100.0, 100.0
    return Watched(figure.name, label(figure), figure.unit.value, least, most, figure.better.value)
