"""The figures of a place as bullets: sales and cash, pace, gap, mix, new customers, coverage, cycle, satisfaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from salesyear.core import drawings, numbers
from salesyear.core.drawings import Drawing
from salesyear.core.sentences import enumerated
from salesyear.engine.metrics import BY_NAME, TABLES, missing_of
from salesyear.performance.board.reports import Board
from salesyear.performance.board.texts import Money, direction, percent
from salesyear.performance.figures import label, reads_chinese
from salesyear.plans.reports import Coverage


@dataclass(frozen=True)
class Bullet:
    """A figure of the place as a bullet: what it is, how it stands, its drawing; `missing` where it cannot be said."""

    name: str
    value: str
    detail: str = ""
    drawing: Drawing | None = None
    arrow: str = ""
    style: str = ""
    missing: str = ""

    @property
    def said(self) -> str:
        """The same for whoever does not see it."""
        return f"{self.name}: {self.value}. {self.detail}".strip()


def of(board: Board, money: Money, coverage: Coverage | None, policy: Mapping[str, float]) -> list[Bullet]:
    """Return the bullets of a board, in the chapter's order."""
    total = board.total
    gap = [_gap(coverage, money)] if not board.asked.where else []  # initiatives are kept for places of the plan
    return [
        _amount(board, money),
        _cash(board, money),
        _share("pace", total, 1.0, gettext("of the plan to date")),
        *gap,
        _share("strategic_mix", total, policy.get("strategic_share"), gettext("of sales")),
        _share("new_customer_share", total, policy.get("new_customer_share"), gettext("of sales")),
        _share("coverage", total, None, gettext("of the customers there are")),
        _share("repurchase_rate", total, None, gettext("of those who bought")),
        _plain("conversion_cycle", total),
        _plain("nps", total),
    ]


def _amount(board: Board, money: Money) -> Bullet:
    """Sales of the period against its whole target: the mark is the plan, the thin bar the year before."""
    total = board.total
    sold, target = total.get("ordered"), total.get("target") or None
    last = total.get("ordered_year_before")
    detail = gettext("%(sold)s of %(target)s") % {"sold": money.text(sold), "target": money.text(target)}
    drawing = drawings.bullet(sold, plan=target, last=last)
    arrow, style = direction(None if target is None else (sold or 0) - (total.get("target_to_date") or 0))
    share = total.get("attainment")
    return Bullet(gettext("Sales against target"), percent(share), detail, drawing, arrow, style)


def _cash(board: Board, money: Money) -> Bullet:
    """What came in against what fell due; where nothing is known of either, it says so."""
    name = gettext("Cash against what was due")
    received, due = board.total.get("received"), board.total.get("due") or None
    if "collection_rate" not in BY_NAME or (not received and due is None):
        return Bullet(name, numbers.MISSING, missing=gettext("needs invoices and receipts"))
    share = board.total.get("collection_rate")
    detail = gettext("%(received)s received, %(due)s due") % {"received": money.text(received), "due": money.text(due)}
    arrow, style = direction(None if share is None else share - 1)
    return Bullet(name, percent(share), detail, drawings.bullet(share, plan=1.0, most=1.2), arrow, style)


def _gap(coverage: Coverage | None, money: Money) -> Bullet:
    """How much of the gap between plan and baseline the initiatives cover."""
    name = gettext("Coverage of the gap")
    if coverage is None:
        return Bullet(name, numbers.MISSING, missing=gettext("needs a plan with a baseline"))
    detail = gettext("%(covered)s of %(needed)s") % {
        "covered": money.text(coverage.covered),
        "needed": money.text(coverage.needed),
    }
    arrow, style = direction(None if coverage.share is None else coverage.share - coverage.least)
    drawing = drawings.bullet(coverage.share, plan=coverage.least, most=1.2)
    return Bullet(name, percent(coverage.share), detail, drawing, arrow, style)


def _share(name: str, total: Mapping[str, Any], goal: float | None, whole: str) -> Bullet:
    """A share with its goal as the mark."""
    if name not in BY_NAME or missing_of(name):
        return _plain(name, total)
    value = total.get(name)
    detail = whole
    if goal is not None and goal != 1.0:
        detail = gettext("%(whole)s; the goal is %(goal)s") % {"whole": whole, "goal": percent(goal)}
    arrow, style = direction(None if value is None or goal is None else value - goal)
    drawing = drawings.bullet(value, plan=goal, most=1.2 if goal == 1.0 else 1.0)
    return Bullet(label(BY_NAME[name]), percent(value), detail if value is not None else "", drawing, arrow, style)


def _plain(name: str, total: Mapping[str, Any]) -> Bullet:
    """A figure that has no bullet: its value, or what it needs that is not there."""
    figure = BY_NAME.get(name)
    heading = label(figure) if figure else name
    tables: Sequence[str] = missing_of(name) if figure else ()
    value = total.get(name)
    if value is None:
        what = enumerated(_rows_of(table) for table in tables)
        missing = gettext("needs: %(what)s") % {"what": what} if what else ""
        return Bullet(heading, numbers.MISSING, missing=missing)
    return Bullet(heading, f"{value:,.1f}")


def _rows_of(table: str) -> str:
    english, chinese = TABLES[table].words
    return chinese if reads_chinese() else english
