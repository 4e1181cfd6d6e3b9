"""What cannot be met: which rules clash, in one sentence, and the ways out that one click takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import floor, isfinite
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from salesyear.core import numbers
from salesyear.core.scope import Scope
from salesyear.core.sentences import enumerated
from salesyear.engine.targets.conflicts import Clash as Row
from salesyear.engine.targets.conflicts import Conflict, conflicts
from salesyear.engine.targets.rules import SHARES
from salesyear.plans.models import Edit
from salesyear.targets.editing.asking import BY_HAND
from salesyear.targets.editing.held import Held
from salesyear.targets.editing.solving import FROM_ABOVE, Clashing
from salesyear.targets.editing.state import State
from salesyear.targets.names import Names, names_for
from salesyear.targets.planning.cells import LEVELS, name_of
from salesyear.targets.planning.solving import Relaxation, least_relaxation

MOST = 6  # ways out that are shown
NAMED = 3  # rules that a sentence names beside the first
LISTED = 8  # rules that stand in the list below it


@dataclass(frozen=True)
class WayOut:
    """One way to make room: what it is called, how much gives way, and the rules that go into the log."""

    id: str
    label: str
    amount: int
    rules: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ClashReport:
    """The sentence, the names of the rules that take part, and the ways out, the least first."""

    sentence: str
    rules: tuple[str, ...]
    ways: tuple[WayOut, ...]


def clash(scope: Scope, now: State, problem: Clashing, wanted: Sequence[Edit], currency: str) -> ClashReport:
    """Explain what clashes, in words of what `scope` may see."""
    one = next(iter(conflicts(problem.plan, at_most=1)), None)
    names, show = _names(scope, now), _money(currency)
    ways = _ways_out(now, problem, one, wanted, names, show)
    if one is None:
        return ClashReport(_("These amounts cannot hold together."), (), ways)
    places = _Places(names, {rule.name: rule.each[-1] for rule in problem.plan.model.rules.rules if rule.each})
    rules = list(dict.fromkeys([*map(places.row_name, one.rows), *map(_rule_name, one.locks)]))
    more = [_("and %(count)d more") % {"count": len(rules) - LISTED}] if len(rules) > LISTED else []
    return ClashReport(_sentence(one, places, show), (*rules[:LISTED], *more), ways)


def _ways_out(
    now: State,
    problem: Clashing,
    one: Conflict | None,
    wanted: Sequence[Edit],
    names: Names,
    show: Callable[[float], str],
) -> tuple[WayOut, ...]:
    """List the ways out: all rules of the plan giving way as little as will do, one rule, or one thing set by hand."""
    least = _least(problem, names)
    known = {step["rule"] for way in least for rule in way.rules for step in rule["relax"]}
    moved = _one_rule(problem, one, known, names, show) if one else []
    return tuple([*least, *moved, *_by_hand(now, problem, one, wanted, names, show)][:MOST])


def _names(scope: Scope, now: State) -> Names:
    leaves = now.desk.layout.leaves
    columns = {name: [getattr(leaf, name) for leaf in leaves] for name in ("region", "territory", "rep")}
    keys = now.desk.layout.keys
    return names_for(scope, columns | {"customer": keys[:, 0].tolist(), "line": keys[:, 1].tolist()})


def _money(currency: str) -> Callable[[float], str]:
    return lambda amount: str(numbers.money(round(amount), currency))


def _rule_name(name: str) -> str:
    if name.startswith(BY_HAND):
        return _(BY_HAND)
    return _(FROM_ABOVE) if name.startswith(FROM_ABOVE) else _(name)


def _ours(rule: str) -> bool:
    """Whether it is a rule of the plan, and not something set by hand or kept from above."""
    return not rule.startswith((BY_HAND, FROM_ABOVE))


@dataclass(frozen=True)
class _Places:
    """Names the rows of a conflict. periods: what the last part of a rule's places is: month, quarter, or another."""

    names: Names
    periods: Mapping[str, str]

    def row_name(self, row: Row) -> str:
        """Name a row by its rule; what was set by hand, by where it was set."""
        if not row.rule.startswith(BY_HAND):
            return _rule_name(row.rule)
        return _("what was set or locked: %(place)s") % {"place": self.place(row)}

    def place(self, row: Row) -> str:
        """Name the node of a row, with its month or quarter."""
        node, period = self.names.node(row.node), self.periods.get(row.rule, "")
        if not row.values or period not in ("month", "quarter"):
            return node
        when = _("month %(number)s") if period == "month" else _("Q%(number)s")
        return f"{node} · {when % {'number': row.values[-1]}}"


def _sentence(one: Conflict, places: _Places, show: Callable[[float], str]) -> str:
    values = dict(one.values)
    head = next((row for row in one.rows if row.place == values["place"]), one.rows[0])
    others = [places.row_name(row) for row in one.rows if row is not head] + [_rule_name(name) for name in one.locks]
    values["rule"], values["place"] = places.row_name(head), places.place(head)
    values["others"] = _listed([f"“{name}”" for name in dict.fromkeys(others)])
    shown = {key: show(value) if isinstance(value, float) else value for key, value in values.items()}
    return _(one.text) % shown


