"""Chapter 5 资源管理: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

RESOURCES = Chapter(
    "resources",
    _("Resources"),
    _("What money, people and tools does the plan take, and where do they do most?"),
    (
        Row(
            "R1",
            "精细化预算编制",
            "Budget",
            noop("A budget by region, item and month, solved for return under its caps."),
            ("costs", "orders"),
        ),
        Row(
            "R2",
            "动态成本监控机制",
            "Cost control",
            noop("Budget, actual and forecast side by side, with a proposal for moving money."),
            ("costs",),
        ),
        Row(
            "R3",
            "供应商合作优化",
            "Suppliers",
            noop("A scorecard for each supplier, terms of contract, and what could be saved."),
            ("suppliers", "costs"),
        ),
        Row(
            "R4",
            "区域人才梯队建设",
            "People to fit the targets",
            noop("Headcount and learning time, capacity against target, and whom to hire when."),
            ("reps", "orders", "quotas"),
        ),
        Row(
            "R5",
            "定制化培训体系",
            "Training",
            noop("Skills, courses and scores, and their effect on conversion."),
            ("courses", "opportunities"),
        ),
        Row(
            "R6",
            "绩效驱动的人员调配",
            "Moving people by results",
            noop("A proposal to move people, with workload, travel and expected sales before and after."),
            ("reps", "customers", "orders"),
        ),
        Row(
            "R7",
            "CRM系统深度整合",
            "Customer records",
            noop("A full view of each customer: contacts, pipeline, contracts, orders."),
            ("customers", "contacts", "opportunities", "contracts"),
        ),
        Row(
            "R8",
            "移动端协作工具部署",
            "Tools on the phone",
            noop("An app that opens on today, works off line, and sends notices where the team talks."),
            ("visits",),
        ),
        Row(
            "R9",
            "数据安全与权限管理",
            "Data security and rights",
            noop("Roles, scope and masked fields, the audit trail, and privacy requests."),
            ("units", "reps"),
        ),
    ),
)
