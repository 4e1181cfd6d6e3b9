"""Rules as plain data, the form of TOML and JSON files: into `Rules` and back."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from salesyear.engine.messages import noop
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.rules import SHARES, BadRule, Kind, Priority, Rule, Rules, Where

SETTINGS = ("levels", "unit", "seed", "distance", "fill_empty")
KEYS = (
    "name", "at", "nodes", "where", "of", "within", "each", "exactly", "at_least", "at_most", "relative_to",
    "amounts", "shares", "priority", "owner", "reason", "made_at",
)  # fmt: skip
TEXTS = ("owner", "reason", "made_at", "relative_to")


def rules_from(data: Mapping[str, Any]) -> Rules:
    """Read rules: one list per kind (total, share, profile, cell, lock). Raises BadRule, naming what is off."""
    kinds = [kind.value for kind in Kind]
    for key in data:
        if key not in kinds and key not in SETTINGS:
            raise _unknown(key, [*kinds, *SETTINGS])
    return Rules(tuple(rule_from(Kind(kind), one) for kind in kinds for one in data.get(kind, [])))


def params_from(data: Mapping[str, Any]) -> Params:
    """Read unit, seed, distance and fill_empty, where they are given."""
    known: dict[str, Any] = {key: data[key] for key in ("unit", "seed", "fill_empty") if key in data}
    if "distance" in data:
        if data["distance"] not in list(Distance):
            raise _unknown(str(data["distance"]), list(Distance))
        known["distance"] = Distance(data["distance"])
    return Params(**known)


def levels_from(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the level columns, from the top."""
    levels = data.get("levels", ())
    if not levels or isinstance(levels, str):
        raise BadRule(noop('The rules must name the level columns from the top: levels = ["region", "rep"].'))
    return tuple(str(level) for level in levels)


def rule_from(kind: Kind, data: Mapping[str, Any]) -> Rule:
    """Read one rule. `exactly` is at least and at most at once; shares speak `of` a part, the others `where`."""
    for key in data:
        if key not in KEYS:
            raise _unknown(key, list(KEYS))
    rule = str(data.get("name", ""))
    low, high = _pair(data, rule)
    given = data.get("amounts") or data.get("shares") or {}
    amounts = {str(key): _bounds(value, rule) for key, value in given.items()}
    more = {key: str(data[key]) for key in TEXTS if key in data}
    return Rule(
        name=rule, kind=kind, at=str(data.get("at", "company")),
        nodes=_texts(data.get("nodes", ())), where=_where({**data.get("where", {}), **data.get("of", {})}),
        within=_where(data.get("within", {})), each=_texts(data.get("each", ())), at_least=low, at_most=high,
        amounts=amounts, priority=_priority(data.get("priority")), **more,
    )  # fmt: skip


def rules_to(rules: Rules) -> dict[str, Any]:
    """Write rules as plain data that `rules_from` reads back to the same."""
    data: dict[str, list[dict[str, Any]]] = {}
    for rule in rules.rules:
        data.setdefault(rule.kind.value, []).append(_written(rule))
    return data


def _written(rule: Rule) -> dict[str, Any]:
    part = "of" if rule.kind in SHARES else "where"
    several = "shares" if rule.kind in SHARES else "amounts"
    data: dict[str, Any] = {"name": rule.name, "at": rule.at, "nodes": list(rule.nodes), "each": list(rule.each)}
    data |= {part: {c: list(v) for c, v in rule.where.items()}, "within": {c: list(v) for c, v in rule.within.items()}}
    data |= _written_pair(rule.at_least, rule.at_most)
    data |= {several: {key: _written_pair(*pair) for key, pair in rule.amounts.items()}}
    data |= {key: getattr(rule, key) for key in TEXTS}
    data |= {"priority": "" if rule.priority is None else rule.priority.name.lower()}
    return {key: value for key, value in data.items() if value or value == 0}


def _written_pair(low: float | None, high: float | None) -> dict[str, float]:
    if low is not None and low == high:
        return {"exactly": low}
    return {key: value for key, value in (("at_least", low), ("at_most", high)) if value is not None}


def _pair(data: Mapping[str, Any], rule: str) -> tuple[float | None, float | None]:
    exactly = data.get("exactly")
    low, high = data.get("at_least", exactly), data.get("at_most", exactly)
    return None if low is None else _number(low, rule), None if high is None else _number(high, rule)


def _bounds(value: Any, rule: str) -> tuple[float | None, float | None]:  # noqa: ANN401 - whatever the file holds
    return _pair(value, rule) if isinstance(value, Mapping) else (_number(value, rule), _number(value, rule))


def _number(value: Any, rule: str) -> float:  # noqa: ANN401 - whatever the file holds
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRule(
            noop("Rule “%(rule)s”: “%(value)s” is not an amount. Write digits without quotes, in the smallest unit."),
            rule=rule, value=value,
        )  # fmt: skip
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the file holds
    return (str(value),) if isinstance(value, str | int) else tuple(str(one) for one in value)


def _where(data: Mapping[str, Any]) -> Where:
    return {str(column): _texts(values) for column, values in data.items()}


def _priority(value: Any) -> Priority | None:  # noqa: ANN401 - whatever the file holds
    if not value:
        return None
    names = [one.name.lower() for one in Priority]
    if value not in names:
        raise _unknown(str(value), names)
    return Priority[value.upper()]


def _unknown(word: str, known: list[str]) -> BadRule:
    close = get_close_matches(word, known, n=1) or known[:1]
    return BadRule(noop("Unknown word “%(word)s”. Did you mean “%(close)s”?"), word=word, close=close[0])
