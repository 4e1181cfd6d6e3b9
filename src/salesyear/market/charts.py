"""New customers as charts: what they bring month by month, and what the customers of each year bring as they age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from salesyear.core import charts, numbers
from salesyear.core.charts import Chart, Mark, Table
from salesyear.market.models import CohortMonth
from salesyear.sales.models import Currency

MONTHS = 36
MOST_CURVES = 3
STYLES = ("actual", "last", "forecast")


def new_sales(rows: Sequence[CohortMonth]) -> Chart:
    """What all who count as new brought in each of the last months, and what is expected of the coming ones."""
    shown, currency = rows[-MONTHS:], rows[0].currency
    scale = charts.scale_for(max(row.new_sales for row in shown), currency.digits)
    money = [scale.of(row.new_sales, currency.digits) for row in shown]
    option = charts.frame([f"{row.month:%Y-%m}" for row in shown], [_tip(row) for row in shown])
    option["series"] = [
        charts.bars(gettext("actual"), _only(shown, money, expected=False), "actual", slot="new"),
        charts.bars(gettext("forecast"), _only(shown, money, expected=True), "forecast", slot="new"),
    ]
    period = f"{shown[0].month:%Y-%m} – {shown[-1].month:%Y-%m}"
    table = Table(
        [gettext("Month"), gettext("New customers"), gettext("Sales of new customers"), gettext("Sales of all")],
        [
            [f"{row.month:%Y-%m}", _heads(row), _exact(row.new_sales, currency), _exact(row.sales, currency)]
            for row in shown
        ],
    )
    said = gettext("Columns by month, %(period)s: sales of customers in their first twelve months.")
    return Chart(
        "newsales",
        gettext("Sales of new customers"),
        charts.money_unit(currency.code, scale),
        period,
        said % {"period": period},
        option,
        table,
        charts.key_of("actual", "forecast"),
    )


def curves(by_year: Mapping[int, Sequence[float | None]], currency: Currency) -> Chart:
    """What a customer won in each of the last years brought, on average, by the months since the first purchase."""
    newest = dict(sorted(by_year.items())[-MOST_CURVES:])
    styles = dict(zip(sorted(newest, reverse=True), STYLES, strict=False))
    most = max((value for curve in newest.values() for value in curve if value is not None), default=0.0)
    scale = charts.scale_for(round(most), currency.digits)
    months = [str(age + 1) for age in range(12)]
    tips = ["\n".join(_worth(newest, age, currency)) for age in range(12)]
    option = charts.frame(months, tips)
    option["series"] = [
        charts.line(
            str(year), [_of(value, currency, scale) for value in curve], styles[year], dashed=styles[year] == "forecast"
        )
        for year, curve in newest.items()
    ]
    rows = [[month, *(_money(curve[age], currency) for curve in newest.values())] for age, month in enumerate(months)]
    return Chart(
        "curves",
        gettext("What a new customer brings"),
        charts.money_unit(currency.code, scale),
        gettext("months since the first purchase"),
        gettext("Lines by months since the first purchase: mean cumulated sales of a customer, by the year won."),
        option,
        Table([gettext("Months"), *(str(year) for year in newest)], rows),
        [Mark({"forecast": "line"}.get(styles[year], styles[year]), str(year)) for year in newest],
    )


def _only(rows: Sequence[CohortMonth], values: Sequence[float | None], *, expected: bool) -> list[float | None]:
    return [value if row.expected is expected else None for row, value in zip(rows, values, strict=True)]


def _heads(row: CohortMonth) -> str:
    return f"{row.customers / 1_000_000:.1f}" if row.expected else f"{row.customers // 1_000_000}"


def _tip(row: CohortMonth) -> str:
    sold = numbers.money(row.new_sales, row.currency_id, digits=row.currency.digits).text
    word = gettext("forecast") if row.expected else gettext("actual")
    return f"{row.month:%Y-%m}\n{word}: {sold}\n{gettext('New customers')}: {_heads(row)}"


def _exact(minor: int | None, currency: Currency) -> str:
    return numbers.MISSING if minor is None else numbers.grouped(numbers.major(minor, currency.digits), 0)


def _of(value: float | None, currency: Currency, scale: charts.Scale) -> float | None:
    return None if value is None else scale.of(round(value), currency.digits)


def _money(value: float | None, currency: Currency) -> str:
    return numbers.MISSING if value is None else _exact(round(value), currency)


def _worth(newest: Mapping[int, Sequence[float | None]], age: int, currency: Currency) -> list[str]:
    return [str(age + 1), *(f"{year}: {_money(curve[age], currency)}" for year, curve in newest.items())]
