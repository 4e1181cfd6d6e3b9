"""What was asked of whom: the quotas a company has already set."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MoneyField
from salesyear.core.scope import ScopedModel, Visible
from salesyear.org.models import Dated, Rep, Unit
from salesyear.sales.models import Currency


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
