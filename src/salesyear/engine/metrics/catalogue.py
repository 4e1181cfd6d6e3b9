"""Every figure there is, by name; each defined once, for all pages, papers, alerts and engines."""

from __future__ import annotations

from salesyear.engine.metrics.catalogue_cash import CASH
from salesyear.engine.metrics.catalogue_customers import CUSTOMERS
from salesyear.engine.metrics.catalogue_pipeline import PIPELINE, SATISFACTION
from salesyear.engine.metrics.catalogue_sales import SALES
from salesyear.engine.metrics.figure import Base, Better, Derived, Figure, Span, Unit, Words

GROUPS: dict[str, tuple[Figure, ...]] = {
    "sales": SALES,
    "customers": CUSTOMERS,
    "cash": CASH,
    "pipeline": PIPELINE,
    "satisfaction": SATISFACTION,
}
FIGURES: tuple[Figure, ...] = tuple(figure for figures in GROUPS.values() for figure in figures)
BY_NAME: dict[str, Figure] = {figure.name: figure for figure in FIGURES}

__all__ = ["BY_NAME", "FIGURES", "GROUPS", "Base", "Better", "Derived", "Figure", "Span", "Unit", "Words"]
