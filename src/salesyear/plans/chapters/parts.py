"""What a chapter of the plan is made of: its rows, the facts they read, the pages that show a part of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language

from salesyear.engine.messages import noop

# What a row reads: the name of the list page that shows it, and its words.
FACTS = {
    "products": noop("products"),
    "customers": noop("customers"),
    "orders": noop("orders"),
    "invoices": noop("invoices"),
    "receipts": noop("receipts"),
    "quotas": noop("quotas"),
    "units": noop("regions and territories"),
    "reps": noop("reps and assignments"),
    "agencies": noop("agencies"),
    "contacts": noop("contacts"),
    "leads": noop("leads"),
    "opportunities": noop("opportunities"),
    "contracts": noop("contracts"),
    "visits": noop("visits"),
    "market_sizes": noop("market sizes"),
    "rivals": noop("rivals and their moves"),
    "surveys": noop("survey answers"),
    "costs": noop("budget and cost entries"),
    "campaigns": noop("campaigns"),
    "prices": noop("price rules"),
    "suppliers": noop("suppliers"),
    "courses": noop("courses and skills"),
    "texts": noop("public texts"),
    "initiatives": noop("initiatives"),
    "tickets": noop("service tickets"),
}

# Pages that a row may lead to before its own is there, and their words.
PAGES = {
    "baseline": noop("Baseline"),
    "prior": noop("Prior"),
    "plans": noop("Plans"),
    "ledger": noop("Gap ledger"),
    "suggestions": noop("Suggestions"),
    "commitments": noop("Commitments"),
    "policy": noop("Policy"),
    "customer-grades": noop("Customers' value"),
    "market-potential": noop("Market potential and share"),
    "new-customers": noop("New customers"),
    "white-space": noop("White space"),
    "tier-coverage": noop("Coverage by city tier"),
    "board": noop("Dashboard"),
    "figures": noop("Figures"),
}


@dataclass(frozen=True)
class Row:
    """One row of a chapter: its code in the plan, its two names, what it shows, the facts it reads, its page if any.

    begun: pages that show a part of it while its own is not there.
    """

    code: str
    chinese: str
    english: str
    shows: str
    needs: tuple[str, ...]
    page: str = ""
    begun: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.chinese if reads_chinese() else self.english

    @property
    def other_name(self) -> str:
        """The name in the other language, so that both stay known."""
        return self.english if reads_chinese() else self.chinese

    @property
    def other_language(self) -> str:
        """The language tag of `other_name`."""
        return "en" if reads_chinese() else "zh-Hans"


@dataclass(frozen=True)
class Chapter:
    """A chapter of the plan: its place in the URL, its title, the question it answers, its rows."""

    slug: str
    title: str | Promise
    question: str | Promise
    rows: tuple[Row, ...]


def reads_chinese() -> bool:
    """Whether the page is being written in Chinese."""
    return (get_language() or "").startswith("zh")
