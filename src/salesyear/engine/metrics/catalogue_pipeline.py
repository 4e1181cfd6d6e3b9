"""Pipeline and satisfaction: what is in hand, how much of it is won and how soon; what customers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesyear.engine.metrics.figure import Base, Better, Derived, Figure, Span, Unit, Words, column, ratio, unless_0
from salesyear.engine.metrics.figure import formula as of

MORE, LESS, NEITHER = Better.MORE, Better.LESS, Better.NEITHER
MONEY, SHARE, COUNT, DAYS, TIMES = Unit.MONEY, Unit.SHARE, Unit.COUNT, Unit.DAYS, Unit.TIMES

PIPELINE: tuple[Figure, ...] = (
    Base(
        "won_deals",
        Words(
            "Deals won",
            "赢单数",
            "Deals won in the period.",
            "期内赢单数。",
        ),
        COUNT,
        MORE,
        "deal",
        table="deals",
        rows=lambda t: t.state == "won",
    ),
    Base(
        "lost_deals",
        Words(
            "Deals lost",
            "丢单数",
            "Deals lost in the period.",
            "期内丢单数。",
        ),
        COUNT,
        LESS,
        "deal",
        table="deals",
        rows=lambda t: t.state == "lost",
    ),
    Base(
        "closed_deals",
        Words(
            "Deals closed",
            "结单数",
            "Deals won or lost in the period.",
            "期内赢单与丢单之和。",
        ),
        COUNT,
        NEITHER,
        "deal",
        table="deals",
        rows=lambda t: t.state.isin(["won", "lost"]),
    ),
    Base(
        "won_value",
        Words(
            "Value won",
            "赢单额",
            "Value of deals won in the period.",
            "期内赢单金额。",
        ),
        MONEY,
        MORE,
        "deal",
        table="deals",
        rows=lambda t: t.state == "won",
        adds=column("value"),
    ),
    Base(
        "closed_value",
        Words(
            "Value closed",
            "结单额",
            "Value of deals won or lost in the period.",
            "期内赢单与丢单金额之和。",
        ),
        MONEY,
        NEITHER,
        "deal",
        table="deals",
        rows=lambda t: t.state.isin(["won", "lost"]),
        adds=column("value"),
    ),
    Derived(
        "win_rate",
        Words(
            "Win rate",
            "赢单率",
            "Deals won ÷ deals won or lost.",
            "赢单数 ÷(赢单数 + 丢单数)。",
        ),
        SHARE,
        MORE,
        "deal",
        of=("won_deals", "closed_deals"),
        result=ratio("won_deals", "closed_deals"),
    ),
    Derived(
        "win_rate_value",
        Words(
            "Win rate by value",
            "赢单率（金额）",
            "Value won ÷ value won or lost.",
            "赢单额 ÷(赢单额 + 丢单额)。",
        ),
        SHARE,
        MORE,
        "deal",
        of=("won_value", "closed_value"),
        result=ratio("won_value", "closed_value"),
    ),
    Base(
        "open_deals",
        Words(
            "Open deals",
            "在谈商机数",
            "Open deals due to close in the period.",
            "预计在期内结单的在谈商机。",
        ),
        COUNT,
        MORE,
        "deal",
        table="deals",
        rows=lambda t: t.state == "open",
        span=Span.PERIOD,
    ),
    Base(
        "open_pipeline",
        Words(
            "Open pipeline",
            "在谈商机额",
            "Value of open deals due to close in the period; a lost deal adds nothing.",
            "预计在期内结单的在谈商机金额；丢单不计。",
        ),
        MONEY,
        MORE,
        "deal",
        table="deals",
        rows=lambda t: t.state == "open",
        adds=column("value"),
        span=Span.PERIOD,
    ),
    Derived(
        "pipeline_coverage",
        Words(
            "Pipeline coverage",
            "商机覆盖",
            "Open pipeline ÷ amount still to go.",
            "在谈商机额 ÷ 待完成额。",
        ),
        TIMES,
        MORE,
        "total",
        of=("open_pipeline", "to_go"),
        result=ratio("open_pipeline", "to_go"),
    ),
    Derived(
        "required_coverage",
        Words(
            "Required coverage",
            "所需商机覆盖",
            "1 ÷ win rate.",
            "1 ÷ 赢单率。",
        ),
        TIMES,
        NEITHER,
        "total",
        of=("won_deals", "closed_deals"),
        result=ratio("closed_deals", "won_deals"),
    ),
    Derived(
        "gap_expected",
        Words(
            "Share of the gap expected",
            "缺口预期覆盖比例",
            "Pipeline coverage × win rate.",
            "商机覆盖 × 赢单率。",
        ),
        SHARE,
        MORE,
        "total",
        of=("pipeline_coverage", "win_rate"),
        result=of(lambda c: c("pipeline_coverage") * c("win_rate")),
    ),
    Derived(
        "deal_size",
        Words(
            "Deal size",
            "平均单额",
            "Value won ÷ deals won.",
            "赢单额 ÷ 赢单数。",
        ),
        MONEY,
        MORE,
        "deal",
        of=("won_value", "won_deals"),
        result=ratio("won_value", "won_deals"),
    ),
    Base(
        "deals_begun",
        Words(
            "Deals begun",
            "新建商机数",
            "Deals whose first contact falls into the period.",
            "首次接触在期内的商机。",
        ),
        COUNT,
        MORE,
        "deal",
        table="deals",
        day="created_on",
        month="created_month",
    ),
    Derived(
        "conversion_cycle",
        Words(
            "Conversion cycle",
            "转化周期",
            "Median days from first contact to won of deals begun in the period, by Kaplan and Meier: open deals count "
            "up to the day asked about, lost ones up to their loss.",
            "期内新建商机从首次接触到赢单的中位天数（Kaplan–Meier）：在谈商机计至所问日期，丢单计至丢单日。",
        ),
        DAYS,
        LESS,
        "deal",
        of=("deals_begun",),
        each=("followed", "won"),
        reduce="survival_median",
    ),
    Derived(
        "velocity",
        Words(
            "Velocity",
            "销售速度",
            "Open deals × win rate × deal size ÷ conversion cycle.",
            "在谈商机数 × 赢单率 × 平均单额 ÷ 转化周期。",
        ),
        Unit.MONEY_A_DAY,
        MORE,
        "total",
        of=("open_deals", "win_rate", "deal_size", "conversion_cycle"),
        result=of(lambda c: c("open_deals") * c("win_rate") * c("deal_size") / c("conversion_cycle")),
    ),
)


def _nps(name: str, en: str, zh: str, least: int, most: int) -> Base:
    """Answers to the recommendation question within a range; blanks and other numbers are no answers."""
    return Base(
        name,
        Words(
            en,
            zh,
            f"Answers from {least} to {most} to the question of recommending.",
            f"推荐意愿为 {least}–{most} 分的答卷。",
        ),
        COUNT,
        NEITHER,
        "answer",
        table="answers",
        rows=lambda t: (t.question == "nps") & t.score.between(least, most),
    )


SATISFACTION: tuple[Figure, ...] = (
    _nps("nps_answers", "Recommendation answers", "推荐意愿答卷数", 0, 10),
    _nps("promoters", "Promoters", "推荐者", 9, 10),
    _nps("detractors", "Detractors", "贬损者", 0, 6),
    Derived(
        "nps",
        Words(
            "NPS",
            "净推荐值",
            "% promoters − % detractors; blanks are not answers.",
            "推荐者占比 − 贬损者占比；空答不计。",
        ),
        Unit.POINTS,
        MORE,
        "answer",
        of=("promoters", "detractors", "nps_answers"),
        result=of(lambda c: _mean(c) * 100),
    ),
    Derived(
        "nps_low",
        Words(
            "NPS, at least",
            "净推荐值下限",
            "Lower end of the 95 % interval: NPS − 1.96 standard errors.",
            "95 % 区间下限：净推荐值 − 1.96 倍标准误。",
        ),
        Unit.POINTS,
        MORE,
        "answer",
        of=("promoters", "detractors", "nps_answers"),
        result=of(lambda c: (_mean(c) - Z * _error(c)) * 100),
    ),
    Derived(
        "nps_high",
        Words(
            "NPS, at most",
            "净推荐值上限",
            "Upper end of the 95 % interval: NPS + 1.96 standard errors.",
            "95 % 区间上限：净推荐值 + 1.96 倍标准误。",
        ),
        Unit.POINTS,
        MORE,
        "answer",
        of=("promoters", "detractors", "nps_answers"),
        result=of(lambda c: (_mean(c) + Z * _error(c)) * 100),
    ),
    Base(
        "csat_answers",
        Words(
            "Satisfaction answers",
            "满意度答卷数",
            "Answers to the question of satisfaction.",
            "满意度问题的有效答卷。",
        ),
        COUNT,
        NEITHER,
        "answer",
        table="answers",
        rows=lambda t: (t.question == "csat") & t.score.between(1, t.top),
    ),
    Base(
        "satisfied",
        Words(
            "Satisfied",
            "满意答卷数",
            "Answers in the upper two marks of the scale.",
            "处于量表最高两档的答卷。",
        ),
        COUNT,
        MORE,
        "answer",
        table="answers",
        rows=lambda t: (t.question == "csat") & t.score.between(t.top - 1, t.top),
    ),
    Derived(
        "csat",
        Words(
            "CSAT",
            "客户满意度",
            "Satisfied ÷ satisfaction answers.",
            "满意答卷数 ÷ 满意度答卷数。",
        ),
        SHARE,
        MORE,
        "answer",
        of=("satisfied", "csat_answers"),
        result=ratio("satisfied", "csat_answers"),
    ),
    Base(
        "csat_marks",
        Words(
            "Sum of marks",
            "满意度总分",
            "Sum of the marks of satisfaction answers.",
            "有效满意度答卷的得分之和。",
        ),
        COUNT,
        NEITHER,
        "answer",
        table="answers",
        rows=lambda t: (t.question == "csat") & t.score.between(1, t.top),
        adds=column("score"),
    ),
    Derived(
        "satisfaction",
        Words(
            "Mean satisfaction",
            "满意度均分",
            "Sum of marks ÷ satisfaction answers.",
            "满意度总分 ÷ 满意度答卷数。",
        ),
        Unit.POINTS,
        MORE,
        "answer",
        of=("csat_marks", "csat_answers"),
        result=ratio("csat_marks", "csat_answers"),
    ),
)
Z = 1.959963984540054  # the normal distribution's 97.5 % point


def _mean(c: Callable[[str], Any]) -> Any:  # noqa: ANN401 - Polars expressions, here and below
    return (c("promoters") - c("detractors")) / unless_0(c("nps_answers"))


def _error(c: Callable[[str], Any]) -> Any:  # noqa: ANN401
    spread = (c("promoters") + c("detractors")) / unless_0(c("nps_answers")) - _mean(c) ** 2
    return (spread / c("nps_answers")).sqrt()
