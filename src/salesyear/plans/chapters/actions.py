"""Chapter 4 行动计划: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

ACTIONS = Chapter(
    "actions",
    _("Actions"),
    _("Who does what, and by when?"),
    (
        Row(
            "A1",
            "目标设定与策略调整",
            "Quarter targets and adjustments",
            noop("A quarter plan for each region, made from the annual plan and what happened, and signed off."),
            ("orders", "quotas"),
            page="quarters",
        ),
        Row(
            "A2",
            "客户拜访与关系维护",
            "Visits and customer care",
            noop("A visit plan by grade and capacity, routed day by day, with notes and the next step."),
            ("customers", "visits", "reps"),
        ),
        Row(
            "A3",
            "竞品分析与市场调研",
            "Quarterly rival report",
            noop("The quarter's report on rivals' prices, promotions and share."),
            ("rivals", "market_sizes"),
        ),
        Row(
            "A4",
            "大型展会与推广活动",
            "Fairs and events",
            noop("The way to each event, scheduled backwards from its date, and what came of it."),
            ("campaigns", "leads"),
        ),
        Row(
            "A5",
            "促销与折扣政策执行",
            "Promotions carried out",
            noop("The promotion calendar against the season, with clashes and overspending shown."),
            ("prices", "orders"),
        ),
        Row(
            "A6",
            "团队复盘与绩效评估",
            "Team review",
            noop("The month's review, and its decisions as tasks with an owner and a date."),
            ("orders", "quotas"),
            page="review",
        ),
        Row(
            "A7",
            "角色与责任明确化",
            "Roles and duties",
            noop("One accountable owner for each duty, the load of each person, and rotation."),
            ("reps", "units"),
        ),
        Row(
            "A8",
            "动态协作与资源调配",
            "Working across regions",
            noop("A shared pool of customers with claim and protection rules, and project teams."),
            ("customers", "opportunities"),
        ),
        Row(
            "A9",
            "激励机制与反馈通道",
            "Incentives and feedback",
            noop("A bonus statement that explains every yuan, and a suggestion box that cannot tell who wrote."),
            ("orders", "quotas", "receipts"),
        ),
    ),
)
