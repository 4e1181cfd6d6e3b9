"""New customers: how many, what they bring beside the share the plan asks for, and how cohorts grow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from salesyear.core.charts import Chart
from salesyear.market import charts
from salesyear.market.models import CohortMonth
from salesyear.market.pages.base import Choice, StudyPage, chosen
from salesyear.market.queries import policy_value
from salesyear.org.models import Unit

MICRO = 1_000_000


@dataclass(frozen=True)
class Year:
    """The new customers of a calendar year; `share` of its sales in parts per million. `sure` is false where the sales
    do not reach back far enough to tell new from old.
    """

    year: int
    customers: float
    new_sales: int
    sales: int | None
    sure: bool
    expected: bool

    @property
    def share(self) -> int | None:
        """Sales of new customers ÷ sales; empty when there is nothing to divide by."""
        return round(MICRO * self.new_sales / self.sales) if self.sales else None


@dataclass(frozen=True)
class Cohort:
    """The customers won in a year: what each has brought, on average, by the end of the months named in `AGES`."""

    year: int
    customers: int
    worth: list[int | None]


AGES = (0, 2, 5, 8, 11)


class InflowPage(StudyPage):
    """The company or one region: by year, by month, by cohort."""

    register = "cohorts"
    kept = ("unit",)

    @cached_property
    def _all(self) -> list[CohortMonth]:
        rows = CohortMonth.objects.within(self.scope).filter(study=self.study).select_related("unit", "currency")
        return list(rows.order_by("unit__path", "month"))

    @cached_property
    def unit(self) -> Unit | None:
        """The unit that is shown."""
        return chosen(self._units, self.key("unit"))

    @cached_property
    def _units(self) -> list[Unit]:
        return list({row.unit_id: row.unit for row in self._all}.values())

    @property
    def units(self) -> list[Choice]:
        """The units to choose from."""
        return [Choice(str(one), self.turn(unit=one.pk), one == self.unit) for one in self._units]

    @cached_property
    def months(self) -> list[CohortMonth]:
        """The months of the unit."""
        return [row for row in self._all if self.unit and row.unit_id == self.unit.pk]

    @cached_property
    def years(self) -> list[Year]:
        """Whole calendar years, those ahead as expected."""
        found: dict[int, list[CohortMonth]] = {}
        for row in self.months:
            found.setdefault(row.month.year, []).append(row)
        return [_year(year, rows) for year, rows in found.items() if len(rows) == 12]

    @property
    def goal(self) -> int:
        """The share of new customers that the plan asks for, parts per million."""
        return round(MICRO * policy_value("new_customer_share"))

    @cached_property
    def last(self) -> Year | None:
        """The last whole year that is past."""
        return next((year for year in reversed(self.years) if not year.expected), None)

    @cached_property
    def ahead(self) -> Year | None:
        """The year that is expected."""
        return next((year for year in reversed(self.years) if year.expected), None)

    @property
    def at_last_sales(self) -> int | None:
        """The share that the expected new sales would be of the last year's sales."""
        if not self.ahead or not self.last or not self.last.sales:
            return None
        return round(MICRO * self.ahead.new_sales / self.last.sales)

    @property
    def ages(self) -> list[int]:
        """After how many months the worth of a cohort is told."""
        return [age + 1 for age in AGES]

    @cached_property
    def cohorts(self) -> list[Cohort]:
        """The cohorts by the year they were won in."""
        return [_cohort(year.year, self._of(year.year)) for year in self.years if not year.expected and year.customers]

    @property
    def charts(self) -> list[Chart]:
        """Sales of new customers by month; worth of cohorts by age."""
        made = [charts.new_sales(self.months)] if self.months else []
        curves = {cohort.year: _curve(self._of(cohort.year)) for cohort in self.cohorts}
        return [*made, charts.curves(curves, self.months[0].currency)] if curves else made

    @property
    def look_back(self) -> int:
        """Months without a purchase that make a customer new."""
        return int(self.study.params.get("look_back", 24))

    def _of(self, year: int) -> list[CohortMonth]:
        return [row for row in self.months if row.month.year == year and not row.expected]


def _year(year: int, rows: list[CohortMonth]) -> Year:
    expected = any(row.expected for row in rows)
    sales = None if expected else sum(row.sales or 0 for row in rows)
    customers = sum(row.customers for row in rows) / MICRO
    return Year(year, customers, sum(row.new_sales for row in rows), sales, all(row.sure for row in rows), expected)


def _curve(rows: list[CohortMonth]) -> list[float | None]:
    """Cumulated sales a customer by age, of the cohorts old enough; None where none is."""
    total, made = 0.0, []
    for age in range(12):
        old = [row for row in rows if len(row.by_age) > age]
        heads = sum(row.customers for row in old) / MICRO
        total += sum(row.by_age[age] for row in old) / heads if heads else 0.0
        made.append(total if heads else None)
    return made


def _cohort(year: int, rows: list[CohortMonth]) -> Cohort:
    curve = _curve(rows)
    worth = [None if curve[age] is None else round(curve[age] or 0) for age in AGES]
    return Cohort(year, round(sum(row.customers for row in rows) / MICRO), worth)
