"""The facts: products and prices, orders and their lines, returns, invoices, receipts, currencies.

Every amount is a whole number of its currency's minor units. A sale carries where it was earned (`rep`, `unit`
of that day), so that nobody's move changes the past.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MicrosField, MoneyField, ShareField
from salesyear.core.scope import Also, ScopedModel, Visible
from salesyear.crm.models import Customer
from salesyear.org.models import Dated, Rep, Unit


class Currency(ScopedModel):
    """A currency and how many decimals its minor unit has (CNY 2, JPY 0)."""

    visible = Visible(family="structure")

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    digits = models.PositiveSmallIntegerField(_("decimals"), default=2)
    is_base = models.BooleanField(_("the company's own"), default=False)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_base"], condition=Q(is_base=True), name="one_base_currency")
        ]

    def __str__(self) -> str:
        return self.code


class Rate(ScopedModel):
    """What one unit of a currency was worth in the company's own, from a day on."""

    visible = Visible(family="structure")

    currency = models.ForeignKey(Currency, models.PROTECT, related_name="rates", verbose_name=_("currency"))
    starts_on = models.DateField(_("from"))
    micros = MicrosField(_("rate"))

    class Meta:
        ordering: ClassVar = ["currency", "starts_on"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints: ClassVar = [models.UniqueConstraint(fields=["currency", "starts_on"], name="rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.currency_id} {self.starts_on}"


class Line(ScopedModel):
    """A product line; strategic ones have a share of sales to reach."""

    visible = Visible(family="structure")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    strategic = models.BooleanField(_("strategic"), default=False)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("product line")
        verbose_name_plural = _("product lines")

    def __str__(self) -> str:
        return self.name


class Product(ScopedModel):
    """Something sold; `strategic` marks one even where its line is not."""

    visible = Visible(family="products")

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=300, db_index=True)
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("product line")
    )
    category = models.CharField(_("category"), max_length=100, blank=True)
    strategic = models.BooleanField(_("strategic"), default=False)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class Price(Dated, ScopedModel):
    """List price and cost of a product between two dates, in millionths of the currency's unit."""

    visible = Visible(family="products")

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", verbose_name=_("product"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    list_micros = MicrosField(_("list price"), null=True, blank=True)
    cost_micros = MicrosField(_("cost"), null=True, blank=True)

    class Meta(Dated.Meta):
        ordering: ClassVar = ["product", "starts_on"]
        verbose_name = _("price")
        verbose_name_plural = _("prices and costs")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["product", "currency", "starts_on"], name="price_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.starts_on}"


class Order(ScopedModel):
    """An order: one number, day and customer. (Some sources use a number for several days or customers.)"""

    visible = Visible(
        family="sales",
        unit="unit",
        rep="rep",
        agency="customer__agency",
        also=(Also(column="id", model="sales.Credit", key="order"),),
    )

    number = models.CharField(_("order"), max_length=60, db_index=True)
    ordered_on = models.DateField(_("ordered on"), db_index=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    status = models.CharField(_("status"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["-ordered_on", "number"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "ordered_on", "customer"], name="order_once_a_day_and_customer")
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(ScopedModel):
    """One line of an order: the fact that everything is counted from.

    `amount` is net of discount and before tax, in minor units; `stated_micros` is the amount as the source stated
    it. `ordered_on`, `customer`, `rep` and `unit` are the order's, kept here so that nothing has to be joined.
    """

    visible = Visible(
        family="sales",
        unit="unit",
        rep="rep",
        agency="customer__agency",
        also=(Also(column="order", model="sales.Credit", key="order"),),
    )

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    key = models.CharField(_("line"), max_length=80)
    ordered_on = models.DateField(_("ordered on"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    quantity_micros = MicrosField(_("quantity"), default=1_000_000)
    price_micros = MicrosField(_("unit price"), null=True, blank=True)
    discount = ShareField(_("discount"), default=0)
    amount = MoneyField(_("amount"))
    stated_micros = MicrosField(_("stated amount"))
    cost = MoneyField(_("cost"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-ordered_on", "order", "key"]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "key"], name="line_once_an_order")]
        indexes: ClassVar = [
            models.Index(fields=["ordered_on", "id"]),
            models.Index(fields=["unit", "ordered_on"]),
            models.Index(fields=["rep", "customer"]),
        ]

    def __str__(self) -> str:
        return f"{self.order} / {self.key}"


class Credit(ScopedModel):
    """A share of an order that counts for one salesperson; the shares of an order make a whole."""

    visible = Visible(family="sales", unit="unit", rep="rep")

    order = models.ForeignKey(Order, models.CASCADE, related_name="credits", verbose_name=_("order"))
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="+", verbose_name=_("salesperson"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    share = ShareField(_("share"))

    class Meta:
        ordering: ClassVar = ["order", "rep"]
        verbose_name = _("sales split")
        verbose_name_plural = _("sales splits")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "rep"], name="credit_once_a_rep"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1_000_000), name="credit_share_within_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.rep}"


class Paper(ScopedModel):
    """What returns, invoices and receipts have in common: a number, a customer, an amount, where it counts."""

    number = models.CharField(_("number"), max_length=60)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("order"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    amount = MoneyField(_("amount"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class Return(Paper):
    """Goods that came back: lowers the month it is booked in, not the month of the sale."""

    visible = Visible(family="sales", unit="unit", rep="rep", agency="customer__agency")

    returned_on = models.DateField(_("booked on"), db_index=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    quantity_micros = MicrosField(_("quantity"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-returned_on", "number"]
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "product"], name="return_once_a_product")]


class Invoice(Paper):
    """What a customer owes, and by when."""

    visible = Visible(family="cash", unit="unit", rep="rep", agency="customer__agency")

    invoiced_on = models.DateField(_("invoiced on"), db_index=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-invoiced_on", "number"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="invoice_once")]


class Receipt(Paper):
    """Money that came in, for an invoice where one is named."""

    visible = Visible(family="cash", unit="unit", rep="rep", agency="customer__agency")

    received_on = models.DateField(_("received on"), db_index=True)
    invoice = models.ForeignKey(
        Invoice, models.SET_NULL, null=True, blank=True, related_name="receipts", verbose_name=_("invoice")
    )

    class Meta:
        ordering: ClassVar = ["-received_on", "number"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "customer"], name="receipt_once")]
