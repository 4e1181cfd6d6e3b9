"""What each customer is expected to bring, as one grading found it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MoneyField, ShareField
from salesyear.core.models import Run
from salesyear.core.scope import ScopedModel, Visible
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit
from salesyear.sales.models import Currency, Line


class Scoring(models.Model):
    """One look at all customers: the weights they were graded by, and the models behind the figures.

    It holds no figure of any customer's: those are in its scores, each seen by whom it concerns.
    """

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
        verbose_name = _("grading of customers")
        verbose_name_plural = _("gradings of customers")

    def __str__(self) -> str:
        return f"{self.as_of}"


class Score(ScopedModel):
    """What one customer is expected to bring next year, the grade with its reasons, and what to offer next.

    Amounts are for the year after `as_of`; `alive` is the chance that the customer still buys; `silent` the days since
    the last purchase, `usual_gap` and `longest_gap` the customer's own rhythm in days.
    """

    visible = Visible(family="customers", unit="unit", rep="rep")

    scoring = models.ForeignKey(Scoring, models.CASCADE, related_name="scores", verbose_name=_("grading of customers"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("customer"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    grade = models.CharField(_("grade"), max_length=1)
    points = ShareField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list)
    last_on = models.DateField(_("last purchase"))
    silent = models.PositiveIntegerField(_("days since"))
    usual_gap = models.PositiveIntegerField(_("usual gap, days"))
    longest_gap = models.PositiveIntegerField(_("longest gap, days"))
    churned = models.BooleanField(_("lost"), default=False)
    alive = ShareField(_("still buys"))
    bought = MoneyField(_("last twelve months"))
    expected = MoneyField(_("expected next year"))
    if_back = MoneyField(_("worth if won back"))
    lines = models.PositiveSmallIntegerField(_("product lines bought"))
    next_line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("line to offer next")
    )
    next_chance = ShareField(_("chance"), null=True, blank=True)
    next_expected = MoneyField(_("expected of it"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["scoring", "-expected", "customer"]
        verbose_name = _("customer score")
        verbose_name_plural = _("customer scores")
        constraints: ClassVar = [models.UniqueConstraint(fields=["scoring", "customer"], name="score_once")]
        indexes: ClassVar = [models.Index(fields=["scoring", "grade", "churned"])]

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"
