"""Figures of the policy in words: the number with its unit, as people write it."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext


def value_words(value: float, unit: str) -> str:
    """Write a figure in its unit: 0.3 of a share is 30%, 3 points are +3 points, 14 days are 14 days."""
    plain = f"{value * 100 if unit == 'share' else value:,.6f}".rstrip("0").rstrip(".")
    if unit == "share":
        return f"{plain}%"
    whole = round(value)
    words = {
        "points": gettext("%(n)s points"),
        "days": ngettext("%(n)s day", "%(n)s days", whole),
        "months": ngettext("%(n)s month", "%(n)s months", whole),
    }
    return words[unit] % {"n": plain} if unit in words else plain
