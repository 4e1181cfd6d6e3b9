"""Chapter 2 市场分析: its rows, what each shows and needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.engine.messages import noop
from salesyear.plans.chapters.parts import Chapter, Row

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
            page="buying-shifts",
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
