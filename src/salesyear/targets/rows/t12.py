"""T12 大客户专属服务: the customers who bring most, who looks after each, and how sure it is that they stay."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from django.utils.translation import gettext

from salesyear.market.models import Score
from salesyear.market.queries import latest_scoring, scores_of
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import WHOLE, Asked, Column, Goal, RowReport, Table, not_graded, share_words


def report(asked: Asked) -> RowReport:
    """Return the top share of the customers by what they bought in the last twelve months, as plans single them out.

    Whoever bought nothing in them is no customer to be served first. One who has gone quiet stays, and is marked.
    """
    goals = (
        Goal(gettext("Renewal rate of key accounts"), f"> {asked.goal('renewal_rate')}"),
        Goal(gettext("From one business review to the next"), asked.goal("key_account_review")),
    )
    missing = [
        gettext("Contracts are not known: what comes up for renewal, and the renewal forecast, would stand here."),
        gettext("Visits are not known: the last and the next business review of each would stand here."),
    ]
    scoring = latest_scoring()
    buying = scores_of(asked.scope, scoring).filter(bought__gt=0) if scoring else None
    scores = list(buying.order_by("-bought", "pk")) if buying else []
    if not scores:
        return RowReport(goals, kinds=(InitiativeKind.KEY_ACCOUNT,), missing=[not_graded(), *missing])
    top = scores[: ceil(asked.values["key_account_share"] * len(scores))]
    stay = sum(one.alive for one in top) / len(top)
    whole, lost = sum(one.bought for one in scores), sum(1 for one in top if one.churned)
    served = Goal(
        gettext("Customers served as key accounts"),
        asked.goal("key_account_share"),
        share_words(len(top), len(scores)),
        note=gettext(
            "%(count)d customers brought %(share)s of the last twelve months’ sales; %(lost)d of them have gone quiet."
        )
        % {"count": len(top), "share": share_words(sum(one.bought for one in top), whole), "lost": lost},
    )
    likely = Goal(
        gettext("Still buying, on average"),
        f"> {asked.goal('renewal_rate')}",
        share_words(stay, WHOLE),
        stay / WHOLE > asked.values["renewal_rate"],
        gettext("The chance that a key account still buys, from its rhythm; it stands in for contracts."),
    )
    return RowReport((served, *goals, likely), _table(top), (InitiativeKind.KEY_ACCOUNT,), missing)


def _table(top: Sequence[Score]) -> Table:
    """Each key account with who looks after it and what is known of it."""
    return Table(
        gettext("Key accounts, whoever bought most first"),
        (
            Column(gettext("Customer")),
            Column(gettext("Adviser")),
            Column(gettext("Grade")),
            Column(gettext("Last twelve months"), "money"),
            Column(gettext("Expected next year"), "money"),
            Column(gettext("Last purchase"), "day"),
            Column(gettext("Still buys"), "share"),
            Column(gettext("Gone quiet")),
            Column(gettext("Next review"), "day"),
        ),
        [
            (
                str(one.customer),
                str(one.rep or ""),
                one.grade,
                one.bought,
                one.expected,
                one.last_on,
                one.alive,
                gettext("gone quiet") if one.churned else "",
                None,
            )
            for one in top
        ],
    )
