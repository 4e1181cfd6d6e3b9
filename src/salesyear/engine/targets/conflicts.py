"""What cannot be met: the least total relaxation, and the smallest set of rules that clash, as a sentence.

The capped dual has already found which rows give way (docs: what-cannot-be-met). Here a short list of suspects is cut
down to an irreducible set: take any one rule away and the rest can be met (deletion filter, Chinneck 2008, ch. 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets.elastic import Elastic, elastic_rows
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.rows import row_address
from salesyear.engine.targets.numeric.tree import Ints
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.proof import Proof, prove

TOO_LITTLE = noop(
    "“%(rule)s” asks for %(asked)s at %(place)s, but %(others)s allow at most %(reachable)s: %(missing)s missing."
)
TOO_MUCH = noop(
    "“%(rule)s” allows %(asked)s at %(place)s, but %(others)s force at least %(reachable)s: %(missing)s too much."
)
ALONE_LITTLE = noop(
    "“%(rule)s” asks for %(asked)s at %(place)s, but its cells can carry at most %(reachable)s: %(missing)s missing."
)
ALONE_MUCH = noop(
    "“%(rule)s” allows %(asked)s at %(place)s, but its cells are held at %(reachable)s at least: %(missing)s too much."
)

SHARES_CLASH = noop(
    "“%(rule)s” asks for a share of %(asked)s at %(place)s; with %(others)s it cannot be had: %(missing)s missing."
)


@dataclass(frozen=True)
class Clash:
    """A row that takes part in a conflict: rule, level, node, values of `each`, and its bounds (shares if `share`)."""

    rule: str
    level: str
    node: str
    values: tuple[str, ...]
    at_least: float
    at_most: float
    share: bool

    @property
    def place(self) -> str:
        """Node and values, as people say it."""
        return " ".join((self.node, *self.values))


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot all hold; without any one of them the others can.

    rows: the clashing rows, the coarsest first; locks: lock rules and cell bounds that take part. text and values: the
    sentence (see `salesyear.engine.messages`). missing: the amount. proof: in whole numbers, that no plan keeps them.
    """

    rows: tuple[Clash, ...]
    locks: tuple[str, ...]
    text: str
    values: dict[str, object]
    missing: float
    proof: Proof | None

    def sentence(self, show: Callable[[float], str] = "{:,.0f}".format) -> str:
        """Put the English sentence together with amounts shown by `show`."""
        shown = {key: show(value) if isinstance(value, float) else value for key, value in self.values.items()}
        return self.text % shown


def conflicts(plan: Plan, at_most: int = 10) -> tuple[Conflict, ...]:
    """Return the clashes of a plan that could not be met, each irreducible, until what is left can be met.

    `at_most`: stop after so many. A plan that is met has none.
    """
    found: list[Conflict] = []
    removed: set[int] = set()
    while not plan.met and len(found) < at_most:
        rows = _clashing_rows(plan, removed)
        if rows is None:
            break
        found.append(_conflict(plan, rows))
        removed |= set(rows.tolist())
    return tuple(found)


def _suspects(plan: Plan) -> list[Ints]:
    """Lists of rows to look at, short ones first: far out multipliers, then all that act, then all."""
    weight = plan.model.task.bounds.give_up
    force = np.abs(plan.answer.y) / weight.min(initial=np.inf)
    missed = plan.answer.missed != 0
    asked = plan.model.asked
    return [np.flatnonzero(asked & chosen) for chosen in (missed | (force > 0.25), missed | (force > 1e-9), asked)]


def _clashing_rows(plan: Plan, removed: set[int]) -> Ints | None:
    for rows in _suspects(plan):
        left = np.array([row for row in rows.tolist() if row not in removed], dtype=np.int64)
        elastic = elastic_rows(plan.model, left)
        support = elastic.support(np.arange(len(left)))
        if support is not None:
            return left[_cut_down(elastic, support)]
    return None


def _cut_down(elastic: Elastic, suspects: Ints) -> Ints:
    """Delete rows one at a time, the finest level first: that leaves the set people recognise."""
    kept: list[int] = []
    queue = sorted(suspects.tolist(), reverse=True)
    while queue:
        row = queue.pop(0)
        smaller = elastic.support(np.array(sorted(queue + kept), dtype=np.int64))
        if smaller is None:
            kept.append(row)
        else:
            left = set(smaller.tolist())
            queue = [other for other in queue if other in left]
            kept = [other for other in kept if other in left]
    return np.array(sorted(kept), dtype=np.int64)


def _conflict(plan: Plan, rows: Ints) -> Conflict:
    model = plan.model
    locks = _locks_needed(model, rows)
    clashes = tuple(clash(model, int(row)) for row in rows)
    text, values, missing = _sentence(model, rows, clashes, locks)
    return Conflict(clashes, locks, text, values, missing, prove(model, rows, locks))


def _locks_needed(model: Model, rows: Ints) -> tuple[str, ...]:
    """Locks and cell bounds without which these rows could be met, as few as will do."""
    kept = elastic_rows(model, rows).bounds_names
    for name in tuple(kept):
        fewer = tuple(other for other in kept if other != name)
        if elastic_rows(model, rows, fewer).support(np.arange(len(rows))) is not None:
            kept = fewer
    return kept


def clash(model: Model, row: int) -> Clash:
    """Describe one row."""
    level, node, place = row_address(model.org.tree, model.task.blocks, row)
    line = model.levels[level][place]
    names = model.org.levels[level], model.org.names[level][node]
    least, most = float(line.least[node]), float(line.most[node])
    return Clash(line.name.rule, *names, line.name.values, least, most, line.whole is not None)


def _sentence(
    model: Model, rows: Ints, clashes: tuple[Clash, ...], locks: tuple[str, ...]
) -> tuple[str, dict[str, object], float]:
    """Say the coarsest row against the others: what it asks for and what they leave room for."""
    sums = [place for place, own in enumerate(clashes) if not own.share]
    head = sums[0] if sums else 0
    elastic = elastic_rows(model, rows)
    others = np.array([place for place in range(len(rows)) if place != head], dtype=np.int64)
    least, most = elastic.reach(head, others)
    own = clashes[head]
    names = list(dict.fromkeys([clashes[place].rule for place in others] + list(locks)))
    told = ", ".join(f"“{name}”" for name in names)
    if own.share:
        missing = elastic.least_miss()
        asked = own.at_least if np.isfinite(own.at_least) else own.at_most
        shares: dict[str, object] = {
            "rule": own.rule,
            "asked": f"{100 * asked:g} %",
            "place": own.place,
            "others": told,
        }
        return SHARES_CLASH, shares | {"missing": missing}, missing
    short = most < own.at_least
    asked, reachable = (own.at_least, most) if short else (own.at_most, least)
    texts = (TOO_LITTLE, TOO_MUCH) if len(others) or locks else (ALONE_LITTLE, ALONE_MUCH)
    missing = abs(asked - reachable)
    values: dict[str, object] = {
        "rule": own.rule, "asked": asked, "place": own.place, "others": told,
        "reachable": reachable, "missing": missing,
    }  # fmt: skip
    return texts[0 if short else 1], values, missing
