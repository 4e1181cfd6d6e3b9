"""What people do with the baseline: ask for one, and (the worker) keep it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from salesyear.core import events, runs
from salesyear.core.models import Run
from salesyear.org.models import User
from salesyear.targets.models import Baseline, BaselineCell

if TYPE_CHECKING:
    from salesyear.targets.reports import BaselineParams, Cell, Node, YearsBaseline

KIND = "targets.baseline"
_BATCH = 1_000


def ask_for_baseline(params: BaselineParams, *, actor: User | None, token: str = "") -> Run:
    """Put a baseline into the queue; the same token gives the same run, however often it is sent."""
    key = f"{KIND}:{actor.pk if actor else 0}:{token}" if token else None
    return runs.ask_for(KIND, asdict(params), actor=actor, seed=params.seed, key=key)


@transaction.atomic
def keep_baseline(made: YearsBaseline, *, run: Run | None, actor: User | None) -> Baseline:
    """Keep a baseline with all its cells, once a run: an attempt that comes second finds the first one's."""
    if run and (there := Baseline.objects.filter(run=run).first()):
        return there
    kept = Baseline.objects.create(
        run=run,
        made_by=actor,
        made_at=timezone.now(),
        year=made.year,
        first_month=made.months[0],
        last_month=made.months[1],
        currency_id=made.currency,
        seed=made.params.seed,
        fingerprint=made.fingerprint,
        record=made.record,
    )
    nodes = {node.number: node for node in made.nodes}
    rows = (_row(kept, cell, nodes[cell.node]) for cell in made.cells)
    BaselineCell.objects.bulk_create(rows, batch_size=_BATCH)
    events.record(
        "targets.baseline.kept", actor=actor, subject=str(kept), detail={"fingerprint": kept.fingerprint[:16]}
    )
    return kept


def _row(kept: Baseline, cell: Cell, node: Node) -> BaselineCell:
    low_80, high_80, low_95, high_95 = cell.bounds
    return BaselineCell(
        baseline=kept,
        node=node.number,
        parent=node.lineage[-2] if len(node.lineage) > 1 else None,
        lineage="/" + "".join(f"{one}/" for one in node.lineage),
        level=node.level,
        unit_id=node.unit or None,
        rep_id=node.rep or None,
        line_id=node.line or None,
        starts_on=cell.starts_on,
        months=cell.months,
        currency_id=kept.currency_id,
        actual=cell.actual,
        mean=cell.mean,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
        grid=cell.grid,
    )
