"""T12 大客户专属服务: the customers worth most, who looks after each, and how sure it is that they stay."""

from __future__ import annotations

from math import ceil

from django.utils.translation import gettext

from salesyear.market.queries import latest_scoring, scores_of
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import WHOLE, Asked, Column, Goal, RowReport, Table, not_graded, share_words


def report(asked: Asked) -> RowReport:
    """Return the top share of the customers by expected value; the salesperson is their adviser."""
    goals = (
        Goal(gettext("Renewal rate of key accounts"), f"> {asked.goal('renewal_rate')}"),
        Goal(gettext("From one business review to the next"), asked.goal("key_account_review")),
    )
    missing = [
        gettext("Contracts are not known: what comes up for renewal, and the renewal forecast, would stand here."),
        gettext("Visits are not known: the last and the next business review of each would stand here."),
    ]
    scoring = latest_scoring()
    scores = list(scores_of(asked.scope, scoring).order_by("-expected", "pk")) if scoring else []
    if not scores:
        return RowReport(goals, kinds=(InitiativeKind.KEY_ACCOUNT,), missing=[not_graded(), *missing])
    top = scores[: ceil(asked.values["key_account_share"] * len(scores))]
    stay = sum(one.alive for one in top) / len(top)
    whole = sum(one.expected for one in scores)
    served = Goal(
        gettext("Customers served as key accounts"),
        asked.goal("key_account_share"),
        str(len(top)),
        note=gettext("They are expected to bring %(share)s of next year’s sales.")
        % {"share": share_words(sum(one.expected for one in top), whole)},
    )
    likely = Goal(
        gettext("Still buying, on average"),
        f"> {asked.goal('renewal_rate')}",
        share_words(stay, WHOLE),
        stay / WHOLE > asked.values["renewal_rate"],
        gettext("The chance that a key account still buys, from its rhythm; it stands in for contracts."),
    )
    table = Table(
        gettext("Key accounts, worth most first"),
        (
            Column(gettext("Customer")),
            Column(gettext("Adviser")),
            Column(gettext("Grade")),
            Column(gettext("Expected next year"), "money"),
            Column(gettext("Last twelve months"), "money"),
            Column(gettext("Last purchase"), "day"),
            Column(gettext("Still buys"), "share"),
            Column(gettext("Next review"), "day"),
        ),
        [
            (str(one.customer), str(one.rep or ""), one.grade, one.expected, one.bought, one.last_on, one.alive, None)
            for one in top
        ],
    )
    return RowReport((served, *goals, likely), table, (InitiativeKind.KEY_ACCOUNT,), missing)
