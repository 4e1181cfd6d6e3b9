"""What is known of the market: its sizes as others state them, customers' scores, and what a study found."""

from salesyear.market.models.facts import Indicator, MarketSize
from salesyear.market.models.scores import Score, Scoring
from salesyear.market.models.study import (
    CohortMonth,
    MarketCell,
    ShiftFigure,
    ShiftFound,
    Study,
    TierCoverage,
    WhiteSpace,
)

__all__ = [
    "CohortMonth",
    "Indicator",
    "MarketCell",
    "MarketSize",
    "Score",
    "Scoring",
    "ShiftFigure",
    "ShiftFound",
    "Study",
    "TierCoverage",
    "WhiteSpace",
]
