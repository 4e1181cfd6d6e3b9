"""What performance stores: which months of which facts have changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class FactChange(models.Model):
    """That something changed in a month of some facts, noted by the database itself (`facts.changes`).

    facts: which. month: year × 12 + month − 1 (0 where months make no difference; a version's key for sheets).
    stamp: a random number; the stamp of a month is the sum of its rows', and no two states of a month share one.
    """

    facts = models.CharField(_("facts"), max_length=20)
    month = models.BigIntegerField(_("month"))
    stamp = models.BigIntegerField(_("stamp"))

    class Meta:
        verbose_name = _("change of facts")
        verbose_name_plural = _("changes of facts")
        indexes: ClassVar = [models.Index(fields=["facts", "month"], name="change_of_month")]

    def __str__(self) -> str:
        return f"{self.facts} {self.month}"
