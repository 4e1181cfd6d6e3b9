"""In words, as people write them: figures of the policy with their unit, and what is suggested to close the gap."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from salesyear.engine.messages import noop

# What is suggested, by the row of the chapter that it is drawn from.
SUGGESTED = {
    "T2": noop("More of the strategic lines"),
    "T3": noop("Customers won in the year"),
    "T6": noop("White space"),
    "T8": noop("The line to offer next"),
    "T9": noop("A and B customers who may go quiet"),
    "T10": noop("Lost customers to win back"),
}


def suggested_words(row: str, who: str, customers: int) -> str:
    """Say what is suggested to whom, in the reader's language; nothing for a row that suggests nothing."""
    if row not in SUGGESTED:
        return ""
    return gettext("%(what)s: %(who)s") % {"what": gettext(SUGGESTED[row]), "who": who_words(who, customers)}


def who_words(who: str, customers: int) -> str:
    """Say whose a suggestion is, and of how many customers."""
    if not customers:
        return who
    count = ngettext("%(count)d customer", "%(count)d customers", customers) % {"count": customers}
    return gettext("%(who)s, %(count)s") % {"who": who, "count": count}


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
