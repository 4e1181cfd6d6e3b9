"""What the customers' page shows: a summary by grade, and a page of customers with the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.market import queries
from salesyear.market.models import Score, Scoring

PER_PAGE = 50
SHOWS: Mapping[str, str | Promise] = {
    "": _("all"),
    "A": "A",
    "B": "B",
    "C": "C",
    "lost": _("lost"),
    "next": _("with an offer"),
}
_ORDERS = {"lost": ("-if_back", "pk"), "next": ("-next_expected", "pk")}


@dataclass(frozen=True)
class Choice:
    """One way to narrow the list: its words, its address, whether it is chosen."""

    words: str | Promise
    url: str
    chosen: bool


@dataclass(frozen=True)
class Line:
    """A customer of the list, with what is said of it."""

    score: Score
    reasons: list[str]

    @property
    def url(self) -> str:
        """The customer's own page."""
        return reverse("customers-row", args=[self.score.customer_id])


class CustomersPage:
    """The newest grading, as far as this person sees customers, narrowed as the URL asks."""

    do_not_call_in_templates = True

    def __init__(self, scope: Scope, scoring: Scoring, query: Mapping[str, str]) -> None:
        self._scope, self.scoring = scope, scoring
        self.show = query.get("show", "") if query.get("show", "") in SHOWS else ""
        self._number = query.get("page", "1")

    @cached_property
    def grades(self) -> list[dict[str, Any]]:
        """The summary, one row a grade."""
        return queries.by_grade(self._scope, self.scoring)

    @cached_property
    def page(self) -> Page[Score]:
        """The customers of this page, those that matter most first."""
        return Paginator(self._rows(), PER_PAGE).get_page(self._number)

    @property
    def lines(self) -> list[Line]:
        """The customers of this page with their reasons in words."""
        return [Line(score, [in_words(reason) for reason in score.reasons]) for score in self.page]

    @property
    def choices(self) -> list[Choice]:
        """The ways to narrow the list."""
        return [Choice(words, f"?{urlencode({'show': name})}", name == self.show) for name, words in SHOWS.items()]

    @property
    def doubtful(self) -> bool:
        """Whether the model of purchases found no firm ground in these sales."""
        return bool(self.scoring.record.get("purchases", {}).get("converged") == 0)

    @property
    def model(self) -> str:
        """Which model of purchases these customers are likeliest under."""
        stages = self.scoring.record.get("purchases", {}).get("k")
        return gettext("BG/CNBD-%(k)d: they buy regularly") % {"k": stages} if stages else "BG/NBD"

    @property
    def file(self) -> str:
        """The address of all scores as a workbook."""
        return reverse("scores-export", args=["xlsx"]) + "?" + urlencode({"scoring": self.scoring.pk})

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return self._turn(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return self._turn(self.page.number + 1) if self.page.has_next() else ""

    def _turn(self, number: int) -> str:
        return f"?{urlencode({'show': self.show, 'page': str(number)})}"

    def _rows(self) -> ScopedQuerySet[Score]:
        rows = queries.scores_of(self._scope, self.scoring)
        if self.show == "lost":
            rows = rows.filter(churned=True)
        elif self.show == "next":
            rows = rows.filter(next_line__isnull=False)
        elif self.show:
            rows = rows.filter(grade=self.show)
        return rows.order_by(*_ORDERS.get(self.show, ("-points", "pk")))


def in_words(reason: Mapping[str, Any]) -> str:
    """Return a reason of a grade in words: what counted, and by how many points it moved the score."""
    words = {
        "expected_value": gettext("expected value"),
        "alive": gettext("chance that the customer still buys"),
        "often": gettext("purchase days a year"),
        "lines": gettext("product lines bought"),
    }
    return f"{words.get(reason['feature'], reason['feature'])} {reason['points']:+.1f}"
