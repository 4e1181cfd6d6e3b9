"""What this chapter reads and has computed: customers' scores, market potential, and the whole study of the market."""

from salesyear.market.reports.customers import GradeWeights, NoCustomers, Scores, customer_scores
from salesyear.market.reports.potential import PotentialParams, market_cells
from salesyear.market.reports.study import MarketStudy, NothingToStudy, StudyParams, market_study

__all__ = [
    "GradeWeights",
    "MarketStudy",
    "NoCustomers",
    "NothingToStudy",
    "PotentialParams",
    "Scores",
    "StudyParams",
    "customer_scores",
    "market_cells",
    "market_study",
]
