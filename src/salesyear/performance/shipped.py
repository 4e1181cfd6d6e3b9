"""Rules that come with the product: each is taken over with one click, for what the person sees, and then changed."""

from __future__ import annotations

from dataclasses import dataclass

from salesyear.engine.messages import noop
from salesyear.performance import figures
from salesyear.performance.models import Rule, RuleKind, Side

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Shipped:
    """A rule as it is shipped: its key in the address, its name and why it is worth having."""

    key: str
    name: str
    why: str
    figure: str
    kind: RuleKind
    side: Side
    limit: float
    back: float | None = None
    periods: int = 1

    def rule(self) -> Rule:
        """Return it as a rule that nobody has kept yet."""
        back = None if self.back is None else round(self.back * MICRO)
        rule = Rule(figure=self.figure, kind=self.kind, side=self.side, limit=round(self.limit * MICRO), back=back)
        rule.name, rule.periods = self.name, self.periods
        return rule


SHIPPED = (
    Shipped(
        "pace",
        noop("Behind plan"),
        noop("Sales to date are less than 90 % of the plan to date; over at 95 %."),
        "pace",
        RuleKind.PACE,
        Side.BELOW,
        0.90,
        0.95,
    ),
    Shipped(
        "collection",
        noop("Cash comes in late"),
        noop("Less than 95 % of what fell due was paid, two months in a row."),
        "collection_rate",
        RuleKind.THRESHOLD,
        Side.BELOW,
        0.95,
        periods=2,
    ),
    Shipped(
        "sales-control",
        noop("A month out of its usual swing"),
        noop("A month's sales lie below three standard deviations of the months before (control chart)."),
        "ordered",
        RuleKind.CONTROL,
        Side.BELOW,
        0.0,
    ),
    Shipped(
        "sales-trend",
        noop("Sales fall month after month"),
        noop("Four falls in a row that come to at least 10 %."),
        "ordered",
        RuleKind.TREND,
        Side.BELOW,
        0.10,
        periods=4,
    ),
    Shipped(
        "spikes",
        noop("A month's end that came back"),
        noop("The last five days of a month brought far more than usual, and a fifth of it or more came back."),
        "spikes_that_came_back",
        RuleKind.SIGNAL,
        Side.ABOVE,
        0.0,
    ),
    Shipped(
        "terms",
        noop("Unusually long terms"),
        noop("Orders of the last three months that are to be paid much later than this customer usually pays."),
        "long_terms",
        RuleKind.SIGNAL,
        Side.ABOVE,
        0.0,
    ),
    Shipped(
        "loading",
        noop("Agents loaded with stock"),
        noop("An agent bought a month and a half's worth more than usual within three months."),
        "loaded_agents",
        RuleKind.SIGNAL,
        Side.ABOVE,
        0.0,
    ),
)
BY_KEY = {one.key: one for one in SHIPPED}


def offered() -> list[Shipped]:
    """Return the rules whose figures are there."""
    return [one for one in SHIPPED if figures.find(one.figure)]
