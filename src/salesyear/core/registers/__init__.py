"""Declared list pages: columns, filters, search, sorting, pages and exports, each within what the person may see."""

from salesyear.core.registers.columns import Column, Kind
from salesyear.core.registers.filters import Choice, Of, Period, Tree, YesNo
from salesyear.core.registers.register import Register, Related
from salesyear.core.registers.views import addresses

__all__ = ["Choice", "Column", "Kind", "Of", "Period", "Register", "Related", "Tree", "YesNo", "addresses"]
