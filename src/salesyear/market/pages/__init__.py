"""What the pages of the market chapter show."""

from salesyear.market.pages.coverage import CoveragePage
from salesyear.market.pages.customers import CustomersPage, in_words
from salesyear.market.pages.inflow import InflowPage
from salesyear.market.pages.potential import PotentialPage
from salesyear.market.pages.shifts import ShiftsPage
from salesyear.market.pages.white import WhitePage

__all__ = ["CoveragePage", "CustomersPage", "InflowPage", "PotentialPage", "ShiftsPage", "WhitePage", "in_words"]
