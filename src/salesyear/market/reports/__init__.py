"""What this chapter reads and has computed: customers' scores, market potential, and the whole study of the market."""

from salesyear.market.reports.customers import GradeWeights, NoCustomers, Scores, customer_scores
from salesyear.market.reports.potential import PotentialParams, market_cells, potential_by_region_and_line

__all__ = [
    "GradeWeights",
    "NoCustomers",
    "PotentialParams",
    "Scores",
    "customer_scores",
    "market_cells",
    "potential_by_region_and_line",
]
