"""The list of customer scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Register, Tree
from salesyear.market.models import Score


class ScoreRegister(Register):
    """Every customer's score of every grading."""

    name = "scores"
    model = Score
    title = _("customer scores")
    question = _("What is each customer expected to bring, who has gone quiet, and what to offer next?")
    why_empty = _("The customers have not been graded yet.")
    columns = (
        Column("customer__code", _("customer code"), listed=False),
        Column("customer__name", link=("customers", "customer_id")),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("grade"),
        Column("points"),
        Column("expected"),
        Column("bought"),
        Column("churned"),
        Column("alive"),
        Column("last_on"),
        Column("silent"),
        Column("usual_gap", listed=False),
        Column("longest_gap", listed=False),
        Column("if_back", listed=False),
        Column("lines", listed=False),
        Column("next_line__name", _("line to offer next")),
        Column("next_chance", listed=False),
        Column("next_expected"),
        Column("currency__code", _("currency")),
        Column("scoring__as_of", _("as of"), listed=False),
    )
    filters = (
        Tree("unit"),
        Choice("grade"),
        Of("scoring", shown="scoring__as_of"),
        Of("customer", shown="customer__name"),
        Of("rep", shown="rep__name"),
    )
    search = ("customer__code", "customer__name")
    sounds = {"customer": "name"}
    order = ("-scoring", "-expected", "customer__code")
    totals = ("expected",)
