"""The six chapters of the plan and their rows, in its order: names in both languages, what each shows and needs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop

# What a row reads: the name of the list page that shows it, and its words.
FACTS = {
    "products": noop("products"),
    "customers": noop("customers"),
    "orders": noop("orders"),
    "invoices": noop("invoices"),
    "receipts": noop("receipts"),
    "quotas": noop("quotas"),
    "units": noop("regions and territories"),
    "reps": noop("reps and assignments"),
    "agencies": noop("agencies"),
    "contacts": noop("contacts"),
    "leads": noop("leads"),
    "opportunities": noop("opportunities"),
    "contracts": noop("contracts"),
    "visits": noop("visits"),
    "market_sizes": noop("market sizes"),
    "rivals": noop("rivals and their moves"),
    "surveys": noop("survey answers"),
    "costs": noop("budget and cost entries"),
    "campaigns": noop("campaigns"),
    "prices": noop("price rules"),
    "suppliers": noop("suppliers"),
    "courses": noop("courses and skills"),
    "texts": noop("public texts"),
    "initiatives": noop("initiatives"),
    "tickets": noop("service tickets"),
}

# Pages that a row may lead to before its own is there, and their words.
PAGES = {"baseline": noop("Baseline"), "customer-grades": noop("Customers' value")}


@dataclass(frozen=True)
class Row:
    """One row of a chapter: its code in the plan, its two names, what it shows, the facts it reads, its page if any.

    begun: pages that show a part of it while its own is not there.
    """

    code: str
    chinese: str
    english: str
    shows: str
    needs: tuple[str, ...]
    page: str = ""
    begun: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.chinese if reads_chinese() else self.english

    @property
    def other_name(self) -> str:
        """The name in the other language, so that both stay known."""
        return self.english if reads_chinese() else self.chinese

    @property
    def other_language(self) -> str:
        """The language tag of `other_name`."""
        return "en" if reads_chinese() else "zh-Hans"


@dataclass(frozen=True)
class Chapter:
    """A chapter of the plan: its place in the URL, its title, the question it answers, its rows."""

    slug: str
    title: str | Promise
    question: str | Promise
    rows: tuple[Row, ...]


def reads_chinese() -> bool:
    """Whether the page is being written in Chinese."""
    return (get_language() or "").startswith("zh")


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
            begun=("baseline",),
        ),
        Row(
            "T2",
            "产品线销售占比优化",
            "Product-line mix",
            noop("The share of high-margin and strategic lines per region and rep, solved together with the targets."),
            ("orders", "products"),
        ),
        Row(
            "T3",
            "新签客户贡献率",
            "New customers' share",
            noop("What customers won this year bring in their first year, against the share that was planned."),
            ("orders", "customers"),
        ),
        Row(
            "T4",
            "回款周期管控",
            "Collection period",
            noop("A collection plan beside the sales plan: days outstanding, ageing and collection rate per rep."),
            ("invoices", "receipts"),
        ),
        Row(
            "T5",
            "竞品对标分析",
            "Benchmark against rivals",
            noop("Our share by region and product line, and the accounts to take from each rival."),
            ("orders", "market_sizes", "rivals"),
        ),
        Row(
            "T6",
            "空白市场渗透",
            "White-space coverage",
            noop("Segments and districts nobody covers, with their expected value."),
            ("customers", "market_sizes"),
        ),
        Row(
            "T7",
            "渠道下沉计划",
            "Channels in smaller cities",
            noop("Coverage by city tier, and the new outlets or agents that pay back."),
            ("customers", "agencies"),
        ),
        Row(
            "T8",
            "客户渗透率提升",
            "Categories per customer",
            noop("How many categories a customer buys in a year, and which one to offer next."),
            ("orders", "products", "customers"),
            begun=("customer-grades",),
        ),
        Row(
            "T9",
            "高质量客户清单管理",
            "High-quality customer list",
            noop("Leads graded A, B or C with the reasons, and the count of new A customers against the plan."),
            ("leads", "customers"),
            begun=("customer-grades",),
        ),
        Row(
            "T10",
            "流失客户挽回机制",
            "Winning back lost customers",
            noop("Who left, why, what they were worth, what we offered and who came back."),
            ("orders", "customers", "surveys"),
            begun=("customer-grades",),
        ),
        Row(
            "T11",
            "客户满意度提升",
            "Customer satisfaction",
            noop("The promoter score with its margin of error by region and rep, and open improvement plans."),
            ("surveys",),
        ),
        Row(
            "T12",
            "大客户专属服务",
            "Key-account service",
            noop("The top customers with their adviser, next review and chance of renewal."),
            ("orders", "contracts", "visits"),
        ),
    ),
)

MARKET = Chapter(
    "market",
    _("Market"),
    _("What is there to sell to, who else sells there, and what is changing?"),
    (
        Row(
            "M1",
            "消费行为变化分析",
            "Changes in buying behaviour",
            noop("Shifts in basket, frequency, price band and season year on year, the significant ones marked."),
            ("orders", "products"),
        ),
        Row(
            "M2",
            "行业政策影响评估",
            "Effect of policies",
            noop("A register of policies: date, lines and regions touched, effect on the baseline, answer prepared."),
            ("texts", "units"),
        ),
        Row(
            "M3",
            "新兴技术应用观察",
            "New technology in use",
            noop("Which digital tools spread, and what they do to the efficiency of each channel."),
            ("orders", "texts"),
        ),
        Row(
            "M4",
            "竞品策略拆解",
            "Rivals' strategies",
            noop("A dated log of rivals' moves with evidence, beside price gap and share."),
            ("rivals", "market_sizes"),
        ),
        Row(
            "M5",
            "核心对手优劣势对比",
            "Strengths against main rivals",
            noop("A file for each rival, a weighted comparison, and what we win and lose against it."),
            ("rivals", "opportunities"),
        ),
        Row(
            "M6",
            "潜在新进入者监测",
            "Watch for new entrants",
            noop("Signals of entrants, the threat over time, and the defence."),
            ("rivals", "texts"),
        ),
        Row(
            "M7",
            "定量问卷与数据建模",
            "Questionnaires and segments",
            noop("Questionnaires and customer data made into groups: their size, worth and what sets them apart."),
            ("surveys", "customers", "orders"),
        ),
        Row(
            "M8",
            "深度访谈与场景观察",
            "Interviews and ride-alongs",
            noop("Interview and field notes, coded by need, counted and quoted by segment."),
            ("visits", "contacts"),
        ),
        Row(
            "M9",
            "社交媒体舆情监测",
            "Public opinion",
            noop("Topics over time and sentiment by product aspect, with examples."),
            ("texts",),
        ),
    ),
)

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
        ),
        Row(
            "P2",
            "客户覆盖率与渗透率",
            "Coverage and penetration",
            noop("New customers, buying again and penetration by region."),
            ("customers", "orders"),
        ),
        Row(
            "P3",
            "销售转化周期",
            "Time to close",
            noop("Time from first contact to deal by stage, and the stage that holds it up."),
            ("leads", "opportunities"),
        ),
        Row(
            "P4",
            "客户满意度评分",
            "Satisfaction score",
            noop("Satisfaction as part of the scorecard."),
            ("surveys",),
        ),
        Row(
            "P5",
            "月度绩效复盘会议",
            "Monthly review meeting",
            noop("The gap split into price, volume, mix, new and lost, and a library of lessons."),
            ("orders", "quotas"),
        ),
        Row(
            "P6",
            "实时数据看板工具",
            "Live dashboard",
            noop("Progress of each person and team, and alerts with an owner."),
            ("orders", "quotas"),
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

CHAPTERS = (TARGETS, MARKET, STRATEGY, ACTIONS, RESOURCES, PERFORMANCE)
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}
