"""Chapter 1 目标设定: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

TARGETS = Chapter(
    "targets",
    _("Targets"),
    _("What should each region, rep and key customer sell this year, and why that much?"),
    (
        Row(
            "T1",
            "销售额目标分解",
            "Revenue target breakdown",
            noop("The year's target, shared out by potential and history down to key customers, adding up exactly."),
            ("orders", "customers", "units", "reps", "quotas"),
            page="plans",
            begun=("baseline", "prior", "ledger", "suggestions", "commitments", "policy"),
        ),
        Row(
            "T2",
            "产品线销售占比优化",
            "Product-line mix",
            noop("The share of high-margin and strategic lines per region and rep, solved together with the targets."),
            ("orders", "products"),
            page="row-t2",
        ),
        Row(
            "T3",
            "新签客户贡献率",
            "New customers' share",
            noop("What customers won this year bring in their first year, against the share that was planned."),
            ("orders", "customers"),
            page="row-t3",
            begun=("new-customers",),
        ),
        Row(
            "T4",
            "回款周期管控",
            "Collection period",
            noop("A collection plan beside the sales plan: days outstanding, ageing and collection rate per rep."),
            ("invoices", "receipts"),
            page="row-t4",
        ),
        Row(
            "T5",
            "竞品对标分析",
            "Benchmark against rivals",
            noop("Our share by region and product line, and the accounts to take from each rival."),
            ("orders", "market_sizes", "rivals"),
            page="row-t5",
            begun=("market-potential",),
        ),
        Row(
            "T6",
            "空白市场渗透",
            "White-space coverage",
            noop("Segments and districts nobody covers, with their expected value."),
            ("customers", "market_sizes"),
            page="row-t6",
            begun=("white-space",),
        ),
        Row(
            "T7",
            "渠道下沉计划",
            "Channels in smaller cities",
            noop("Coverage by city tier, and the new outlets or agents that pay back."),
            ("customers", "agencies"),
            page="row-t7",
            begun=("tier-coverage",),
        ),
        Row(
            "T8",
            "客户渗透率提升",
            "Categories per customer",
            noop("How many categories a customer buys in a year, and which one to offer next."),
            ("orders", "products", "customers"),
            begun=("customer-grades",),
            page="row-t8",
        ),
        Row(
            "T9",
            "高质量客户清单管理",
            "High-quality customer list",
            noop("Leads graded A, B or C with the reasons, and the count of new A customers against the plan."),
            ("leads", "customers"),
            begun=("customer-grades",),
            page="row-t9",
        ),
        Row(
            "T10",
            "流失客户挽回机制",
            "Winning back lost customers",
            noop("Who left, why, what they were worth, what we offered and who came back."),
            ("orders", "customers", "surveys"),
            begun=("customer-grades",),
            page="row-t10",
        ),
        Row(
            "T11",
            "客户满意度提升",
            "Customer satisfaction",
            noop("The promoter score with its margin of error by region and rep, and open improvement plans."),
            ("surveys",),
            page="row-t11",
        ),
        Row(
            "T12",
            "大客户专属服务",
            "Key-account service",
            noop("The top customers with their adviser, next review and chance of renewal."),
            ("orders", "contracts", "visits"),
            page="row-t12",
        ),
    ),
)
