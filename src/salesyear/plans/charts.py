"""The gap bridge: from the baseline over what the initiatives bring, kind by kind, to the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.translation import gettext, pgettext

from salesyear.core import charts, numbers
from salesyear.core.charts import Chart, Mark, Option, Scale, Table
from salesyear.plans.models import Plan


class Step(Protocol):
    """What one kind of initiative brings."""

    @property
    def words(self) -> str:
        """What it is called."""

    @property
    def expected(self) -> int:
        """What it brings on average."""


def gap_bridge(plan: Plan, baseline: int, steps: Sequence[Step], target: int) -> Chart:
    """Columns that stand on each other: baseline (expected, hatched), the kinds, what is open, target (outlined)."""
    digits = plan.currency.digits
    reached = baseline + sum(step.expected for step in steps)
    names = [gettext("Baseline"), *(step.words for step in steps)]
    sizes = [baseline, *(step.expected for step in steps)]
    feet = _feet(baseline, [step.expected for step in steps])
    names, sizes, feet = _with_open(names, sizes, feet, target - reached, reached)
    scale = charts.scale_for(max(target, reached, baseline, 1), digits)
    option = charts.frame([*names, gettext("Target")], _tips([*names, gettext("Target")], [*sizes, target], plan))
    option["xAxis"]["axisLabel"] |= {"interval": 0, "width": 76, "overflow": "break", "hideOverlap": False}
    option["series"] = _series(sizes, feet, target, is_open=reached < target, scale=scale, digits=digits)
    said = gettext("A bridge from the baseline of %(baseline)s to the target of %(target)s: %(open)s is still open.")
    words = {"baseline": _money(baseline, plan), "target": _money(target, plan)}
    return Chart(
        "bridge",
        gettext("From the baseline to the target"),
        charts.money_unit(plan.currency_id, scale),
        str(plan.year),
        said % (words | {"open": _money(max(target - reached, 0), plan)}),
        option,
        Table([gettext("Step"), gettext("Amount")], _rows([*names, gettext("Target")], [*sizes, target], plan)),
        [*charts.key_of("forecast", "plan"), Mark("open", pgettext("gap", "open"))],
    )


def _feet(baseline: int, steps: Sequence[int]) -> list[int]:
    """Where each column stands: at 0, then each step at the lower of its two ends."""
    feet, level = [0], baseline
    for step in steps:
        feet.append(min(level, level + step))
        level += step
    return feet


def _with_open(
    names: list[str], sizes: list[int], feet: list[int], missing: int, reached: int
) -> tuple[list[str], list[int], list[int]]:
    if missing > 0:
        return [*names, gettext("Still open")], [*sizes, missing], [*feet, reached]
    return names, sizes, feet


def _series(
    sizes: Sequence[int], feet: Sequence[int], target: int, *, is_open: bool, scale: Scale, digits: int
) -> list[Option]:
    def on(amounts: Sequence[int | None]) -> list[float | None]:
        return [scale.of(None if amount is None else abs(amount), digits) for amount in amounts]

    last = len(sizes) - 1
    expected = [None if is_open and place == last else size for place, size in enumerate(sizes)]
    missing = [size if is_open and place == last else None for place, size in enumerate(sizes)]
    foot: Option = charts.bars("", on([*feet, 0]), "plan", slot="bridge")
    foot |= {"itemStyle": {"color": "transparent"}, "silent": True}
    still: Option = charts.bars(pgettext("gap", "open"), on([*missing, None]), "plan", slot="bridge")
    return [
        foot,
        charts.bars(gettext("forecast"), on([*expected, None]), "forecast", slot="bridge"),
        still | {"itemStyle": {"color": "--bad"}},
        charts.bars(gettext("plan"), on([*[None] * len(sizes), target]), "plan", slot="bridge"),
    ]


def _tips(names: Sequence[str], sizes: Sequence[int], plan: Plan) -> list[str]:
    return [f"{name}: {_money(size, plan)}" for name, size in zip(names, sizes, strict=True)]


def _rows(names: Sequence[str], sizes: Sequence[int], plan: Plan) -> list[list[str]]:
    return [[name, _exact(size, plan)] for name, size in zip(names, sizes, strict=True)]


def _money(minor: int, plan: Plan) -> str:
    return numbers.money(minor, plan.currency_id, digits=plan.currency.digits).text


def _exact(minor: int, plan: Plan) -> str:
    whole: Any = numbers.major(minor, plan.currency.digits)
    return numbers.grouped(whole, plan.currency.digits)
