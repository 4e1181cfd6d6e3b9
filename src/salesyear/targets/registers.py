"""The list of quotas the company itself has set."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Tree
from salesyear.targets.models import Quota


class QuotaRegister(Register):
    """What each salesperson owed in each period."""

    name = "quotas"
    model = Quota
    title = _("quotas")
    question = _("What was each salesperson asked to sell, and for which period?")
    why_empty = _("No quota has been imported yet.")
    columns = (
        Column("rep__code", _("salesperson code"), listed=False),
        Column("rep__name"),
        Column("unit__name", link=("units", "unit_id")),
        Column("starts_on"),
        Column("ends_on"),
        Column("amount"),
        Column("currency__code", _("currency")),
    )
    filters = (Tree("unit"), Period("starts_on"), Choice("currency"), Of("rep", shown="rep__name"))
    search = ("rep__code", "rep__name")
    sounds = {"rep": "name"}
    order = ("-starts_on", "rep__code")
    totals = ("amount",)
