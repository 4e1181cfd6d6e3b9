"""Which cells a rule or a question means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.numeric.tree import Bools
from salesyear.engine.targets.places import Organisation
from salesyear.engine.targets.rules import BadRule, Kind, Rule, Where


def select(cells: Cells, where: Where) -> Bools:
    """Cells inside a part; level columns and attributes alike."""
    chosen = np.ones(cells.frame.height, bool)
    for column, wanted in where.items():
        chosen &= cells.labels(column).is_in(list(wanted)).fill_null(value=False).to_numpy()
    return chosen


def select_for(cells: Cells, org: Organisation, rule: Rule) -> Bools:
    """Cells a rule on single cells speaks of; refused when there is none, because it could never fire."""
    chosen = select(cells, rule.where)
    if rule.nodes:
        level = org.level(rule)
        nodes = [org.node(level, name, rule.name) for name in rule.nodes]
        chosen &= np.isin(org.tree.ancestors(level)[org.leaf], nodes)
    if not chosen.any():
        raise BadRule(
            noop("Rule “%(rule)s” speaks of no cell at all: none has %(parts)s. Compare with the table of cells."),
            rule=rule.name, parts=spoken(rule.where),
        )  # fmt: skip
    return chosen


def spoken(where: Where) -> str:
    """A part as it is written in rules: rep = Ann, month = 3 / 4."""
    return ", ".join(f"{column} = {' / '.join(wanted)}" for column, wanted in where.items())


def localised(rule: Rule, org: Organisation) -> Rule:
    """Turn level columns in `where` into nodes: region = East, month = 3 is month = 3 at the node East."""
    named = [level for level in org.levels[1:] if level in rule.where]
    if not named:
        return rule
    at = max(org.levels.index(level) for level in named)
    if rule.nodes or org.levels.index(rule.at) > at:
        raise BadRule(
            noop("Rule “%(rule)s” names its nodes twice: in “nodes” or “at”, and in “where”."), rule=rule.name
        )
    inside = np.ones(org.tree.size(at), bool)
    place = np.arange(org.tree.size(at))
    for level in range(at, 0, -1):
        if org.levels[level] in rule.where:
            named_here = np.zeros(org.tree.size(level), bool)
            named_here[org.called(level, rule.where[org.levels[level]])] = True
            inside &= named_here[place]
        place = org.tree.up[level][place]
    if not inside.any():
        raise BadRule(noop("Rule “%(rule)s” speaks of no cell at all."), rule=rule.name)
    nodes = tuple(org.paths[at][i] for i in np.flatnonzero(inside))
    rest = {column: wanted for column, wanted in rule.where.items() if column not in named}
    if rule.kind is Kind.SHARE and not rest and not rule.each:
        raise BadRule(
            noop("Rule “%(rule)s” asks for the share of %(parts)s in itself, which is always all of it. Name a part as "
                 "well (a line, a segment), or ask for an amount."),
            rule=rule.name, parts=spoken(rule.where),
        )  # fmt: skip
    return replace(rule, at=org.levels[at], nodes=nodes, where=rest)
