"""What files bring in about quotas already set, and the headings it is known by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.org.columns import REP, UNIT, ends_on
from salesyear.sales.columns import currency

KINDS = (
    ImportKind(
        name="quotas",
        label=_("quotas"),
        model="targets.Quota",
        key=("rep", "starts_on"),
        columns=(
            Column(
                "rep", _("salesperson"), Type.CODE, required=True, to="org.Rep", synonyms=(*REP, "business entity id")
            ),
            Column(
                "starts_on",
                _("from"),
                Type.DATE,
                required=True,
                synonyms=("quota date", "start date", "from", "开始日期", "任务开始", "起始日期"),
            ),
            ends_on,
            Column(
                "amount",
                _("amount"),
                Type.AMOUNT,
                required=True,
                synonyms=("sales quota", "quota", "target", "sales amount quota", "任务", "目标", "指标", "任务金额"),
            ),
            currency,
            Column("unit", _("unit"), Type.CODE, to="org.Unit", synonyms=UNIT),
        ),
    ),
)
