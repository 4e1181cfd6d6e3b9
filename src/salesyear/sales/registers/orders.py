"""The lists of what was sold: orders, their lines, and who shares in them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Related, Tree
from salesyear.sales.models import Credit, Order, OrderLine


class OrderRegister(Register):
    """Orders by number, day and customer."""

    name = "orders"
    model = Order
    title = _("orders")
    question = _("Who ordered what when, and where does it count?")
    why_empty = _("No order has been imported yet. Import order lines: they bring their orders along.")
    columns = (
        Column("number"),
        Column("ordered_on"),
        Column("customer__code", _("customer code"), listed=False),
        Column("customer__name", file=_("customer's name"), link=("customers", "customer_id")),
        Column("rep__code", _("salesperson code"), listed=False),
        Column("rep__name", link=("reps", "rep_id")),
        Column("unit__name", link=("units", "unit_id")),
        Column("city"),
        Column("status"),
        Column("due_on", listed=False),
        Column("shipped_on", listed=False),
        Column("currency__code", _("currency")),
    )
    filters = (
        Tree("unit"),
        Period("ordered_on"),
        Choice("status"),
        Choice("currency"),
        Of("customer", shown="customer__name"),
        Of("rep", shown="rep__name"),
    )
    search = ("number", "customer__code", "customer__name", "city")
    sounds = {"customer": "name"}
    order = ("-ordered_on", "number")
    related = (Related("orderlines", "order", _("order lines")), Related("credits", "order", _("sales splits")))


class OrderLineRegister(Register):
    """Order lines: what every figure of sales is counted from."""

    name = "orderlines"
    model = OrderLine
    title = _("order lines")
    question = _("What was sold, line by line, and what does it add up to?")
    why_empty = _("No order line has been imported yet.")
    columns = (
        Column("order__number"),
        Column("key"),
        Column("ordered_on"),
        Column("customer__code", _("customer code"), listed=False),
        Column("customer__name", file=_("customer's name"), link=("customers", "customer_id")),
        Column("product__code", _("product code"), listed=False),
        Column("product__name", file=_("product's name"), link=("products", "product_id")),
        Column("rep__code", _("salesperson code"), listed=False),
        Column("rep__name", listed=False),
        Column("unit__name", link=("units", "unit_id")),
        Column("quantity_micros"),
        Column("price_micros", listed=False),
        Column("discount", listed=False),
        Column("amount"),
        Column("currency__code", _("currency")),
        Column("stated_micros", listed=False),
        Column("cost", mask="cost", how="away", listed=False),
    )
    filters = (
        Tree("unit"),
        Period("ordered_on"),
        Choice("product__line", _("product line"), shown="product__line__name"),
        Choice("currency"),
        Of("order", shown="order__number"),
        Of("customer", shown="customer__name"),
        Of("product", shown="product__name"),
        Of("rep", shown="rep__name"),
    )
    search = ("order__number", "customer__name", "product__name", "product__code")
    sounds = {"customer": "name", "product": "name"}
    order = ("-ordered_on", "order__number", "key")
    totals = ("amount",)


class CreditRegister(Register):
    """Shares of orders that count for more than one salesperson."""

    name = "credits"
    model = Credit
    title = _("sales splits")
    question = _("Which orders count for more than one salesperson, and in which shares?")
    why_empty = _("No order is shared: each counts whole for its one salesperson.")
    columns = (
        Column("order__number"),
        Column("order__ordered_on", _("ordered on")),
        Column("rep__code", _("salesperson code"), listed=False),
        Column("rep__name", link=("reps", "rep_id")),
        Column("unit__name", link=("units", "unit_id")),
        Column("share"),
    )
    filters = (Tree("unit"), Of("order", shown="order__number"), Of("rep", shown="rep__name"))
    search = ("order__number", "rep__name")
    sounds = {"rep": "name"}
    order = ("-order__ordered_on", "order__number", "rep__code")
