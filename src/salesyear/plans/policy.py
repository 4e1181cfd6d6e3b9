"""Every default figure of the six chapters, by name: what it is for, its unit, its value unless somebody sets another.

A literal of the plan stands here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesyear.engine.messages import noop

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A named value of the policy. unit: share, points, days, count, times or score; value in the unit's own measure
    (30 % is 0.30). row: the chapter row it serves.
    """

    name: str
    row: str
    label: str
    unit: str
    value: float


FIGURES: tuple[Figure, ...] = (
    Figure("strategic_share", "T2", noop("Strategic lines’ share of sales, at least"), "share", 0.30),
    Figure("new_customer_share", "T3", noop("Share of customers won in the year, at least"), "share", 0.15),
    Figure("new_customer_lookback", "T3", noop("Months without a purchase that make a customer new"), "months", 24),
    Figure("dso", "T4", noop("Days sales outstanding, at most"), "days", 60),
    Figure("collection_rate", "T4", noop("Collection rate, at least"), "share", 0.95),
    Figure("share_gain_least", "T5", noop("Gain in market share, at least"), "points", 3),
    Figure("share_gain_most", "T5", noop("Gain in market share, at most"), "points", 5),
    Figure("coverage_gain", "T6", noop("Gain in coverage of the market"), "share", 0.20),
    Figure("channel_coverage_gain", "T7", noop("Gain in channel coverage of smaller cities"), "share", 0.0),
    Figure("categories_now", "T8", noop("Categories a customer buys in a year, from"), "count", 2),
    Figure("categories_goal", "T8", noop("Categories a customer buys in a year, to"), "count", 4),
    Figure("a_customers", "T9", noop("New A customers in the year, at least"), "count", 50),
    Figure("win_back_rate", "T10", noop("Win-back rate, at least"), "share", 0.30),
    Figure("satisfaction", "T11", noop("Satisfaction, at least"), "score", 90),
    Figure("key_account_share", "T12", noop("Customers served as key accounts"), "share", 0.20),
    Figure("renewal_rate", "T12", noop("Renewal rate of key accounts, at least"), "share", 0.95),
    Figure("event_lead_time", "A4", noop("Days before an event by which all is ready"), "days", 14),
)
BY_NAME = {figure.name: figure for figure in FIGURES}
