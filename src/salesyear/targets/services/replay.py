"""Computes a version's integers again from what was kept of it: prior, rules, log, unit and seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, Version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def replay(version: Version) -> NDArray[np.int64]:
    """Return every cell as (slots, months), in the order of the sheets; it equals what the sheets hold."""
    from salesyear.targets.editing.desk import open_desk
    from salesyear.targets.editing.solving import amounts_of
    from salesyear.targets.editing.state import State

    with rls.as_owner():
        desk = open_desk(version)
        edits = Edit.objects.within(Scope.system("replaying a version")).filter(version=version).order_by("number")
    empty = State(version.edition, desk, desk.baseline, tuple(edits), {})
    return amounts_of(desk, empty.log())
