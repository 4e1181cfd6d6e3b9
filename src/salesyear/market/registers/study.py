"""The lists of what studies of the market found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Tree, YesNo
from salesyear.market.models import CohortMonth, MarketCell, ShiftFound, TierCoverage, WhiteSpace


class MarketCellRegister(Register):
    """Every market size of every study, stated or estimated, and our sales in it."""

    name = "potentials"
    model = MarketCell
    title = _("market potentials")
    question = _("How large is each market, what do we sell in it and what could we?")
    why_empty = _("The market has not been studied yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("line__name", _("product line")),
        Column("year"),
        Column("size"),
        Column("estimated"),
        Column("low", listed=False),
        Column("high", listed=False),
        Column("sold"),
        Column("potential"),
        Column("currency__code", _("currency")),
        Column("source"),
        Column("source_on", listed=False),
        Column("study__as_of", _("facts until"), listed=False),
    )
    filters = (
        Tree("unit"),
        Of("line", shown="line__name"),
        Choice("year"),
        YesNo("estimated"),
        Of("study", shown="study__as_of"),
    )
    search = ("unit__name", "line__name", "source")
    order = ("-study", "unit__path", "line__code", "-year")


class WhiteSpaceRegister(Register):
    """Segments, districts and lines, by what their gap is worth."""

    name = "white_spaces"
    model = WhiteSpace
    title = _("white spaces")
    question = _("Which segments and districts does nobody sell to, and what are they worth?")
    why_empty = _("The market has not been studied yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("segment"),
        Column("line__name", _("product line")),
        Column("firms"),
        Column("customers"),
        Column("buyers"),
        Column("gap", listed=False),
        Column("worth"),
        Column("expected"),
        Column("currency__code", _("currency")),
        Column("study__as_of", _("facts until"), listed=False),
    )
    filters = (Tree("unit"), Choice("segment"), Of("line", shown="line__name"), Of("study", shown="study__as_of"))
    search = ("unit__name", "segment", "line__name")
    order = ("-study", "-expected", "unit__path", "segment", "line__code")


class TierCoverageRegister(Register):
    """Coverage by unit and city tier."""

    name = "coverages"
    model = TierCoverage
    title = _("coverage by city tier")
    question = _("How many cities and customers of each tier are reached, and is it more than a year ago?")
    why_empty = _("The market has not been studied yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("tier"),
        Column("cities"),
        Column("cities_before"),
        Column("customers"),
        Column("covered"),
        Column("covered_before"),
        Column("sold"),
        Column("currency__code", _("currency")),
        Column("study__as_of", _("facts until"), listed=False),
    )
    filters = (Tree("unit"), Choice("tier"), Of("study", shown="study__as_of"))
    search = ("unit__name",)
    order = ("-study", "unit__path", "tier")


class CohortRegister(Register):
    """New customers by month and unit."""

    name = "cohorts"
    model = CohortMonth
    title = _("new customers by month")
    question = _("How many customers were new in each month, and what did all new ones bring?")
    why_empty = _("The market has not been studied yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("month"),
        Column("customers"),
        Column("new_sales"),
        Column("sales"),
        Column("expected"),
        Column("sure", listed=False),
        Column("currency__code", _("currency")),
        Column("study__as_of", _("facts until"), listed=False),
    )
    filters = (Tree("unit"), Period("month"), YesNo("expected"), Of("study", shown="study__as_of"))
    search = ("unit__name",)
    order = ("-study", "unit__path", "month")


class ShiftRegister(Register):
    """Shifts in buying from year to year."""

    name = "shifts"
    model = ShiftFound
    title = _("shifts in buying")
    question = _("What has shifted in how customers buy, region by region, and is it more than chance?")
    why_empty = _("The market has not been studied yet.")
    columns = (
        Column("unit__name", link=("units", "unit_id")),
        Column("year"),
        Column("figure"),
        Column("before"),
        Column("after"),
        Column("moved"),
        Column("into"),
        Column("p", listed=False),
        Column("q"),
        Column("marked"),
        Column("study__as_of", _("facts until"), listed=False),
    )
    filters = (Tree("unit"), Choice("year"), Choice("figure"), YesNo("marked"), Of("study", shown="study__as_of"))
    search = ("unit__name",)
    order = ("-study", "-year", "p", "unit__path", "figure")
