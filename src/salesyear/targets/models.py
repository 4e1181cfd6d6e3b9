"""What was asked of whom, and what is expected anyway: quotas already set, and the kept baselines."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MoneyField
from salesyear.core.models import Run
from salesyear.core.scope import ScopedModel, Visible
from salesyear.org.models import Dated, Rep, Unit
from salesyear.sales.models import Currency, Line


class Quota(Dated, ScopedModel):
    """The sales amount a salesperson owed over a dated period, as the company itself set it."""

    visible = Visible(family="targets", unit="unit", rep="rep")

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="+", verbose_name=_("salesperson"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    amount = MoneyField(_("amount"))

    class Meta(Dated.Meta):
        ordering: ClassVar = ["-starts_on", "rep"]
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["rep", "starts_on"], name="quota_once_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.rep} {self.starts_on}"


class Level(models.IntegerChoices):
    """Where in the tree a node of the baseline stands."""

    COMPANY = 0, _("company")
    REGION = 1, _("region")
    TERRITORY = 2, _("territory")
    REP = 3, _("salesperson")
    LINE = 4, _("product line")


class Baseline(models.Model):
    """One forecast of what will be sold if nothing new is done: how it was made, and from which facts.

    It holds no amount of anybody's: those are in its cells, each seen by whom it concerns.
    """

    run = models.OneToOneField(Run, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    made_at = models.DateTimeField(_("computed"))
    year = models.PositiveSmallIntegerField(_("plan year"))
    first_month = models.DateField(_("facts from"))
    last_month = models.DateField(_("facts until"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    seed = models.BigIntegerField(_("seed"))
    fingerprint = models.CharField(_("fingerprint of the facts"), max_length=64)
    record = models.JSONField(_("how it was made"), default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")

    def __str__(self) -> str:
        return f"{self.year} ({self.made_at:%Y-%m-%d})"


class BaselineCell(ScopedModel):
    """What one node of the tree sold, or is expected to sell, in one month or (`months` 12) one year.

    `actual` is what has been sold of it so far; `mean` all of it, and the bounds hold 80 or 95 % of the possible
    outcomes. `node` numbers the nodes of this baseline; `lineage` are the numbers from the company down, `/0/3/`.
    """

    visible = Visible(family="sales", unit="unit", rep="rep")

    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="cells", verbose_name=_("baseline"))
    node = models.PositiveIntegerField(_("node"))
    parent = models.PositiveIntegerField(_("belongs to"), null=True, blank=True)
    lineage = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product line")
    )
    starts_on = models.DateField(_("from"))
    months = models.PositiveSmallIntegerField(_("months"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    actual = MoneyField(_("actual"), null=True, blank=True)
    mean = MoneyField(_("baseline"), null=True, blank=True)
    low_80 = MoneyField(_("80 % from"), null=True, blank=True)
    high_80 = MoneyField(_("80 % to"), null=True, blank=True)
    low_95 = MoneyField(_("95 % from"), null=True, blank=True)
    high_95 = MoneyField(_("95 % to"), null=True, blank=True)
    # 41 evenly spaced quantiles of what may come, little-endian 64-bit: the chance of a target is read off them.
    grid = models.BinaryField(_("possible outcomes"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["baseline", "node", "months", "starts_on"]
        verbose_name = _("baseline figure")
        verbose_name_plural = _("baseline figures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["baseline", "node", "months", "starts_on"], name="baseline_cell_once")
        ]
        indexes: ClassVar = [models.Index(fields=["baseline", "parent", "months", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"

    @property
    def is_year(self) -> bool:
        """Whether it is a calendar year; a fiscal year is kept beside those, for the chances of its plan."""
        return self.months == 12 and self.starts_on.month == 1

    @property
    def name(self) -> str:
        """What the node is called: its line, salesperson or unit, whichever it is about."""
        about = {Level.LINE: self.line, Level.REP: self.rep}.get(Level(self.level), self.unit)
        return str(about) if about else gettext("not named")
