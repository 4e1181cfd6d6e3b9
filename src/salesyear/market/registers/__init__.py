"""The lists of the market chapter."""

from salesyear.market.registers.facts import IndicatorRegister, MarketSizeRegister
from salesyear.market.registers.scores import ScoreRegister
from salesyear.market.registers.study import (
    CohortRegister,
    MarketCellRegister,
    ShiftRegister,
    TierCoverageRegister,
    WhiteSpaceRegister,
)

__all__ = [
    "CohortRegister",
    "IndicatorRegister",
    "MarketCellRegister",
    "MarketSizeRegister",
    "ScoreRegister",
    "ShiftRegister",
    "TierCoverageRegister",
    "WhiteSpaceRegister",
]
