"""The lists of what others state about the market."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Register, Tree
from salesyear.market.models import Indicator, MarketSize


class MarketSizeRegister(Register):
    """Stated sizes of the market."""

    name = "market_sizes"
    model = MarketSize
    title = _("market sizes")
    question = _("How large is the market by region, product line and year, and who says so?")
    why_empty = _("No market size has been imported yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("line__name", _("product line")),
        Column("year"),
        Column("amount"),
        Column("currency__code", _("currency")),
        Column("source"),
        Column("as_of"),
    )
    filters = (Tree("unit"), Of("line", shown="line__name"), Choice("year"))
    search = ("unit__name", "line__name", "source")
    order = ("-year", "unit__path", "line__code")


class IndicatorRegister(Register):
    """What markets are estimated from."""

    name = "indicators"
    model = Indicator
    title = _("market indicators")
    question = _("What is the size of each market estimated from: population, GDP, firms of a segment?")
    why_empty = _("No indicator has been imported yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("measure"),
        Column("segment"),
        Column("year"),
        Column("units_micros"),
        Column("source"),
        Column("as_of"),
    )
    filters = (Tree("unit"), Choice("measure"), Choice("segment"), Choice("year"))
    search = ("unit__name", "measure", "source")
    order = ("measure", "-year", "unit__path", "segment")
