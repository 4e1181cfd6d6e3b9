"""What one look at the market found: sizes and shares, white space, coverage, new customers, shifts in buying.

Every row is about a unit and seen by whoever was given that unit; a salesperson, who sees single sales only, sees none.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MicrosField, MoneyField, ShareField
from salesyear.core.models import Run
from salesyear.core.scope import ScopedModel, Visible
from salesyear.org.models import Unit
from salesyear.sales.models import Currency, Line

OF_UNIT = Visible(family="sales", unit="unit")


class Study(models.Model):
    """One look at the whole market: until when the facts went and how it was made. It holds no figure of any unit's."""

    run = models.OneToOneField(Run, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    made_at = models.DateTimeField(_("computed"))
    as_of = models.DateField(_("as of"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    params = models.JSONField(_("parameters"), default=dict)
    record = models.JSONField(_("how it was made"), default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("market study")
        verbose_name_plural = _("market studies")

    def __str__(self) -> str:
        return f"{self.as_of}"


class MarketCell(ScopedModel):
    """A unit × line × year: how large the market is, stated or estimated, what we sell of it, what we could.

    `sold` is of the last twelve months where the year has not ended. `potential` is what the unit would sell at the
    company's own share of the line (or, where no size is known, at what good units sell per unit of the index).
    Empty: nobody knows.
    """

    visible = OF_UNIT

    study = models.ForeignKey(Study, models.CASCADE, related_name="cells", verbose_name=_("market study"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", verbose_name=_("product line"))
    year = models.PositiveSmallIntegerField(_("year"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    size = MoneyField(_("market size"), null=True, blank=True)
    low = MoneyField(_("80 % from"), null=True, blank=True)
    high = MoneyField(_("80 % to"), null=True, blank=True)
    estimated = models.BooleanField(_("estimated"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_on = models.DateField(_("as of"), null=True, blank=True)
    sold = MoneyField(_("own sales"))
    potential = MoneyField(_("potential"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["study", "unit", "line", "year"]
        verbose_name = _("market potential")
        verbose_name_plural = _("market potentials")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "unit", "line", "year"], name="market_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.line} {self.year}"


class WhiteSpace(ScopedModel):
    """A segment × district × product line: who is there, who buys, and what the gap to good districts is worth."""

    visible = OF_UNIT

    study = models.ForeignKey(Study, models.CASCADE, related_name="spaces", verbose_name=_("market study"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    segment = models.CharField(_("segment"), max_length=80, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", verbose_name=_("product line"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    firms = models.PositiveIntegerField(_("firms there"))
    customers = models.PositiveIntegerField(_("customers"))
    buyers = models.PositiveIntegerField(_("buyers"))
    gap = MicrosField(_("buyers missing"))
    worth = MoneyField(_("worth of the gap"))
    expected = MoneyField(_("expected in a year"))

    class Meta:
        ordering: ClassVar = ["study", "-expected", "unit", "segment", "line"]
        verbose_name = _("white space")
        verbose_name_plural = _("white spaces")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "unit", "segment", "line"], name="white_space_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.segment} {self.line}"


class TierCoverage(ScopedModel):
    """A unit × city tier: cities there and reached, customers known and buying, in the year and in the one before."""

    visible = OF_UNIT

    study = models.ForeignKey(Study, models.CASCADE, related_name="tiers", verbose_name=_("market study"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    tier = models.PositiveSmallIntegerField(_("city tier"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    cities = models.PositiveIntegerField(_("cities reached"))
    cities_before = models.PositiveIntegerField(_("cities reached the year before"))
    customers = models.PositiveIntegerField(_("customers known"))
    covered = models.PositiveIntegerField(_("customers buying"))
    covered_before = models.PositiveIntegerField(_("customers buying the year before"))
    sold = MoneyField(_("own sales"))

    class Meta:
        ordering: ClassVar = ["study", "unit", "tier"]
        verbose_name = _("coverage of a city tier")
        verbose_name_plural = _("coverage by city tier")
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "unit", "tier"], name="tier_coverage_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.tier}"


class CohortMonth(ScopedModel):
    """A unit × month: customers who became new in it, what they brought since, and what all new ones brought in it.

    `by_age` are the cohort's sales by calendar months since its start, minor units. In an expected month, `customers`
    is a mean and `sales` is empty. `sure` is false where the sales do not reach back far enough to tell new from old.
    """

    visible = OF_UNIT

    study = models.ForeignKey(Study, models.CASCADE, related_name="cohorts", verbose_name=_("market study"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    month = models.DateField(_("month"))
    expected = models.BooleanField(_("expected"), default=False)
    sure = models.BooleanField(_("sure"), default=True)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    customers = MicrosField(_("new customers"))
    new_sales = MoneyField(_("sales of new customers"))
    sales = MoneyField(_("sales of all"), null=True, blank=True)
    by_age = models.JSONField(_("sales by months since the start"), default=list)

    class Meta:
        ordering: ClassVar = ["study", "unit", "month"]
        verbose_name = _("new customers of a month")
        verbose_name_plural = _("new customers by month")
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "unit", "month"], name="cohort_month_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.month}"


class ShiftFigure(models.TextChoices):
    """What may shift in how customers buy."""

    BASKET = "basket", _("basket, an order")
    FREQUENCY = "frequency", _("orders a customer")
    BAND = "price band", _("price bands")
    MONTH = "month", _("months of the year")


class ShiftFound(ScopedModel):
    """How basket, frequency, price bands or seasons of a unit moved from one year to the next, and how sure that is.

    `before` and `after` are empty for a mix, `moved` and `into` for a ratio. `q` is the share of false findings among
    all as sure as this one; `marked` are those that keep the rate asked for.
    """

    visible = OF_UNIT

    study = models.ForeignKey(Study, models.CASCADE, related_name="shifts", verbose_name=_("market study"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"))
    figure = models.CharField(_("figure"), max_length=20, choices=ShiftFigure.choices)
    before = MicrosField(_("year before"), null=True, blank=True)
    after = MicrosField(_("year after"), null=True, blank=True)
    moved = ShareField(_("share moved"), null=True, blank=True)
    into = models.PositiveSmallIntegerField(_("into"), null=True, blank=True)
    p = ShareField(_("chance of as large a shift if nothing changed"))
    q = ShareField(_("share of false findings"))
    marked = models.BooleanField(_("more than chance"), default=False)

    class Meta:
        ordering: ClassVar = ["study", "-year", "p", "unit", "figure"]
        verbose_name = _("shift in buying")
        verbose_name_plural = _("shifts in buying")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "unit", "year", "figure"], name="shift_found_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.figure} {self.year}"
