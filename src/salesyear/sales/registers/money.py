"""The lists of what is owed and paid: returns, invoices, receipts; currencies and their rates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Related, Tree, YesNo
from salesyear.sales.models import Currency, Invoice, Rate, Receipt, Return

_CUSTOMER = (
    Column("customer__code", _("customer code"), listed=False),
    Column("customer__name", file=_("customer's name"), link=("customers", "customer_id")),
)
_WHERE = (
    Column("order__number", listed=False),
    Column("rep__code", _("salesperson code"), listed=False),
    Column("rep__name", listed=False),
    Column("unit__name", link=("units", "unit_id")),
)
_AMOUNT = (Column("amount"), Column("currency__code", _("currency")))
_SEARCH = ("number", "customer__code", "customer__name")
_SOUNDS = {"customer": "name"}


class ReturnRegister(Register):
    """Goods that came back, in the month they were booked in."""

    name = "returns"
    model = Return
    title = _("returns")
    question = _("What came back, when was it booked, and why?")
    why_empty = _("No return has been imported yet; nothing lowers the sales.")
    columns = (
        Column("number"),
        Column("returned_on"),
        *_CUSTOMER,
        Column("product__code", _("product code"), listed=False),
        Column("product__name", file=_("product's name"), link=("products", "product_id")),
        Column("reason"),
        *_WHERE,
        Column("quantity_micros"),
        *_AMOUNT,
    )
    filters = (
        Tree("unit"),
        Period("returned_on"),
        Choice("reason"),
        Choice("currency"),
        Of("customer", shown="customer__name"),
    )
    search, sounds = _SEARCH, _SOUNDS
    order = ("-returned_on", "number")
    totals = ("amount",)


class InvoiceRegister(Register):
    """What customers owe, and by when."""

    name = "invoices"
    model = Invoice
    title = _("invoices")
    question = _("What do customers owe, and by when?")
    why_empty = _("No invoice has been imported, so nothing can be said about what is overdue.")
    columns = (
        Column("number"),
        Column("invoiced_on"),
        Column("due_on"),
        *_CUSTOMER,
        *_WHERE,
        *_AMOUNT,
    )
    filters = (
        Tree("unit"),
        Period("invoiced_on"),
        Period("due_on"),
        Choice("currency"),
        Of("customer", shown="customer__name"),
    )
    search, sounds = _SEARCH, _SOUNDS
    order = ("-invoiced_on", "number")
    totals = ("amount",)
    related = (Related("receipts", "invoice", _("receipts")),)


class ReceiptRegister(Register):
    """Money that came in."""

    name = "receipts"
    model = Receipt
    title = _("receipts")
    question = _("What was paid, when, and for which invoice?")
    why_empty = _("No receipt has been imported, so nothing can be said about collection.")
    columns = (
        Column("number"),
        Column("received_on"),
        *_CUSTOMER,
        Column("invoice__number", link=("invoices", "invoice_id")),
        *_WHERE,
        *_AMOUNT,
    )
    filters = (
        Tree("unit"),
        Period("received_on"),
        Choice("currency"),
        Of("customer", shown="customer__name"),
        Of("invoice", shown="invoice__number"),
    )
    search, sounds = _SEARCH, _SOUNDS
    order = ("-received_on", "number")
    totals = ("amount",)


class CurrencyRegister(Register):
    """Currencies and how many decimals each has."""

    name = "currencies"
    model = Currency
    title = _("currencies")
    question = _("Which currencies occur, and which is the company's own?")
    why_empty = _("No currency has been imported yet.")
    columns = (Column("code"), Column("name"), Column("digits"), Column("is_base"))
    filters = (YesNo("is_base"),)
    search = ("code", "name")
    order = ("code",)
    related = (Related("rates", "currency", _("exchange rates")),)


class RateRegister(Register):
    """What each currency was worth in the company's own, from which day on."""

    name = "rates"
    model = Rate
    title = _("exchange rates")
    question = _("What was each currency worth in the company's own, from which day on?")
    why_empty = _("No rate has been imported yet; amounts in different currencies are not added up.")
    columns = (Column("currency__code", _("currency")), Column("starts_on"), Column("micros"))
    filters = (Choice("currency"), Period("starts_on"))
    search = ("currency__code",)
    order = ("currency__code", "-starts_on")
