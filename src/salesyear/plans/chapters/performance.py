"""Chapter 6 绩效监控: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

PERFORMANCE = Chapter(
    "performance",
    _("Performance"),
    _("How is it going, which region is behind, and what corrects it?"),
    (
        Row(
            "P1",
            "销售额与回款率",
            "Sales and collection",
            noop("Attainment in sales and in cash together, with orders that look inflated marked."),
            ("orders", "quotas", "receipts"),
            page="board",
        ),
        Row(
            "P2",
            "客户覆盖率与渗透率",
            "Coverage and penetration",
            noop("New customers, buying again and penetration by region."),
            ("customers", "orders"),
            begun=("board", "figures"),
        ),
        Row(
            "P3",
            "销售转化周期",
            "Time to close",
            noop("Time from first contact to deal by stage, and the stage that holds it up."),
            ("leads", "opportunities"),
            begun=("board",),
        ),
        Row(
            "P4",
            "客户满意度评分",
            "Satisfaction score",
            noop("Satisfaction as part of the scorecard."),
            ("surveys",),
            begun=("board",),
        ),
        Row(
            "P5",
            "月度绩效复盘会议",
            "Monthly review meeting",
            noop("The gap split into price, volume, mix, new and lost, and a library of lessons."),
            ("orders", "quotas"),
            page="review",
        ),
        Row(
            "P6",
            "实时数据看板工具",
            "Live dashboard",
            noop("Progress of each person and team, and alerts with an owner."),
            ("orders", "quotas"),
            page="board",
        ),
        Row(
            "P7",
            "一对一辅导机制",
            "Coaching",
            noop("Whose results swing, where in the funnel it happens, and what coaching changed."),
            ("orders", "opportunities", "visits"),
        ),
        Row(
            "P8",
            "跨部门协同反馈",
            "Feedback across departments",
            noop("Tickets, campaigns and surveys over a customer's whole life."),
            ("tickets", "campaigns", "surveys"),
        ),
        Row(
            "P9",
            "动态目标校准机制",
            "Recalibrating targets",
            noop("A trigger, its effect on the baseline, the months solved again, an approval, a new version."),
            ("orders", "quotas"),
            begun=("plans",),
        ),
        Row(
            "P10",
            "调整优化",
            "Adjustment",
            noop("Proposals for people, money and rules, ranked by expected effect and followed up."),
            ("initiatives",),
        ),
    ),
)
