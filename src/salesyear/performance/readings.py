"""What a rule's figure has been of late, read as its owner would see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from salesyear.core import numbers, rls
from salesyear.core.scope import Scope
from salesyear.crm.models import Agency, Customer
from salesyear.engine.metrics import BY_NAME, Facts, NotKept, NotSplitBy, Period, Unit, measure
from salesyear.engine.metrics.figure import Base
from salesyear.engine.performance import inflation
from salesyear.org.models import Rep
from salesyear.performance import frames
from salesyear.performance.facts import facts_of
from salesyear.performance.figures import SIGNALS
from salesyear.performance.models import Rule, RuleKind
from salesyear.performance.services import Reading
from salesyear.plans.queries import plan_of
from salesyear.sales.models import Currency, Order
from salesyear.sales.money import NoRate

MONTHS = 24  # that a rule looks back on
_RECENT = 92  # days of orders whose terms are looked at


@dataclass
class Readings:
    """Reads figures as of a day; what one person sees is read once, however many rules they have."""

    as_of: date
    _facts: dict[int | None, Facts] = field(default_factory=dict)

    def of(self, scope: Scope, rule: Rule) -> Reading:
        """Return the values of a rule's figure within a scope; the database itself holds the reading to it."""
        with rls.enforced(scope):
            if rule.figure in SIGNALS:
                return self._signal(scope, rule)
            if rule.figure not in BY_NAME:
                return Reading([])
            return Reading(self._values(scope, rule))

    def _signal(self, scope: Scope, rule: Rule) -> Reading:
        try:
            found = _SIGNALS[rule.figure](scope, rule, self.as_of)
        except NoRate:  # nothing can be said of amounts that do not add up
            return Reading([])
        return Reading([float(len(found))], found)

    def _values(self, scope: Scope, rule: Rule) -> list[float | None]:
        facts = self._facts_within(scope)
        where = _where(rule)
        try:
            if rule.kind == RuleKind.PACE:
                table = measure([rule.figure], facts, where=where, period=self._year(), as_of=self.as_of)
                values = table[rule.figure].to_list()
            else:
                values = self._months(facts, rule.figure, where)
        except (NotKept, NotSplitBy):
            return []
        return [self._in_measure(rule.figure, value) for value in values]

    def _months(self, facts: Facts, figure: str, where: Mapping[str, list[int]]) -> list[float | None]:
        """The months that have ended, from the first with anything in it: the running one would look like a fall."""
        period = Period.of_months(_months_before(self.as_of, MONTHS), MONTHS)
        table = measure([figure], facts, by=["month"], where=where, period=period, as_of=period.last)
        by_month: dict[date, float | None] = dict(table.select("month", figure).iter_rows())
        if not by_month:
            return []
        nothing = 0.0 if isinstance(BY_NAME[figure], Base) else None
        return [by_month.get(month, nothing) for month in _from(min(by_month), period.last)]

    def _year(self) -> Period:
        plan = plan_of(self.as_of)
        return Period.of_months(plan.starts_on if plan else self.as_of.replace(month=1, day=1), 12)

    def _in_measure(self, figure: str, value: float | None) -> float | None:
        """Amounts in units of the currency, everything else as it is."""
        return value if value is None or BY_NAME[figure].unit is not Unit.MONEY else value / 10**self._digits

    @cached_property
    def _digits(self) -> int:
        base = Currency.objects.within(Scope.system("the company's own currency")).filter(is_base=True).first()
        return base.digits if base else 2

    def _facts_within(self, scope: Scope) -> Facts:
        if scope.user_id not in self._facts:
            self._facts[scope.user_id] = facts_of(scope)
        return self._facts[scope.user_id]


def _where(rule: Rule) -> dict[str, list[int]]:
    if rule.rep_id:
        return {"rep": [rule.rep_id]}
    if rule.unit is None or rule.unit.kind == "company":
        return {}
    return {str(rule.unit.kind): [rule.unit.pk]}


def _spikes(scope: Scope, rule: Rule, as_of: date) -> list[dict[str, Any]]:
    sold, back = frames.sold_of_late(scope, rule, as_of), frames.returned_of_late(scope, rule, as_of)
    found = inflation.spikes_that_came_back(sold, back)
    names = _names(Rep, scope, [one.rep for one in found])
    return [
        {
            "what": "spike",
            "rep": names.get(one.rep, numbers.MISSING),
            "month": f"{one.month:%Y-%m}",
            "share": f"{one.share:.0%}",
            "usual": f"{one.usual:.0%}",
            "returned": f"{one.returned / (one.amount or 1):.0%}",
        }
        for one in found
    ]


def _terms(scope: Scope, rule: Rule, as_of: date) -> list[dict[str, Any]]:
    found = inflation.long_terms(frames.terms_of_late(scope, rule, as_of), as_of - timedelta(days=_RECENT))
    reps, customers = (
        _names(Rep, scope, [one.rep for one in found]),
        _names(Customer, scope, [one.customer for one in found]),
    )
    orders = _names(Order, scope, [one.order for one in found], "number")
    return [
        {
            "what": "term",
            "order": orders.get(one.order, numbers.MISSING),
            "customer": customers.get(one.customer, numbers.MISSING),
            "rep": reps.get(one.rep, numbers.MISSING),
            "days": one.days,
            "usual": f"{one.usual:g}",
        }
        for one in found
    ]


def _loads(scope: Scope, rule: Rule, as_of: date) -> list[dict[str, Any]]:
    found = inflation.loaded_agents(frames.bought_by_agents(scope, rule, as_of), as_of)
    names = _names(Agency, scope, [one.agency for one in found])
    return [
        {
            "what": "load",
            "agency": names.get(one.agency, numbers.MISSING),
            "amount": numbers.grouped(numbers.major(one.amount, 2), 0),
            "usual": numbers.grouped(numbers.major(one.usual, 2), 0),
            "months": f"{one.months:.1f}",
        }
        for one in found
    ]


_SIGNALS = {"spikes_that_came_back": _spikes, "long_terms": _terms, "loaded_agents": _loads}


def _names(model: Any, scope: Scope, keys: list[int], column: str = "name") -> dict[int, str]:  # noqa: ANN401 - four scoped models
    return dict(model.objects.within(scope).filter(pk__in=set(keys)).values_list("pk", column))


def _months_before(day: date, count: int) -> date:
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _from(first: date, last: date) -> list[date]:
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(start, end + 1)]
