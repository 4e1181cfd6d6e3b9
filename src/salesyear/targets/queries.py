"""Rows of kept baselines for the pages, each within what the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists
from django.http import Http404

from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.targets.models import Baseline, BaselineCell
from salesyear.targets.services import KIND


@dataclass(frozen=True)
class NodeKey:
    """A node by what it is about, as the URL names it: it means the same in the next baseline as well."""

    level: int
    unit: int | None = None
    rep: int | None = None
    line: int | None = None


def latest_baseline() -> Baseline | None:
    """Return the newest baseline there is."""
    return Baseline.objects.select_related("currency", "made_by").first()


def running() -> Run | None:
    """Return the baseline being computed now, or waiting for a worker."""
    return (
        Run.objects.filter(kind=KIND, state__in=[RunState.WAITING, RunState.RUNNING]).select_related("made_by").first()
    )


def cells_of(scope: Scope, baseline: Baseline) -> ScopedQuerySet[BaselineCell]:
    """Return the cells of a baseline that somebody sees, with the names they are shown under."""
    return (
        BaselineCell.objects.within(scope)
        .filter(baseline=baseline)
        .select_related("unit", "rep", "line", "currency", "baseline")
    )


def find_node(scope: Scope, baseline: Baseline, key: NodeKey | None) -> list[BaselineCell]:
    """Return all cells of a node, months first; without a key the highest and greatest node that is seen.

    Empty when nothing at all is seen. Raises Http404 for a node that is not there and for one that is not theirs.
    """
    seen = cells_of(scope, baseline)
    if key is None:
        top = seen.filter(months=12, starts_on__year=baseline.year).order_by("level", "-mean", "node").first()
        node = top.node if top else None
    else:
        node = _number(seen, key)
        if node is None:
            raise Http404
    return [] if node is None else list(seen.filter(node=node).order_by("months", "starts_on"))


def _number(seen: ScopedQuerySet[BaselineCell], key: NodeKey) -> int | None:
    keys: dict[str, Any] = {"level": key.level, "unit": key.unit, "rep": key.rep, "line": key.line}
    found = seen.filter(**keys)  # None: IS NULL
    return found.values_list("node", flat=True).first()


def years_around(scope: Scope, shown: BaselineCell, year: int) -> list[BaselineCell]:
    """Return the cells of a year and of the year before it for a node's children, its siblings and its ancestors."""
    years = [date(year - 1, 1, 1), date(year, 1, 1)]
    above = [int(one) for one in shown.lineage.strip("/").split("/")]
    near = cells_of(scope, shown.baseline).filter(months=12, starts_on__in=years)
    children = near.filter(parent=shown.node)
    higher = cells_of(scope, shown.baseline).filter(level__lt=shown.level)
    beside = near.filter(~Exists(higher), level=shown.level)  # where they see no total
    return list((children | beside | near.filter(node__in=above)).order_by("level", "node", "starts_on"))
