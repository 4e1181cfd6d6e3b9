"""Every default figure of the six chapters, by name: what it is for, its unit, its value unless somebody sets another.

A literal of the plan stands here and nowhere else. `values(plan)` is what everything else reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesyear.engine.messages import noop

if TYPE_CHECKING:
    from salesyear.plans.models import Plan, PolicyValue, Version

MICRO = 1_000_000
PLAN = noop("the chapters of the plan")
DEFINITION = noop("the product’s definition of the word")
ASSUMPTION = noop("an assumption of the product, until the company has its own")


@dataclass(frozen=True, slots=True)
class Figure:
    """A named value of the policy. unit: share, points, days, months, count or score; value in the unit's own measure
    (30 % is 0.30). row: the chapter row it serves. source: where the value comes from while nobody has set another.
    """

    name: str
    row: str
    label: str
    unit: str
    value: float
    source: str = PLAN

    @property
    def chapter(self) -> str:
        """The letter of its chapter."""
        return self.row[0]


FIGURES: tuple[Figure, ...] = (
    Figure(
        "quota_band", "T1", noop("Band of attainment that a good quota lands in, each way"), "share", 0.20, DEFINITION
    ),
    Figure("coverage_least", "T1", noop("Coverage of the gap from which a plan counts as covered"), "share", 1.0),
    Figure(
        "untested_chance", "T1", noop("Chance of a suggestion that nobody has measured yet"), "share", 0.5, ASSUMPTION
    ),
    Figure("strategic_share", "T2", noop("Strategic lines’ share of sales, at least"), "share", 0.30),
    Figure("new_customer_share", "T3", noop("Share of customers won in the year, at least"), "share", 0.15),
    Figure(
        "new_customer_lookback",
        "T3",
        noop("Months without a purchase that make a customer new"),
        "months",
        24,
        DEFINITION,
    ),
    Figure(
        "new_customer_months",
        "T3",
        noop("Months for which a new customer’s sales count as new"),
        "months",
        12,
        DEFINITION,
    ),
    Figure("dso", "T4", noop("Days sales outstanding, at most"), "days", 60, ASSUMPTION),
    Figure("collection_rate", "T4", noop("Collection rate, at least"), "share", 0.95, ASSUMPTION),
    Figure("share_gain_least", "T5", noop("Gain in market share, at least"), "points", 3),
    Figure("share_gain_most", "T5", noop("Gain in market share, at most"), "points", 5),
    Figure("coverage_gain", "T6", noop("Gain in coverage of the market"), "share", 0.20),
    Figure("channel_coverage_gain", "T7", noop("Gain in channel coverage of smaller cities, more than"), "share", 0.0),
    Figure("categories_now", "T8", noop("Categories a customer buys in a year, from"), "count", 2),
    Figure("categories_goal", "T8", noop("Categories a customer buys in a year, to"), "count", 4),
    Figure("a_customers", "T9", noop("New A customers in the year, at least"), "count", 50),
    Figure("win_back_rate", "T10", noop("Win-back rate, at least"), "share", 0.30),
    Figure(
        "win_back_months",
        "T10",
        noop("Months in which a lost customer must buy again to count as won back"),
        "months",
        12,
        ASSUMPTION,
    ),
    Figure("satisfaction", "T11", noop("Satisfaction, at least"), "score", 90),
    Figure("survey_interval", "T11", noop("Months from one survey of customers to the next"), "months", 3),
    Figure("key_account_share", "T12", noop("Customers served as key accounts"), "share", 0.20),
    Figure("renewal_rate", "T12", noop("Renewal rate of key accounts, more than"), "share", 0.95),
    Figure(
        "key_account_review",
        "T12",
        noop("Months from one business review with a key account to the next"),
        "months",
        3,
        ASSUMPTION,
    ),
    Figure(
        "entrant_scan", "M6", noop("Months from one look-out for new entrants to the next"), "months", 1, ASSUMPTION
    ),
    Figure("quarter_plan", "A1", noop("Months that an action plan is made for"), "months", 3),
    Figure("rival_report", "A3", noop("Months from one report on rivals to the next"), "months", 3),
    Figure("event_lead_time", "A4", noop("Days before an event by which all is ready"), "days", 14),
    Figure("team_review", "A6", noop("Months from one team review to the next"), "months", 1),
    Figure("suggestion_box", "A9", noop("Months from one opening of the suggestion box to the next"), "months", 1),
    Figure("cost_review", "R2", noop("Months from one look at the costs to the next"), "months", 1),
    Figure("redeployment", "R6", noop("Months of results after which people may be moved"), "months", 3),
    Figure("review_meeting", "P5", noop("Months from one performance review meeting to the next"), "months", 1),
    Figure(
        "rest_held_at_sold",
        "P9",
        noop("Re-planning locks the months that are over at what was sold (100 %) or at their targets (0 %)"),
        "share",
        1.0,
        ASSUMPTION,
    ),
)
BY_NAME = {figure.name: figure for figure in FIGURES}


def values(plan: Plan | None) -> dict[str, float]:
    """Return every figure by name as it holds for a plan: as it was set last, else its default. One query."""
    found = {figure.name: figure.value for figure in FIGURES}
    if plan is not None:
        rows = plan.policy_values.order_by("pk").values_list("name", "micros")
        found |= {name: micros / MICRO for name, micros in rows if name in BY_NAME}
    return found


def values_of(version: Version) -> dict[str, float]:
    """Return the same for a version's plan: without a query where the version was read with what was said."""
    if not hasattr(version, "said"):
        return values(version.plan)
    found = {figure.name: figure.value for figure in FIGURES}
    return found | {name: micros / MICRO for name, micros in (version.said or {}).items() if name in BY_NAME}


def history(plan: Plan) -> dict[str, list[PolicyValue]]:
    """Return what was set for each figure, the newest first; a figure that nobody set is left out. One query."""
    found: dict[str, list[PolicyValue]] = {}
    for row in plan.policy_values.select_related("set_by").order_by("-pk"):
        found.setdefault(row.name, []).append(row)
    return found
