"""Sales lines become monthly series, returns and silent months included."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from salesyear.engine.forecast.panel import MissingColumn, PanelParams, TooShort, panel_of

pytestmark = pytest.mark.once

FACTS = pl.DataFrame(
    {
        "rep": ["Li", "Li", "Wang", "Li", "Wang"],
        "date": [date(2026, 1, 3), date(2026, 1, 30), date(2026, 1, 9), date(2026, 4, 1), date(2026, 4, 2)],
        "amount": [100, 50, 70, -20, 5],
    }
)
PARAMS = PanelParams(levels=("rep",))


def test_months_without_a_sale_are_zero_and_returns_lower_their_month() -> None:
    panel = panel_of(FACTS, PARAMS)
    assert panel.periods == tuple(date(2026, month, 1) for month in (1, 2, 3, 4))
    assert panel.values.tolist() == [[220, 0, 0, -15], [150, 0, 0, -20], [70, 0, 0, 5]]


def test_the_running_month_can_be_left_out() -> None:
    panel = panel_of(FACTS, PanelParams(levels=("rep",), until=date(2026, 3, 31)))
    assert panel.periods[-1] == date(2026, 3, 1)
    assert panel.values[0].tolist() == [220, 0, 0]


def test_the_months_ahead_pass_the_year() -> None:
    assert panel_of(FACTS, PARAMS).ahead(9)[-2:] == (date(2026, 12, 1), date(2027, 1, 1))


def test_the_fingerprint_knows_the_figures_not_their_order() -> None:
    mark = panel_of(FACTS, PARAMS).fingerprint
    assert mark == panel_of(FACTS.reverse(), PARAMS).fingerprint
    assert mark != panel_of(FACTS.with_columns(amount=pl.col("amount") + 1), PARAMS).fingerprint


def test_a_missing_column_is_named_with_those_there() -> None:
    with pytest.raises(MissingColumn, match="no column “region”"):
        panel_of(FACTS, PanelParams(levels=("region",)))


def test_one_month_is_too_short() -> None:
    with pytest.raises(TooShort, match="at least 2 periods of sales; there are 1"):
        panel_of(FACTS.head(3), PARAMS)
