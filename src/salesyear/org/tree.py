"""The organisation's units, read once for each person's request, however many parts of a page ask for them."""

from __future__ import annotations

from salesyear.core.scope import Scope
from salesyear.org.models import Unit, UnitKind

KEPT = "units"  # in a scope


def units(scope: Scope) -> list[Unit]:
    """Return every row of a unit that `scope` sees, by path. Work that nobody signed in for reads them each time."""
    if scope.user_id is None:
        return _read(scope)
    if KEPT not in scope.kept:
        scope.kept[KEPT] = _read(scope)
    found: list[Unit] = scope.kept[KEPT]
    return found


def company(scope: Scope) -> Unit | None:
    """Return today's row of the whole company; None before there is one."""
    tops = [unit for unit in units(scope) if unit.kind == UnitKind.COMPANY and unit.parent_id is None]
    return max(tops, key=lambda unit: (unit.starts_on, unit.pk), default=None)


def _read(scope: Scope) -> list[Unit]:
    return list(Unit.objects.within(scope).order_by("path"))
