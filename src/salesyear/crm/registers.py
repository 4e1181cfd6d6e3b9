"""The lists of those who buy: customers and agencies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Register, Related, Tree
from salesyear.crm.models import Agency, Customer


class CustomerRegister(Register):
    """Everybody who buys; contact fields masked by role."""

    name = "customers"
    model = Customer
    title = _("customers")
    question = _("Who buys from us, where are they, and who looks after them?")
    why_empty = _("No customer has been imported yet; an import of orders can bring them along.")
    columns = (
        Column("code"),
        Column("name"),
        Column("segment"),
        Column("industry"),
        Column("grade"),
        Column("unit__name", link=("units", "unit_id")),
        Column("owner__name", link=("reps", "owner_id")),
        Column("city"),
        Column("province", listed=False),
        Column("country", listed=False),
        Column("postcode", mask="contact", listed=False),
        Column("address", mask="contact", listed=False),
        Column("contact", mask="contact", how="name", listed=False),
        Column("phone", mask="contact", how="phone"),
        Column("email", mask="contact", how="email", listed=False),
        Column("employees", listed=False),
        Column("city_tier", listed=False),
        Column("unit__code", _("unit code"), listed=False),
        Column("owner__code", _("salesperson code"), listed=False),
        Column("agency__code", _("agency code"), listed=False),
        Column("agency__name", link=("agencies", "agency_id"), listed=False),
    )
    filters = (
        Tree("unit"),
        Choice("segment"),
        Choice("industry"),
        Choice("grade"),
        Choice("province"),
        Of("owner", shown="owner__name"),
        Of("agency", shown="agency__name"),
    )
    search = ("code", "name", "city", "contact", "phone")
    sounds = {"pk": "name"}
    order = ("code",)
    related = (
        Related("orders", "customer", _("orders")),
        Related("orderlines", "customer", _("order lines")),
        Related("returns", "customer", _("returns")),
        Related("invoices", "customer", _("invoices")),
        Related("receipts", "customer", _("receipts")),
    )


class AgencyRegister(Register):
    """Outside firms that sell for the company."""

    name = "agencies"
    model = Agency
    title = _("agencies")
    question = _("Which outside firms sell for us, and where?")
    why_empty = _("No agency has been imported yet.")
    columns = (
        Column("code"),
        Column("name"),
        Column("unit__code", _("unit code"), listed=False),
        Column("unit__name", link=("units", "unit_id")),
    )
    filters = (Tree("unit"),)
    search = ("code", "name")
    sounds = {"pk": "name"}
    order = ("code",)
    related = (Related("customers", "agency", _("customers")),)
