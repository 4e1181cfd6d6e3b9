"""What files bring in about the market: stated sizes and indicators, and the headings they are known by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.org.columns import UNIT
from salesyear.sales.columns import currency

PLACE = (*UNIT, "place", "province", "省", "省份", "地方")
YEAR = ("year", "年", "年份", "年度")
LINE = ("product line", "line", "category", "产品线", "品类", "类别")

unit = Column("unit", _("unit"), Type.CODE, required=True, to="org.Unit", synonyms=PLACE)
year = Column("year", _("year"), Type.WHOLE, required=True, synonyms=YEAR)
source = Column(
    "source", _("source"), required=True, longest=200, synonyms=("source", "reference", "来源", "出处", "数据来源")
)
as_of = Column(
    "as_of",
    _("as of"),
    Type.DATE,
    required=True,
    synonyms=("as of", "date", "published", "截至", "截至日期", "发布日期", "日期"),
)

KINDS = (
    ImportKind(
        name="market_sizes",
        label=_("market sizes"),
        model="market.MarketSize",
        key=("unit", "line", "year"),
        columns=(
            unit,
            Column("line", _("product line"), Type.CODE, required=True, to="sales.Line", synonyms=LINE),
            year,
            Column(
                "amount",
                _("market size"),
                Type.AMOUNT,
                required=True,
                synonyms=("market size", "size", "market", "amount", "市场规模", "市场容量", "规模", "容量"),
            ),
            currency,
            source,
            as_of,
        ),
    ),
    ImportKind(
        name="indicators",
        label=_("market indicators"),
        model="market.Indicator",
        key=("unit", "measure", "segment", "year"),
        defaults={"segment": ""},
        columns=(
            unit,
            Column(
                "measure",
                _("measure"),
                required=True,
                longest=80,
                synonyms=("measure", "indicator", "index", "指标", "指标名称", "口径"),
            ),
            Column("segment", _("segment"), longest=80, synonyms=("segment", "customer type", "细分", "客户类型")),
            year,
            Column(
                "units_micros",
                _("value"),
                Type.DECIMAL,
                required=True,
                synonyms=("value", "units", "number", "count", "数值", "数量", "值"),
            ),
            source,
            as_of,
        ),
    ),
)
