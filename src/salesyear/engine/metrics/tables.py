"""The tables that figures are made from: their columns, what each row is, and by what each can be split.

Keys are whole numbers (0: none named), amounts whole minor units of the company's own currency, `month` is counted
from year 0 (year × 12 + month − 1), so that years and quarters are divisions and a year ago is − 12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NONE = 0  # the key of “none named”
TIMES = ("month", "quarter", "year")
PLACES = ("region", "territory", "unit")
GOODS = ("product", "line", "category", "strategic")
BUYERS = ("customer", "segment", "industry", "grade", "city", "province", "city_tier")

KEY, DAY, MONEY, WORD = "int64", "date", "int64", "string"


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of row. splits: by what it can be split; day: the column that dates it, if any.

    here: whether the product stores such rows yet. words: what a row is, in English and Chinese.
    """

    name: str
    words: tuple[str, str]
    columns: Mapping[str, str]
    splits: tuple[str, ...]
    day: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True)
class Attribute:
    """A split that is not on the row itself: `column` of table `of`, found by the row's own `key`."""

    name: str
    key: str
    of: str
    column: str


_WHO = {"rep": KEY, "unit": KEY}
_EARNED = {"day": DAY, "month": KEY, "customer": KEY, **_WHO}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "sold",
            ("a sale or a return, by order line and share", "订单行或退货，按分摊"),
            {"row": KEY, "kind": KEY, **_EARNED, "order": KEY, "product": KEY, "amount": MONEY, "quantity": KEY},
            (*TIMES, *PLACES, "rep", *BUYERS, *GOODS),
            "day",
        ),
        Table(
            "invoices",
            ("an invoice", "发票"),
            {"row": KEY, **_EARNED, "due_on": DAY, "due_month": KEY, "amount": MONEY},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
        ),
        Table(
            "receipts",
            ("money that came in", "收款"),
            {"row": KEY, **_EARNED, "invoice": KEY, "amount": MONEY},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
        ),
        Table(
            "targets",
            ("a month's target of a cell of the plan, or a month of a quota", "计划单元或任务的月度目标"),
            {"month": KEY, **_WHO, "customer": KEY, "line": KEY, "new": KEY, "target": MONEY, "baseline": MONEY},
            (*TIMES, *PLACES, "rep", "customer", "line", "new"),
        ),
        Table(
            "cash_targets",
            ("what the plan wants collected in a month", "计划的月度回款目标"),
            {"month": KEY, **_WHO, "cash": MONEY},
            (*TIMES, *PLACES, "rep"),
        ),
        Table(
            "customers",
            ("a customer there is to sell to", "目标客户"),
            {
                "customer": KEY,
                **_WHO,
                **dict.fromkeys(("segment", "industry", "grade", "city", "province"), WORD),
                "city_tier": KEY,
            },
            (*PLACES, "rep", *BUYERS),
        ),
        Table(
            "units", ("a unit, and where it stands today", "组织单元"), {"row": KEY, **dict.fromkeys(PLACES, KEY)}, ()
        ),
        Table(
            "products",
            ("a product", "产品"),
            {"product": KEY, "line": KEY, "category": WORD, "strategic": KEY},
            (),
        ),
        Table(
            "market",
            ("the size of the market of a line in a place and month", "市场规模"),
            {"month": KEY, "unit": KEY, "line": KEY, "size": MONEY},
            (*TIMES, *PLACES, "line"),
            here=False,
        ),
        Table(
            "deals",
            ("an opportunity: when it began, when it closed or should", "商机"),
            {
                "deal": KEY,
                "created_on": DAY,
                "closes_on": DAY,
                "month": KEY,
                "created_month": KEY,
                "state": WORD,
                "stage": WORD,
                "value": MONEY,
                "customer": KEY,
                "product": KEY,
                **_WHO,
            },
            (*TIMES, *PLACES, "rep", *BUYERS, *GOODS, "stage"),
            "closes_on",
            here=False,
        ),
        Table(
            "answers",
            ("an answer to a survey; an empty score is a blank", "调查答卷，空分不计"),
            {"row": KEY, **_EARNED, "question": WORD, "score": KEY, "top": KEY},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
            here=False,
        ),
        Table(
            "contracts",
            ("a contract that came up for renewal", "到期合同"),
            {"row": KEY, **_EARNED, "value": MONEY, "renewed": KEY},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
            here=False,
        ),
        Table(
            "visits",
            ("a visit to a customer; valid ones count", "拜访"),
            {"row": KEY, **_EARNED, "valid": KEY},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
            here=False,
        ),
        Table(
            "win_backs",
            ("a lost customer somebody set out to win back", "挽回对象"),
            {"row": KEY, **_EARNED},
            (*TIMES, *PLACES, "rep", *BUYERS),
            "day",
            here=False,
        ),
    )
}

# The same rows, summed up without some of their columns, lightest first: each with the table it is of.
LIGHTER: Mapping[str, tuple[str, frozenset[str]]] = {
    "sold_goods": ("sold", frozenset({"row", "order", "customer"})),
    "sold_buyers": ("sold", frozenset({"row", "order", "product"})),
}
SUMMED = ("amount", "quantity")

ATTRIBUTES: dict[str, Attribute] = {
    one.name: one
    for one in (
        *(Attribute(name, "unit", "units", "row") for name in PLACES),
        *(Attribute(name, "product", "products", "product") for name in ("line", "category", "strategic")),
        *(Attribute(name, "customer", "customers", "customer") for name in BUYERS if name != "customer"),
    )
}

SPLITS: dict[str, tuple[str, str]] = {
    "month": ("month", "月"),
    "quarter": ("quarter", "季度"),
    "year": ("year", "年"),
    "region": ("region", "大区"),
    "territory": ("territory", "区域"),
    "unit": ("unit", "组织单元"),
    "rep": ("salesperson", "销售人员"),
    "customer": ("customer", "客户"),
    "segment": ("segment", "细分"),
    "industry": ("industry", "行业"),
    "grade": ("grade", "等级"),
    "city": ("city", "城市"),
    "province": ("province", "省份"),
    "city_tier": ("city tier", "城市级别"),
    "product": ("product", "产品"),
    "line": ("product line", "产品线"),
    "category": ("category", "品类"),
    "strategic": ("strategic or not", "是否战略产品"),
    "new": ("new customers or not", "是否新客户"),
    "stage": ("stage", "阶段"),
}
