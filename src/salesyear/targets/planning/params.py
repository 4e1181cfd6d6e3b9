"""What somebody asks of a plan, as plain values that a form, a command and a run's parameters share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Self

HISTORY = "history"  # the blend that leaves the market's potential out


@dataclass(frozen=True, kw_only=True)
class PlanParams:
    """year: the plan's (fiscal) year; starts_on: its first day (None: 1 January). unit: key of a region's own plan.

    total: in minor units; or growth: on last year, a share (0.1 is 10 %); neither: what is expected anyway.
    regions: totals of single regions by key. strategic: keys of the strategic lines (None: those marked in the data).
    strategic_share, new_customer_share: None as the policy says, 0 for none. rep_least, rep_most: each salesperson's
    year as a share of their last one. rounding: whole amounts in minor units (0: one unit of the currency).
    most_key: key customers a salesperson has at most. blend: of the baseline and the market's potential, by its name.
    """

    year: int
    starts_on: date | None = None
    unit: int | None = None
    total: int | None = None
    growth: float | None = None
    regions: Mapping[int, int] = field(default_factory=dict)
    strategic: tuple[int, ...] | None = None
    strategic_share: float | None = None
    new_customer_share: float | None = None
    rep_least: float | None = 0.8
    rep_most: float | None = None
    rounding: int = 0
    blend: str = HISTORY
    seed: int = 1
    most_key: int = 12
    name: str = ""

    @property
    def first_day(self) -> date:
        """Return the first day of the plan's year."""
        return (self.starts_on or date(self.year, 1, 1)).replace(day=1)

    def as_json(self) -> dict[str, Any]:
        """Return plain values, as runs and versions keep them."""
        said = asdict(self) | {"starts_on": self.first_day.isoformat()}
        return said | {"regions": {str(key): amount for key, amount in self.regions.items()}}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in said.items() if name in known}
        if values.get("starts_on"):
            values["starts_on"] = date.fromisoformat(values["starts_on"])
        values["regions"] = {int(key): int(amount) for key, amount in (values.get("regions") or {}).items()}
        if values.get("strategic") is not None:
            values["strategic"] = tuple(values["strategic"])
        return cls(**values)
