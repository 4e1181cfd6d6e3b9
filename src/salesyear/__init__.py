"""Salesyear (丰年): a sales organisation's annual work plan, from its own data."""

__version__ = "0.1.0"