def _listed(names: Sequence[str]) -> str:
    """Name the first few, and count the others: months that are over can be a hundred locks."""
    more = _(" and %(count)d more") % {"count": len(names) - NAMED} if len(names) > NAMED else ""
    return enumerated(names[:NAMED]) + more


def _least(problem: Clashing, names: Names) -> list[WayOut]:
    """Everything gives way as little as will do; offered where only rules of the plan would have to."""
    plan = problem.plan
    steps = list(least_relaxation(plan, problem.desk.params.unit))
    if not steps or not all(_ours(step.rule) for step in steps):
        return []
    missed = round(float(plan.rows["missed"].abs().sum()))
    told = ", ".join(dict.fromkeys(_("“%(rule)s” at %(place)s") % _told(step, names) for step in steps[:3]))
    more = "" if len(steps) <= 3 else _(" and %(count)d more") % {"count": len(steps) - 3}
    label = _("Let give way: %(rules)s") % {"rules": told + more}
    return [WayOut("least", label, missed, ({"relax": [asdict(step) for step in steps]},))]


def _told(step: Relaxation, names: Names) -> dict[str, str]:
    return {"rule": _rule_name(step.rule), "place": names.node(step.path)}


def _one_rule(
    problem: Clashing, one: Conflict, known: Collection[str], names: Names, show: Callable[[float], str]
) -> list[WayOut]:
    """Move the bound of one amount of the plan's own by what is missing in this clash; others may be left.

    known: rules that have a way out already, which is measured on all clashes at once and does make room.
    """
    kinds = {rule.name: rule.kind for rule in problem.plan.model.rules.rules}
    ways = []
    for number, row in enumerate(one.rows):
        if not _ours(row.rule) or row.rule in known or kinds[row.rule] in SHARES or not isfinite(one.missing):
            continue
        step = _moved(row, one.missing, problem)
        said = _told(step, names) | {"amount": show(one.missing)}
        label = _("Move “%(rule)s” at %(place)s by %(amount)s") % said
        ways.append(WayOut(f"rule:{number}", label, round(one.missing), ({"relax": [asdict(step)]},)))
    return ways


def _moved(row: Row, missing: float, problem: Clashing) -> Relaxation:
    unit = problem.desk.params.unit
    room = (floor(missing / unit) + 2) * unit
    low, high = (bound if isfinite(bound) else None for bound in (row.at_least, row.at_most))
    now = (None if low is None else max(0.0, low - room), None if high is None else high + room)
    path = next((one for one in _paths(problem, row.level) if one.rsplit("/", 1)[-1] == row.node), "")
    return Relaxation(row.rule, row.level, path, "/".join(row.values), (low, high), now)


def _paths(problem: Clashing, level: str) -> Sequence[str]:
    org = problem.plan.model.org
    return org.paths[org.levels.index(level)]


def _by_hand(
    now: State,
    problem: Clashing,
    one: Conflict | None,
    wanted: Sequence[Edit],
    names: Names,
    show: Callable[[float], str],
) -> list[WayOut]:
    """Lift what was set or locked earlier, shares cells with what is asked now and, as far as known, takes part.

    What is asked of the very same cells takes the place of what was said of them before: lifting that helps nothing.
    """
    asked = [now.desk.select(edit.where) for edit in wanted if edit.amount is not None]
    touched, same = np.zeros(now.desk.layout.slots, bool), {cells.key for cells in asked}
    for cells in asked:
        touched[cells.slots] = True
    held = [
        one
        for one in now.present.held
        if one.cells.key not in same and touched[one.cells.slots].any() and (one.area or not problem.area)
    ]
    clashing = (
        {row.node if row.level in LEVELS else "" for row in one.rows if row.rule.startswith(BY_HAND)} if one else ()
    )
    held = [one for one in held if _node(one) in clashing] or held
    return [
        WayOut(
            f"lift:{one.number}",
            _("Lift %(what)s: %(place)s, %(amount)s") % _held(one, names, show),
            one.amount,
            ({"lift": one.number},),
        )
        for one in held[:MOST]
    ]


def _node(one: Held) -> str:
    """The node of the tree that something is held at; the company's has no name."""
    known = [name for name in LEVELS if one.where.get(name)]
    return name_of(known[-1], one.where[known[-1]][0]) if known else ""


def _held(one: Held, names: Names, show: Callable[[float], str]) -> dict[str, str]:
    what = _("the lock") if one.locked else _("what was set")
    parts = [names.of(name, keys[0]) for name, keys in one.where.items() if name != "month"]
    when = [_("month %(number)s") % {"number": month} for month in one.where.get("month", ())]
    return {
        "what": what,
        "place": " · ".join([*(parts or [_("the company")]), *when]),
        "amount": show(one.amount),
    }
