"""Rules of a plan as data: what must hold, where, who asked for it and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.targets.cells import COMPANY

Where = Mapping[str, tuple[str, ...]]


class BadRule(EngineError):
    """A rule that says nothing, contradicts itself, or names what is not there."""


class Kind(StrEnum):
    """What a rule bounds."""

    TOTAL = "total"  # the sales of a part of a node
    SHARE = "share"  # a part of a node's sales, as a share of another part
    PROFILE = "profile"  # how a node's sales are divided over the values of `each` (months, quarters)
    CELL = "cell"  # every single cell of a part
    LOCK = "lock"  # single cells, at an amount (or at what they are)


SUMS = (Kind.TOTAL, Kind.SHARE, Kind.PROFILE)
SHARES = (Kind.SHARE, Kind.PROFILE)


class Priority(IntEnum):
    """What gives way first where rules clash: the lowest. A cell's own lock never gives way.

    The number is the largest multiplier a rule may have. Each is larger than all those that one cell can meet
    below it together, so that no number of small wrongs outweighs a great one.
    """

    BAND = 12
    CAP = 14
    SHARE = 28
    TOTAL = 60
    COMPANY = 120
    LOCK = 240


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    at: the level it holds on (`company` or a level column), at every node or only at `nodes`.
    where: the part of the node meant, as column -> values; everything if empty. within: for shares, what the part is
    compared with (everything at the node if empty). each: one row for every value of these columns.
    at_least, at_most: amounts (for shares: fractions); with `relative_to` they multiply the sum of that column.
    amounts: bounds of single nodes or values, keyed "node", "value" or "node/value"; they win over the general ones.
    """

    name: str
    kind: Kind = Kind.TOTAL
    at: str = COMPANY
    nodes: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    within: Where = field(default_factory=dict)
    each: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    relative_to: str = ""
    amounts: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    priority: Priority | None = None
    owner: str = ""
    reason: str = ""
    made_at: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that can never hold or never fire."""
        if not self.name:
            raise BadRule(noop("A rule needs a name."))
        if self.kind is not Kind.LOCK and not self.amounts and self.at_least is None and self.at_most is None:
            raise BadRule(noop("Rule “%(rule)s” asks for nothing: give it an amount."), rule=self.name)
        if self.kind is Kind.PROFILE and not self.each:
            raise BadRule(noop("Profile “%(rule)s” needs to know what it divides: each = month."), rule=self.name)
        for low, high in ((self.at_least, self.at_most), *self.amounts.values()):
            self._check(low, high)

    def _check(self, low: float | None, high: float | None) -> None:
        if low is not None and high is not None and low > high:
            raise BadRule(
                noop("Rule “%(rule)s” asks for at least %(low)s and at most %(high)s."),
                rule=self.name, low=low, high=high,
            )  # fmt: skip
        for bound in (low, high):
            if bound is not None and bound != bound:
                raise BadRule(noop("Rule “%(rule)s” has an amount that is not a number."), rule=self.name)
            if bound is not None and self.kind in SHARES and not 0 <= bound <= 1:
                raise BadRule(
                    noop("Rule “%(rule)s”: a share lies between 0 and 1, not %(share)s."),
                    rule=self.name, share=bound,
                )  # fmt: skip

    @property
    def exact(self) -> bool:
        """The rule fixes its amounts."""
        pairs = list(self.amounts.values()) or [(self.at_least, self.at_most)]
        return all(low is not None and low == high for low, high in pairs)

    @property
    def weight(self) -> float:
        """Largest multiplier: its priority's, or what its kind and level usually have."""
        return float(self.priority if self.priority is not None else self.usual_priority)

    @property
    def usual_priority(self) -> Priority:
        """Company total > totals > shares > caps > bands."""
        if self.kind is Kind.LOCK:
            return Priority.LOCK
        if self.kind in SHARES:
            return Priority.SHARE
        if self.exact:
            return Priority.COMPANY if self.at == COMPANY else Priority.TOTAL
        lows = [low for low, _ in (*self.amounts.values(), (self.at_least, self.at_most))]
        return Priority.CAP if all(low is None for low in lows) else Priority.BAND

    def bounds_for(self, *keys: str) -> tuple[float | None, float | None] | None:
        """Bounds under the first key that has its own; None where the rule says nothing."""
        for key in keys:
            if key in self.amounts:
                return self.amounts[key]
        general = (self.at_least, self.at_most)
        return None if general == (None, None) else general


@dataclass(frozen=True)
class Rules:
    """All rules of a plan; names are unique, because people and explanations use them."""

    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rules of one name."""
        seen: set[str] = set()
        for rule in self.rules:
            if rule.name in seen:
                raise BadRule(noop("Two rules are called “%(rule)s”."), rule=rule.name)
            seen.add(rule.name)

    def with_rule(self, rule: Rule) -> Rules:
        """Add a rule, in place of the one of the same name if there is one."""
        kept = [old for old in self.rules if old.name != rule.name]
        return Rules((*kept, rule))

    def without(self, name: str) -> Rules:
        """Lift a rule."""
        if all(rule.name != name for rule in self.rules):
            raise BadRule(noop("There is no rule “%(rule)s” to lift."), rule=name)
        return Rules(tuple(rule for rule in self.rules if rule.name != name))

    def of_kind(self, *kinds: Kind) -> tuple[Rule, ...]:
        """Rules of some kinds, in order."""
        return tuple(rule for rule in self.rules if rule.kind in kinds)
