"""Cash: what came in, what is owed, how old it is and how long it takes."""

from __future__ import annotations

from salesyear.engine.metrics.figure import (
    Base,
    Better,
    Derived,
    Figure,
    Span,
    Unit,
    Words,
    column,
    per_day,
    ratio,
    unless_0,
)
from salesyear.engine.metrics.figure import formula as of
from salesyear.engine.metrics.tables import TIMES

MORE, LESS, NEITHER = Better.MORE, Better.LESS, Better.NEITHER
MONEY, SHARE, DAYS = Unit.MONEY, Unit.SHARE, Unit.DAYS


def _bucket(name: str, words: Words, better: Better = LESS) -> Base:
    """A part of the open invoices by how long they are due."""
    return Base(name, words, MONEY, better, "invoice", table="invoices", how=name, also=("receipts",), without=TIMES)


CASH: tuple[Figure, ...] = (
    Base(
        "received",
        Words(
            "Cash received",
            "回款额",
            "Money that came in during the period.",
            "期内收到的款项。",
        ),
        MONEY,
        MORE,
        "receipt",
        table="receipts",
        adds=column("amount"),
    ),
    Base(
        "due",
        Words(
            "Amount due",
            "应收到期额",
            "Invoices that fall due in the period.",
            "期内到期的发票金额。",
        ),
        MONEY,
        NEITHER,
        "invoice",
        table="invoices",
        adds=column("amount"),
        day="due_on",
        month="due_month",
    ),
    Derived(
        "collection_rate",
        Words(
            "Collection rate",
            "回款率",
            "Cash received ÷ amount due in the period.",
            "期内回款额 ÷ 期内应收到期额。",
        ),
        SHARE,
        MORE,
        "total",
        of=("received", "due"),
        result=ratio("received", "due"),
    ),
    Derived(
        "cash_to_sales",
        Words(
            "Cash to sales",
            "现金销售比",
            "Cash received ÷ sales (ordered).",
            "回款额 ÷ 销售额（订单）。",
        ),
        SHARE,
        MORE,
        "total",
        of=("received", "ordered"),
        result=ratio("received", "ordered"),
    ),
    Base(
        "cash_target",
        Words(
            "Cash target",
            "回款目标",
            "What the plan wants collected in the period.",
            "计划在期内的回款目标。",
        ),
        MONEY,
        NEITHER,
        "sheet × month",
        table="cash_targets",
        adds=column("cash"),
        span=Span.PERIOD,
    ),
    Derived(
        "cash_attainment",
        Words(
            "Cash attainment",
            "回款达成率",
            "Cash received ÷ cash target.",
            "回款额 ÷ 回款目标。",
        ),
        SHARE,
        MORE,
        "total",
        of=("received", "cash_target"),
        result=ratio("received", "cash_target"),
    ),
    Base(
        "invoiced_so_far",
        Words(
            "Invoiced so far",
            "累计开票额",
            "All invoices up to the day.",
            "截至当日的全部开票额。",
        ),
        MONEY,
        NEITHER,
        "invoice",
        table="invoices",
        adds=column("amount"),
        span=Span.BALANCE,
    ),
    Base(
        "received_so_far",
        Words(
            "Received so far",
            "累计回款额",
            "All receipts up to the day.",
            "截至当日的全部回款额。",
        ),
        MONEY,
        NEITHER,
        "receipt",
        table="receipts",
        adds=column("amount"),
        span=Span.BALANCE,
    ),
    Derived(
        "receivables",
        Words(
            "Receivables",
            "应收账款",
            "Invoiced so far less received so far, at the end of the period or on the day asked about.",
            "累计开票额减累计回款额，取期末或所问日期。",
        ),
        MONEY,
        LESS,
        "total",
        of=("invoiced_so_far", "received_so_far"),
        result=of(lambda c: c("invoiced_so_far") - c("received_so_far")),
    ),
    Derived(
        "dso",
        Words(
            "DSO, simple",
            "应收周转天数",
            "Ending receivables ÷ credit sales (invoiced) of the period × days of the period.",
            "期末应收账款 ÷ 期内赊销额（开票）× 天数。",
        ),
        DAYS,
        LESS,
        "total",
        of=("receivables", "invoiced"),
        result=per_day("receivables", "invoiced"),
    ),
    Base(
        "invoiced_by_month",
        Words(
            "Invoiced, month by month",
            "逐月开票额",
            "Invoices of each month up to the day, whatever the period.",
            "截至当日各月的开票额，不限期间。",
        ),
        MONEY,
        NEITHER,
        "invoice",
        table="invoices",
        adds=column("amount"),
        span=Span.HISTORY,
    ),
    Base(
        "received_by_month",
        Words(
            "Received, month by month",
            "逐月回款额",
            "Receipts of each month up to the day, whatever the period.",
            "截至当日各月的回款额，不限期间。",
        ),
        MONEY,
        NEITHER,
        "receipt",
        table="receipts",
        adds=column("amount"),
        span=Span.HISTORY,
    ),
    Derived(
        "dso_countback",
        Words(
            "DSO, countback",
            "倒推法周转天数",
            "Walk back the months' credit sales until they cover the ending receivables; the days that takes.",
            "从期末逐月倒推赊销额，直至覆盖期末应收账款所需的天数。",
        ),
        DAYS,
        LESS,
        "month",
        of=("invoiced_by_month", "received_by_month"),
        each=("month",),
        reduce="countback",
        without=TIMES,
    ),
    _bucket(
        "open_invoices",
        Words(
            "Open invoices",
            "未结发票额",
            "What is still open of all invoices; a receipt pays the invoice it names, else the customer's oldest.",
            "全部发票的未结部分；回款先冲指定发票，否则冲该客户最早到期的发票。",
        ),
    ),
    _bucket(
        "not_due",
        Words(
            "Open, not due",
            "未到期",
            "Open invoices that are not due yet.",
            "尚未到期的未结发票额。",
        ),
        NEITHER,
    ),
    _bucket(
        "overdue_30",
        Words(
            "Overdue 1–30 days",
            "逾期 1–30 天",
            "Open invoices 1 to 30 days past due.",
            "逾期 1 至 30 天的未结发票额。",
        ),
    ),
    _bucket(
        "overdue_60",
        Words(
            "Overdue 31–60 days",
            "逾期 31–60 天",
            "Open invoices 31 to 60 days past due.",
            "逾期 31 至 60 天的未结发票额。",
        ),
    ),
    _bucket(
        "overdue_90",
        Words(
            "Overdue 61–90 days",
            "逾期 61–90 天",
            "Open invoices 61 to 90 days past due.",
            "逾期 61 至 90 天的未结发票额。",
        ),
    ),
    _bucket(
        "overdue_more",
        Words(
            "Overdue over 90 days",
            "逾期 90 天以上",
            "Open invoices more than 90 days past due.",
            "逾期 90 天以上的未结发票额。",
        ),
    ),
    Derived(
        "best_possible_dso",
        Words(
            "Best possible DSO",
            "最佳周转天数",
            "Open, not due ÷ credit sales × days.",
            "未到期应收 ÷ 赊销额 × 天数。",
        ),
        DAYS,
        LESS,
        "total",
        of=("not_due", "invoiced"),
        result=per_day("not_due", "invoiced"),
    ),
    Derived(
        "add",
        Words(
            "Average days delinquent",
            "平均逾期天数",
            "DSO, simple, less best possible DSO.",
            "应收周转天数减最佳周转天数。",
        ),
        DAYS,
        LESS,
        "total",
        of=("dso", "best_possible_dso"),
        result=of(lambda c: c("dso") - c("best_possible_dso")),
    ),
    Derived(
        "cei",
        Words(
            "Collection effectiveness index",
            "回收效率指数",
            "(Beginning receivables + credit sales − ending receivables) ÷ (beginning receivables + credit sales − "
            "open, not due).",
            "(期初应收 + 赊销额 − 期末应收)÷(期初应收 + 赊销额 − 期末未到期应收)。",
        ),
        SHARE,
        MORE,
        "total",
        of=("receivables", "received", "not_due"),
        # What there was at the beginning plus what was invoiced since is what there is now plus what came in.
        result=of(lambda c: c("received") / unless_0(c("receivables") + c("received") - c("not_due"))),
    ),
)
