"""The lists of this chapter: quotas the company itself has set, and the figures of kept baselines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Tree
from salesyear.targets.models import BaselineCell, Quota


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


class BaselineRegister(Register):
    """Every figure of every kept baseline, month by month and year by year."""

    name = "baselines"
    model = BaselineCell
    title = _("baseline figures")
    question = _("What is expected of each region, salesperson and line, and within which bounds?")
    why_empty = _("No baseline has been computed yet.")
    columns = (
        Column("starts_on"),
        Column("months"),
        Column("level"),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("line__name"),
        Column("actual"),
        Column("mean"),
        Column("low_80"),
        Column("high_80"),
        Column("low_95", listed=False),
        Column("high_95", listed=False),
        Column("currency__code", _("currency")),
        Column("baseline__made_at", _("computed"), listed=False),
        Column("baseline__fingerprint", _("fingerprint of the facts"), listed=False),
    )
    filters = (
        Tree("unit"),
        Period("starts_on"),
        Choice("level"),
        Choice("months"),
        Of("node", shown="unit__name"),
        Of("baseline", shown="baseline__year"),
        Of("rep", shown="rep__name"),
    )
    search = ("unit__name", "rep__name", "line__name")
    order = ("-baseline", "node", "months", "starts_on")
