"""A board in sentences: are we on plan and which part is behind; what changed in the last seven days."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from salesyear.core.sentences import enumerated
from salesyear.performance.board.asked import LAST_YEAR
from salesyear.performance.board.names import Names
from salesyear.performance.board.reports import Board, Part
from salesyear.performance.board.texts import Money, percent

MOST_BEHIND = 2  # parts that the first sentence names


def answer(board: Board, names: Names, money: Money) -> list[str]:
    """Return one sentence on the place, and one on the parts that are furthest behind."""
    total = board.total
    sold, held = total.get("ordered") or 0, total.get(board.behind)
    if not held:
        return [_nothing_to_hold_against(board) % {"sold": money.text(sold)}]
    said = {"sold": money.text(sold), "held": money.text(held), "share": percent(sold / held)}
    ahead = sold - held
    said["ahead"] = money.text(abs(ahead))
    return [_place(board, ahead) % said, *_behind(board, names, money)]


def news(board: Board, names: Names, money: Money) -> list[str]:
    """Return what changed in the last seven days: sales against the seven before, who moved most, what came in."""
    moved = board.moved
    if moved is None:
        return []
    said = {"sold": money.text(moved.sales), "before": money.text(moved.before)}
    lines = [gettext("Sales of the last seven days: %(sold)s, after %(before)s in the seven before.") % said]
    most = [f"{names.of('customer', key)} {money.signed(change)}" for key, change in moved.most]
    if most:
        lines.append(gettext("Most of the difference: %(most)s.") % {"most": enumerated(most)})
    if moved.received:
        lines.append(gettext("Received: %(amount)s.") % {"amount": money.text(moved.received)})
    return lines


def _place(board: Board, ahead: float) -> str:
    if board.asked.compare == LAST_YEAR:
        more = gettext("Sales are %(sold)s, %(share)s of the same days a year before: %(ahead)s more.")
        less = gettext("Sales are %(sold)s, %(share)s of the same days a year before: %(ahead)s less.")
    else:
        more = gettext("On plan: sales are %(sold)s, %(share)s of the plan to date, %(ahead)s ahead.")
        less = gettext("Behind plan: sales are %(sold)s, %(share)s of the plan to date; %(ahead)s are missing.")
    return more if ahead >= 0 else less


def _behind(board: Board, names: Names, money: Money) -> list[str]:
    behind = [part for part in board.parts if (part.values.get("ahead") or 0) < 0 and part.values.get(board.behind)]
    if board.asked.page > 1 or not board.level:
        return []
    if not behind:
        return [gettext("None of the parts is behind.")] if len(board.parts) > 1 else []
    named = enumerated(_named(board, part, names, money) for part in behind[:MOST_BEHIND])
    said = ngettext(
        "%(n)d of %(of)d is behind: %(named)s.", "%(n)d of %(of)d are behind, furthest: %(named)s.", len(behind)
    )
    if board.of > len(board.parts):  # the others are on further pages
        return [gettext("Furthest behind: %(named)s.") % {"named": named}]
    return [said % {"n": len(behind), "of": board.of, "named": named}]


def _named(board: Board, part: Part, names: Names, money: Money) -> str:
    share = (part.values.get("ordered") or 0) / part.values[board.behind]
    return f"{names.of(part.level, part.key)} {money.signed(part.values['ahead'])} ({percent(share)})"


def _nothing_to_hold_against(board: Board) -> str:
    if board.asked.compare == LAST_YEAR:
        return gettext("Sales are %(sold)s; a year before there were none on these days.")
    return gettext("Sales are %(sold)s; there is no plan and no quota for this place and period to hold them against.")
