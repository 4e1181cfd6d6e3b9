"""Chapter 3 销售策略: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

STRATEGY = Chapter(
    "strategy",
    _("Strategy"),
    _("How do we win: which customers, with what offer, through which channel?"),
    (
        Row(
            "S1",
            "精准市场细分与目标客户锁定",
            "Segments and target customers",
            noop("Segments by need, their size and value, the approach chosen and the list to work through."),
            ("customers", "orders"),
        ),
        Row(
            "S2",
            "多媒介整合营销",
            "Campaigns across media",
            noop("Campaigns online and on site: reach, cost, attributed sales and a suggested budget split."),
            ("campaigns", "orders"),
        ),
        Row(
            "S3",
            "标杆案例展示与口碑传播",
            "Reference cases",
            noop("A library of approved cases, and the win rate with and without them."),
            ("opportunities", "customers"),
        ),
        Row(
            "S4",
            "动态定价模型",
            "Dynamic pricing",
            noop("A quote with every step of its price named, its floor and its approval."),
            ("prices", "products", "orders"),
        ),
        Row(
            "S5",
            "限时促销与增值服务捆绑",
            "Timed promotions and bundles",
            noop("Promotion rules and calendar, their conflicts, and the uplift and profit measured."),
            ("prices", "orders"),
        ),
        Row(
            "S6",
            "会员积分与忠诚度计划",
            "Points and loyalty",
            noop("A points ledger that always balances, tiers, expiry, and the effect on buying again."),
            ("orders", "customers"),
        ),
        Row(
            "S7",
            "区域代理商分级管理",
            "Grades of agents",
            noop("Grades by size and result, their history, rebates accrued and statements."),
            ("agencies", "orders"),
        ),
        Row(
            "S8",
            "数字化渠道赋能",
            "Agents' ordering portal",
            noop("Agents see stock, order and follow delivery on a phone; nothing is sold twice."),
            ("agencies", "products", "orders"),
        ),
        Row(
            "S9",
            "跨界合作与异业联盟",
            "Alliances",
            noop("Partners, joint offers, the shared pipeline and how its results are split."),
            ("opportunities", "contracts"),
        ),
    ),
)
