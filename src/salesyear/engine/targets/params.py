"""How to compute a plan: distance, unit, seed and effort. Nothing here changes what the rules mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance


class BadParams(EngineError):
    """Parameters that make no sense."""


@dataclass(frozen=True, kw_only=True)
class Params:
    """distance: pro rata (default) or least squares; unit: whole amounts are multiples of it; seed: for rounding.

    whole: round the plan (False leaves it real). fill_empty: where a rule asks for sales in a part that has no prior
    at all, give its cells an even prior (and say so in the plan) instead of finding the rule impossible.
    """

    distance: Distance = Distance.PRO_RATA
    unit: int = 1
    seed: int = 0
    whole: bool = True
    fill_empty: bool = True
    effort: Effort = field(default_factory=Effort)

    def __post_init__(self) -> None:
        """Refuse a unit that cannot be counted in."""
        if self.unit < 1:
            raise BadParams(noop("The unit must be at least 1, not %(unit)d."), unit=self.unit)
