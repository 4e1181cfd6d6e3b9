"""What others state about the market: its size where somebody knows it, and what it can be estimated from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MicrosField, MoneyField
from salesyear.core.scope import ScopedModel, Visible
from salesyear.org.models import Unit
from salesyear.sales.models import Currency, Line


class MarketSize(ScopedModel):
    """What all suppliers together sell in a region and product line in a year, and who says so.

    A figure of the company's own row is the whole market's: estimated regions share out what the known ones leave.
    """

    visible = Visible(family="structure")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", verbose_name=_("product line"))
    year = models.PositiveSmallIntegerField(_("year"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    amount = MoneyField(_("market size"))
    source = models.CharField(_("source"), max_length=200)
    as_of = models.DateField(_("as of"))

    class Meta:
        ordering: ClassVar = ["-year", "unit", "line"]
        verbose_name = _("market size")
        verbose_name_plural = _("market sizes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "line", "year"], name="market_size_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.line} {self.year}"


class Indicator(ScopedModel):
    """What a market is measured by where its size is not known: population, GDP, firms of a segment …"""

    visible = Visible(family="structure")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    measure = models.CharField(_("measure"), max_length=80)
    segment = models.CharField(_("segment"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    units_micros = MicrosField(_("value"))
    source = models.CharField(_("source"), max_length=200)
    as_of = models.DateField(_("as of"))

    class Meta:
        ordering: ClassVar = ["measure", "-year", "unit", "segment"]
        verbose_name = _("market indicator")
        verbose_name_plural = _("market indicators")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure", "segment", "year"], name="indicator_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.measure} {self.year}"
