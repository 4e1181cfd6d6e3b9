"""What a chapter row's page is made of: goals against where we stand, the list behind them, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.core.scope import Scope
from salesyear.plans.models import InitiativeKind, Plan, Version
from salesyear.plans.policy import BY_NAME
from salesyear.plans.words import value_words

Kind = Literal["text", "long", "money", "count", "share", "day"]
WHOLE = 1_000_000


@dataclass(frozen=True)
class Asked:
    """For whom, of which plan and version, with which figures of the policy, as of which day."""

    scope: Scope
    plan: Plan
    version: Version
    values: Mapping[str, float]
    today: date

    @property
    def month(self) -> date:
        """The first day of the running month: everything is counted until the day before."""
        return self.today.replace(day=1)

    @property
    def year_ago(self) -> date:
        """The first day of the last twelve months that have ended."""
        return self.month.replace(year=self.month.year - 1)

    def goal(self, name: str) -> str:
        """Write a figure of the policy with its unit."""
        return value_words(self.values[name], BY_NAME[name].unit)

    def money(self, minor: int) -> str:
        """Write an amount of the plan's currency."""
        return numbers.money(minor, self.plan.currency_id, digits=self.plan.currency.digits).text


@dataclass(frozen=True)
class Goal:
    """A figure to be reached beside where we stand. reached: None when nothing can be said."""

    label: str
    goal: str
    now: str = numbers.MISSING
    reached: bool | None = None
    note: str = ""

    @property
    def sign(self) -> str:
        """Reached or not, not by colour alone."""
        return "" if self.reached is None else "✓" if self.reached else "✗"


@dataclass(frozen=True)
class Column:
    """A column of the list: its heading and what it holds; money in minor units, shares in parts per million.

    long: sentences, which need room.
    """

    label: str
    kind: Kind = "text"

    @property
    def number(self) -> bool:
        """Whether it stands on the right."""
        return self.kind in {"money", "count", "share"}

    @property
    def look(self) -> str:
        """The class of its cells."""
        return "number" if self.number else {"day": "tight", "long": "long"}.get(self.kind, "")


@dataclass(frozen=True)
class Table:
    """The list behind a figure."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class RowReport:
    """What a row's page shows. missing: what is not known and what it would add. links: words → name of a page.

    more: further lists, which stand before the long one.
    """

    goals: Sequence[Goal] = ()
    table: Table | None = None
    kinds: Sequence[InitiativeKind] = ()
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    more: Sequence[Table] = ()

    @property
    def tables(self) -> list[Table]:
        """All its lists, in the page's order."""
        return [*self.more, *([self.table] if self.table else [])]


def share_words(part: float, whole: float) -> str:
    """Write part ÷ whole in per cent; `--` without a whole."""
    return numbers.percent(round(part * WHOLE / whole)).text if whole > 0 else numbers.MISSING


def planned_share(asked: Asked, label: str, figure: str, part: int, whole: int) -> Goal:
    """What a version asks of a part of its target, beside the share that a figure of the policy asks at least.

    Amounts are whole, shares are not: a plan that was solved for the share may miss it by its rounding.
    """
    reached = part >= asked.values[figure] * whole - 10**asked.plan.currency.digits
    return Goal(label, f"≥ {asked.goal(figure)}", share_words(part, whole), reached, asked.money(part))


def micros(part: float, whole: float) -> int | None:
    """Part ÷ whole in parts per million; None without a whole."""
    return round(part * WHOLE / whole) if whole > 0 else None


def other_currencies(found: set[str], plan: Plan) -> list[str]:
    """Say which currencies were left out, since they never add without a dated rate."""
    left_out = sorted(found - {plan.currency_id})
    if not left_out:
        return []
    words = gettext("Amounts in %(currencies)s are left out: they are not in the plan's currency.")
    return [words % {"currencies": ", ".join(left_out)}]


def not_graded() -> str:
    """Say that the customers have not been graded, and what that would add."""
    return gettext("The customers have not been graded: their grades, values and next lines would stand here.")


def days_before(day: date, days: int) -> date:
    """Return a day so many days earlier."""
    return day - timedelta(days=days)
