"""The lists of the organisation: units, positions, salespeople, assignments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Related, Tree
from salesyear.org.models import Assignment, Position, Rep, Unit


class UnitRegister(Register):
    """Company, regions and territories, with the days between which each holds."""

    name = "units"
    model = Unit
    title = _("regions and territories")
    question = _("How is the sales organisation divided, and since when?")
    why_empty = _("No region or territory has been imported yet.")
    columns = (
        Column("code"),
        Column("name"),
        Column("kind"),
        Column("parent__code", _("code of the unit above")),
        Column("parent__name", link=("units", "parent_id")),
        Column("starts_on"),
        Column("ends_on"),
    )
    filters = (Choice("kind"), Of("parent", shown="parent__name"))
    search = ("code", "name")
    sounds = {"pk": "name"}
    order = ("path",)
    related = (
        Related("units", "parent", _("units directly below")),
        Related("customers", "unit", _("customers")),
        Related("orders", "unit", _("orders")),
    )


class PositionRegister(Register):
    """Seats in units, whoever fills them."""

    name = "positions"
    model = Position
    title = _("positions")
    question = _("Which seats are there in each unit?")
    why_empty = _("No position has been imported yet; positions come with the assignments of salespeople.")
    columns = (
        Column("code"),
        Column("title"),
        Column("kind"),
        Column("unit__code", _("unit code"), listed=False),
        Column("unit__name", link=("units", "unit_id")),
        Column("starts_on"),
        Column("ends_on"),
    )
    filters = (Tree("unit"), Choice("kind"))
    search = ("code", "title")
    sounds = {"pk": "title"}
    order = ("code",)
    related = (Related("assignments", "position", _("who filled it, and when")),)


class RepRegister(Register):
    """Everybody who sells."""

    name = "reps"
    model = Rep
    title = _("salespeople")
    question = _("Who sells, where do they sit now, and who leads them?")
    why_empty = _("No salesperson has been imported yet.")
    columns = (
        Column("code"),
        Column("name"),
        Column("title"),
        Column("unit__name", _("present unit"), link=("units", "unit_id")),
        Column("manager__code", _("manager's code"), listed=False),
        Column("manager__name", link=("reps", "manager_id")),
        Column("hired_on"),
        Column("left_on"),
    )
    filters = (Tree("unit"), Choice("title"))
    search = ("code", "name", "title")
    sounds = {"pk": "name"}
    order = ("code",)
    related = (
        Related("assignments", "rep", _("assignments")),
        Related("customers", "owner", _("customers")),
        Related("orders", "rep", _("orders")),
        Related("quotas", "rep", _("quotas")),
    )


class AssignmentRegister(Register):
    """Who filled which position from when to when: what decides where a sale counts."""

    name = "assignments"
    model = Assignment
    title = _("assignments")
    question = _("Who was responsible for which territory, and when?")
    why_empty = _("No assignment has been imported yet.")
    columns = (
        Column("rep__code", _("salesperson code"), listed=False),
        Column("rep__name"),
        Column("position__code", _("position code"), listed=False),
        Column("position__title", file=_("name of the position")),
        Column("position__unit__name", _("unit"), link=("units", "position__unit_id")),
        Column("starts_on"),
        Column("ends_on"),
    )
    filters = (
        Tree("position__unit", _("unit")),
        Of("rep", shown="rep__name"),
        Of("position", shown="position__title"),
        Period("starts_on"),
    )
    search = ("rep__code", "rep__name", "position__title")
    sounds = {"rep": "name"}
    order = ("rep__code", "-starts_on")
