"""What files bring in about products, prices and the facts of selling, and the headings it is known by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.core.scope import Scope
from salesyear.crm import columns as crm
from salesyear.org.columns import REP, UNIT, ends_on, starts_on
from salesyear.org.services import PAST
from salesyear.sales.models import Order, OrderLine

ORDER = ("order", "order id", "order number", "order no", "sales order id", "订单号", "订单编号", "订单", "单号")
ORDERED = ("order date", "ordered on", "date", "订单日期", "下单日期", "日期", "订购日期")
DUE = ("due date", "required date", "delivery due", "交货日期", "要求日期", "到期日", "到期日期")
SHIPPED = ("ship date", "shipped date", "delivery date", "发货日期", "出货日期")
CURRENCY = ("currency", "currency code", "币种", "货币", "币别")
PRODUCT = (
    "product",
    "product id",
    "product code",
    "item",
    "sku",
    "产品编号",
    "产品编码",
    "产品id",
    "产品",
    "商品编号",
    "product id fk",
    "物料编码",
)
PRODUCT_NAME = ("product name", "item name", "产品名称", "商品名称", "品名")
CATEGORY = ("sub category", "product sub type", "subcategory", "sub type", "子类别", "品类", "category", "类别")
QUANTITY = (
    "quantity",
    "qty",
    "order qty",
    "quantity ordered",
    "数量",
    "件数",
    "销量",
    "count",
    "pieces",
    "units",
    "箱数",
    "sold",
    "qty sold",
    "quantity sold",
    "order quantity",
    "amount",
)
AMOUNT = (
    "line total",
    "net amount",
    "sales amount",
    "sales",
    "sale amt",
    "revenue",
    "销售额",
    "销售金额",
    "金额",
    "amount",
    "小计",
)

currency = Column("currency", _("currency"), Type.CODE, to="sales.Currency", synonyms=CURRENCY)
customer = Column(
    "customer", _("customer"), Type.CODE, required=True, to="crm.Customer", synonyms=(*crm.CODE, *crm.NAME)
)
rep = Column("rep", _("salesperson"), Type.CODE, to="org.Rep", synonyms=REP)
unit = Column("unit", _("unit"), Type.CODE, to="org.Unit", synonyms=UNIT)
order = Column("order", _("order"), Type.CODE, to="sales.Order", synonyms=ORDER)


def carry_to_lines(keys: Iterable[Any]) -> None:
    """Take salesperson, unit and currency of orders over to their lines, after orders came in or went."""
    system = Scope.system("carrying orders to their lines")
    orders = Order.objects.within(system).filter(pk=OuterRef("order"))
    copies = {column: Subquery(orders.values(column)[:1]) for column in ("rep_id", "unit_id", "currency_id")}
    wanted = list(keys)
    for start in range(0, len(wanted), 1_000):
        part = OrderLine.objects.within(system).filter(order__in=wanted[start : start + 1_000])
        part.update(**copies)


def paper(name: str, label: Any, model: str, day: Column, *more: Column, key: tuple[str, ...]) -> ImportKind:  # noqa: ANN401 (a text translated when shown)
    """Declare returns, invoices or receipts: number, day, customer, amount, and what is their own."""
    number = Column("number", _("number"), Type.CODE, required=True, synonyms=(f"{name[:-1]} number", *NUMBERS[name]))
    amount = Column("amount", _("amount"), Type.AMOUNT, required=True, synonyms=AMOUNT)
    columns = (number, day, customer, amount, currency, order, rep, unit, *more)
    return ImportKind(name=name, label=label, model=model, key=key, columns=columns)


NUMBERS = {
    "returns": ("return id", "return no", "退货单号", "退单号"),
    "invoices": ("invoice id", "invoice no", "invoice", "发票号", "发票号码", "发票编号"),
    "receipts": ("receipt id", "payment number", "check number", "收款单号", "回款单号", "回款编号", "凭证号"),
}

PRODUCTS = (
    ImportKind(
        name="currencies",
        label=_("currencies"),
        model="sales.Currency",
        key=("code",),
        columns=(
            Column("code", _("code"), Type.CODE, required=True, synonyms=CURRENCY),
            Column("name", _("name"), required=True, synonyms=("currency name", "币种名称", "货币名称")),
            Column("digits", _("decimals"), Type.WHOLE, synonyms=("digits", "小数位", "小数位数")),
            Column("is_base", _("the company's own"), Type.YES_NO, synonyms=("base", "本位币", "是否本位币")),
        ),
    ),
    ImportKind(
        name="rates",
        label=_("exchange rates"),
        model="sales.Rate",
        key=("currency", "starts_on"),
        columns=(
            Column("currency", _("currency"), Type.CODE, required=True, to="sales.Currency", synonyms=CURRENCY),
            Column(
                "starts_on",
                _("from"),
                Type.DATE,
                required=True,
                synonyms=("date", "rate date", "日期", "汇率日期", "生效日期"),
            ),
            Column("micros", _("rate"), Type.DECIMAL, required=True, synonyms=("rate", "exchange rate", "汇率")),
        ),
    ),
    ImportKind(
        name="lines",
        label=_("product lines"),
        model="sales.Line",
        key=("code",),
        columns=(
            Column(
                "code",
                _("code"),
                Type.CODE,
                required=True,
                synonyms=("line code", "category id", "产品线编码", "类别编号"),
            ),
            Column("name", _("name"), required=True, synonyms=("line name", "category name", "产品线", "产品线名称")),
            Column("strategic", _("strategic"), Type.YES_NO, synonyms=("strategic", "战略", "是否战略")),
        ),
    ),
    ImportKind(
        name="products",
        label=_("products"),
        model="sales.Product",
        key=("code",),
        columns=(
            Column("code", _("code"), Type.CODE, required=True, synonyms=PRODUCT),
            Column("name", _("name"), required=True, synonyms=(*PRODUCT_NAME, "name")),
            Column(
                "line",
                _("product line"),
                Type.CODE,
                to="sales.Line",
                synonyms=("product line", "line", "category id", "产品线", "产品大类"),
            ),
            Column("category", _("category"), synonyms=CATEGORY),
            Column("strategic", _("strategic"), Type.YES_NO, synonyms=("strategic", "战略", "战略产品")),
        ),
    ),
    ImportKind(
        name="prices",
        label=_("prices and costs"),
        model="sales.Price",
        key=("product", "currency", "starts_on"),
        defaults={"starts_on": PAST},
        columns=(
            Column(
                "product",
                _("product"),
                Type.CODE,
                required=True,
                to="sales.Product",
                synonyms=(*PRODUCT, *PRODUCT_NAME),
            ),
            currency,
            starts_on,
            ends_on,
            Column(
                "list_micros",
                _("list price"),
                Type.AMOUNT,
                synonyms=("list price", "price", "unit price", "msrp", "标价", "目录价", "单价"),
            ),
            Column(
                "cost_micros", _("cost"), Type.AMOUNT, synonyms=("standard cost", "cost", "buy price", "成本", "成本价")
            ),
        ),
    ),
)

FACTS = (
    ImportKind(
        name="orders",
        label=_("orders"),
        model="sales.Order",
        key=("number", "ordered_on", "customer"),
        settle=carry_to_lines,
        columns=(
            Column("number", _("order"), Type.CODE, required=True, synonyms=ORDER),
            Column("ordered_on", _("ordered on"), Type.DATE, required=True, synonyms=ORDERED),
            customer,
            Column("due_on", _("due on"), Type.DATE, synonyms=DUE),
            Column("shipped_on", _("shipped on"), Type.DATE, synonyms=SHIPPED),
            rep,
            unit,
            currency,
            Column("status", _("status"), synonyms=("status", "order status", "状态", "订单状态")),
            Column("city", _("city"), synonyms=crm.CITY),
        ),
    ),
    ImportKind(
        name="orderlines",
        label=_("order lines"),
        model="sales.OrderLine",
        key=("order", "key"),
        any_of=(("product", "product_name"), ("amount", "price")),
        columns=(
            Column("order", _("order"), Type.CODE, required=True, longest=60, synonyms=ORDER),
            Column(
                "key",
                _("line"),
                Type.CODE,
                synonyms=(
                    "line",
                    "line number",
                    "line item id",
                    "order line number",
                    "sales order detail id",
                    "row id",
                    "id",
                    "行号",
                    "明细行号",
                    "序号",
                ),
            ),
            Column("ordered_on", _("ordered on"), Type.DATE, synonyms=ORDERED),
            Column("customer", _("customer"), Type.CODE, to="crm.Customer", synonyms=crm.CODE),
            Column("customer_name", _("customer's name"), synonyms=crm.NAME, longest=200, creates="crm.Customer"),
            Column("product", _("product"), Type.CODE, to="sales.Product", synonyms=PRODUCT),
            Column("product_name", _("product's name"), synonyms=PRODUCT_NAME, longest=300, creates="sales.Product"),
            Column("quantity", _("quantity"), Type.DECIMAL, synonyms=QUANTITY),
            Column(
                "price", _("unit price"), Type.AMOUNT, synonyms=("unit price", "price", "price each", "单价", "价格")
            ),
            Column(
                "discount", _("discount"), Type.PERCENT, synonyms=("discount", "unit price discount", "折扣", "折让")
            ),
            Column("amount", _("amount"), Type.AMOUNT, synonyms=AMOUNT),
            Column("cost", _("cost"), Type.AMOUNT, synonyms=("cost", "total cost", "成本", "成本金额")),
            Column("profit", _("profit"), Type.AMOUNT, synonyms=("profit", "利润", "毛利")),
            currency,
            rep,
            Column("unit", _("unit"), Type.CODE, to="org.Unit", synonyms=UNIT),
            Column("due_on", _("due on"), Type.DATE, synonyms=DUE),
            Column("shipped_on", _("shipped on"), Type.DATE, synonyms=SHIPPED),
            Column("status", _("status"), synonyms=("status", "order status", "状态", "订单状态")),
            Column("segment", _("segment"), synonyms=crm.SEGMENT, longest=80, creates="crm.Customer"),
            Column("city", _("city"), synonyms=crm.CITY, longest=100, creates="crm.Customer"),
            Column("province", _("province"), synonyms=crm.PROVINCE, longest=100, creates="crm.Customer"),
            Column("country", _("country"), synonyms=crm.COUNTRY, longest=100, creates="crm.Customer"),
            Column(
                "line",
                _("product line"),
                synonyms=("product line", "category", "product type", "type", "产品线", "类别", "产品大类"),
                longest=200,
                creates="sales.Product",
            ),
            Column("category", _("category"), synonyms=CATEGORY, longest=100, creates="sales.Product"),
        ),
    ),
    ImportKind(
        name="credits",
        label=_("sales splits"),
        model="sales.Credit",
        key=("order", "rep"),
        columns=(
            Column("order", _("order"), Type.CODE, required=True, to="sales.Order", synonyms=ORDER),
            Column("rep", _("salesperson"), Type.CODE, required=True, to="org.Rep", synonyms=REP),
            unit,
            Column(
                "share",
                _("share"),
                Type.PERCENT,
                required=True,
                synonyms=("share", "split", "credit", "分摊", "比例", "分成"),
            ),
        ),
    ),
    paper(
        "returns",
        _("returns"),
        "sales.Return",
        Column("returned_on", _("booked on"), Type.DATE, required=True, synonyms=("return date", "退货日期", "日期")),
        Column("product", _("product"), Type.CODE, to="sales.Product", synonyms=(*PRODUCT, *PRODUCT_NAME)),
        Column("quantity_micros", _("quantity"), Type.DECIMAL, synonyms=QUANTITY),
        Column("reason", _("reason"), synonyms=("reason", "退货原因", "原因")),
        key=("number", "product"),
    ),
    paper(
        "invoices",
        _("invoices"),
        "sales.Invoice",
        Column(
            "invoiced_on",
            _("invoiced on"),
            Type.DATE,
            required=True,
            synonyms=("invoice date", "开票日期", "发票日期", "日期"),
        ),
        Column("due_on", _("due on"), Type.DATE, synonyms=(*DUE, "应收日期", "付款到期日")),
        key=("number",),
    ),
    paper(
        "receipts",
        _("receipts"),
        "sales.Receipt",
        Column(
            "received_on",
            _("received on"),
            Type.DATE,
            required=True,
            synonyms=("payment date", "receipt date", "回款日期", "收款日期", "到账日期"),
        ),
        Column(
            "invoice", _("invoice"), Type.CODE, to="sales.Invoice", synonyms=("invoice number", "发票号", "核销发票")
        ),
        key=("number", "customer"),
    ),
)

KINDS = PRODUCTS + FACTS
