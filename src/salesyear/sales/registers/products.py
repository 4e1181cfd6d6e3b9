"""The lists of what is sold: product lines, products, prices and costs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Of, Period, Register, Related, YesNo
from salesyear.sales.models import Line, Price, Product


class LineRegister(Register):
    """Product lines; strategic ones have a share of sales to reach."""

    name = "lines"
    model = Line
    title = _("product lines")
    question = _("Which product lines are there, and which are strategic?")
    why_empty = _("No product line has been imported yet; lines come with the products.")
    columns = (Column("code"), Column("name"), Column("strategic"))
    filters = (YesNo("strategic"),)
    search = ("code", "name")
    sounds = {"pk": "name"}
    order = ("code",)
    related = (Related("products", "line", _("products")),)


class ProductRegister(Register):
    """Everything sold."""

    name = "products"
    model = Product
    title = _("products")
    question = _("What do we sell, and in which line?")
    why_empty = _("No product has been imported yet; an import of orders can bring them along.")
    columns = (
        Column("code"),
        Column("name"),
        Column("line__code", _("code of the line"), listed=False),
        Column("line__name", link=("lines", "line_id")),
        Column("category"),
        Column("strategic"),
    )
    filters = (Choice("line", shown="line__name"), Choice("category"), YesNo("strategic"))
    search = ("code", "name", "category")
    sounds = {"pk": "name"}
    order = ("code",)
    related = (
        Related("prices", "product", _("prices and costs")),
        Related("orderlines", "product", _("order lines")),
    )


class PriceRegister(Register):
    """List price and cost of each product, with dates; the cost is left out for roles that may not see it."""

    name = "prices"
    model = Price
    title = _("prices and costs")
    question = _("What did each product cost, and what was its list price, between which days?")
    why_empty = _("No price has been imported yet.")
    columns = (
        Column("product__code", _("product code")),
        Column("product__name", file=_("product's name"), link=("products", "product_id")),
        Column("starts_on"),
        Column("ends_on"),
        Column("list_micros"),
        Column("cost_micros", mask="cost", how="away"),
        Column("currency__code", _("currency")),
    )
    filters = (Period("starts_on"), Choice("currency"), Of("product", shown="product__name"))
    search = ("product__code", "product__name")
    sounds = {"product": "name"}
    order = ("product__code", "-starts_on")
