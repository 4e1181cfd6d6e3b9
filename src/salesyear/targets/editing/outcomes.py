"""What is asked of a draft, and what comes of it: a change that is kept, or the reason why nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesyear.core.scope import Scope
from salesyear.org.models import User
from salesyear.plans.models import Edit, Version

if TYPE_CHECKING:
    from salesyear.targets.editing.solving import Clashing
    from salesyear.targets.editing.state import State as Now


@dataclass(frozen=True)
class CellText:
    """What was typed, and where: the row's path and the column's name."""

    row: str
    column: str
    text: str


@dataclass(frozen=True)
class Asking:
    """Who asks, what they see, and the edition they last saw."""

    version: Version
    scope: Scope
    actor: User | None
    seen: int


@dataclass(frozen=True)
class Changed:
    """A change that is kept (or, `dry`, would be): the states before and after, and one sentence."""

    before: Now
    after: Now
    said: str
    dry: bool = False


@dataclass(frozen=True)
class Clash:
    """Nothing was kept: what was asked cannot hold together with the rest. `wanted` are the edits that were asked."""

    now: Now
    problem: Clashing
    wanted: tuple[Edit, ...]


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else has set since it was last seen."""

    row: str
    column: str
    yours: str
    theirs: int | None
    by: str


@dataclass(frozen=True)
class Conflicts:
    """Nothing was kept: others changed the very same cells."""

    now: Now
    cells: tuple[Conflict, ...]


@dataclass(frozen=True)
class Problem:
    """A text that is not understood or may not stand there, and why."""

    row: str
    column: str
    text: str
    message: str


@dataclass(frozen=True)
class Problems:
    """Nothing was kept: these texts cannot be."""

    cells: tuple[Problem, ...]


Outcome = Changed | Clash | Conflicts | Problems


class Refused(ValueError):
    """Something that cannot be done to this version by this person; the text says why."""
