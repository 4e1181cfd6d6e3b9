"""Headings are understood by themselves, in both languages, and what was chosen is remembered."""

from __future__ import annotations

import pytest

from salesyear.importing.layouts import Layout, LayoutError, checked, fingerprint, guess, remembered_or_guessed

pytestmark = pytest.mark.once

CHINESE = ("订单编号", "下单日期", "客户名称", "产品名称", "数量", "单价", "折扣", "销售额", "业务员", "所属大区")
HEADINGS = (
    "id order_id order_date delivery_date customer_id customer_name customer_type city province country_or_region"
)
HEADINGS += " area product_id product_type product_sub_type product_name sales amount discount profit"
SUPERSTORE = tuple(HEADINGS.split())


def test_chinese_order_lines() -> None:
    layout = guess(CHINESE)
    assert layout.kind == "orderlines"
    assert layout.columns == {
        "order": ("订单编号",),
        "ordered_on": ("下单日期",),
        "customer_name": ("客户名称",),
        "product_name": ("产品名称",),
        "quantity": ("数量",),
        "price": ("单价",),
        "discount": ("折扣",),
        "amount": ("销售额",),
        "rep": ("业务员",),
        "unit": ("所属大区",),
    }


def test_amount_is_the_quantity_where_sales_are_the_amount() -> None:
    columns = guess(SUPERSTORE).columns
    assert (columns["amount"], columns["quantity"]) == (("sales",), ("amount",))
    assert (columns["line"], columns["category"]) == (("product_type",), ("product_sub_type",))
    assert (columns["key"], columns["unit"]) == (("id",), ("area",))


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (("OrderID", "CustomerID", "EmployeeID", "OrderDate", "RequiredDate", "ShippedDate"), "orders"),
        (("OrderID", "ProductID", "UnitPrice", "Quantity", "Discount"), "orderlines"),
        (("CUSTOMERNUMBER", "CHECKNUMBER", "PAYMENTDATE", "AMOUNT"), "receipts"),
        (("BusinessEntityId", "QuotaDate", "SalesQuota"), "quotas"),
        (("EmployeeID", "LastName", "FirstName", "Title", "HireDate", "ReportsTo"), "reps"),
        (("币种", "汇率日期", "汇率"), "rates"),
        (("发票号码", "开票日期", "客户名称", "金额", "付款到期日"), "invoices"),
        (("ＯｒｄｅｒＩＤ", "product id", "unit-price", "qty"), "orderlines"),
    ],
)
def test_the_kind_is_told_by_the_headings(headings: tuple[str, ...], kind: str) -> None:
    assert guess(headings).kind == kind


def test_first_and_last_name_make_one_name() -> None:
    assert guess(("LastName", "FirstName", "EmployeeID"), "reps").columns["name"] == ("FirstName", "LastName")


def test_what_was_chosen_is_remembered_whatever_the_order_and_width() -> None:
    assert fingerprint(("Order ID", "客户")) == fingerprint(("客户", "ＯＲＤＥＲ　ＩＤ"))
    assert fingerprint(("Order ID",)) != fingerprint(("Order date",))
    chosen = Layout("orders", {"number": ("Nr.",)}, {"currency": "USD"}, {"ordered_on": "dmy"}, create_missing=True)
    assert remembered_or_guessed(("Nr.",), chosen.kept()) == chosen
    assert remembered_or_guessed(("Nr.",), chosen.kept(), "customers").kind == "customers"


def test_a_layout_that_does_not_fit_is_refused_with_what_there_is() -> None:
    headings = ("Order", "Product", "Amount")
    good = {"order": ("Order",), "product": ("Product",), "amount": ("Amount",)}
    assert checked(Layout("orderlines", good), headings).columns == good
    with pytest.raises(LayoutError, match="“colour” is no column of orderlines"):
        checked(Layout("orderlines", {**good, "colour": ("Order",)}), headings)
    with pytest.raises(LayoutError, match="no heading “Price”"):
        checked(Layout("orderlines", {**good, "price": ("Price",)}), headings)
    with pytest.raises(LayoutError, match="needed for: order, amount"):
        checked(Layout("orderlines", {"product": ("Product",)}), headings)
