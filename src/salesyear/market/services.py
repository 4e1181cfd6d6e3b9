"""What people do here: ask for new scores of customers or a new study of the market, and (the worker) keep them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from salesyear.core import events, runs
from salesyear.core.models import Run
from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.market.models import (
    CohortMonth,
    MarketCell,
    Score,
    Scoring,
    ShiftFound,
    Study,
    TierCoverage,
    WhiteSpace,
)
from salesyear.org.models import User

if TYPE_CHECKING:
    from salesyear.market.reports import GradeWeights, MarketStudy, Scores, StudyParams

KIND = "market.customers"
STUDY = "market.study"
_BATCH = 1_000


def ask_for_scores(weights: GradeWeights, *, actor: User | None, token: str = "") -> Run:
    """Put the grading of all customers into the queue; the same token gives the same run."""
    key = f"{KIND}:{actor.pk if actor else 0}:{token}" if token else None
    return runs.ask_for(KIND, asdict(weights), actor=actor, key=key)


@transaction.atomic
def keep_scores(made: Scores, *, run: Run | None, actor: User | None) -> Scoring:
    """Keep the scores of all customers, once a run. Each is seen by the customer's owner and unit of today.

    A customer who stands in no unit is seen where the owner has a seat: a manager sees what the team's customers are.
    """
    if run and (there := Scoring.objects.filter(run=run).first()):
        return there
    kept = Scoring.objects.create(
        run=run,
        made_by=actor,
        made_at=timezone.now(),
        as_of=made.as_of,
        currency_id=made.currency,
        params=asdict(made.weights),
        record=made.record,
    )
    scope = Scope.system("keeping scores")
    customers = Customer.objects.within(scope).values_list("pk", "owner_id", "unit_id", "owner__unit_id")
    of = {pk: {"rep_id": owner, "unit_id": unit or seat} for pk, owner, unit, seat in customers}
    rows = (
        Score(scoring=kept, currency_id=made.currency, **row, **of[row["customer_id"]])
        for row in made.rows
        if row["customer_id"] in of
    )
    Score.objects.bulk_create(rows, batch_size=_BATCH)
    events.record("market.customers.kept", actor=actor, subject=str(kept), detail={"customers": len(made.rows)})
    return kept


def ask_for_study(params: StudyParams, *, actor: User | None, token: str = "") -> Run:
    """Put a study of the whole market into the queue; the same token gives the same run."""
    key = f"{STUDY}:{actor.pk if actor else 0}:{token}" if token else None
    return runs.ask_for(STUDY, asdict(params), actor=actor, seed=params.seed, key=key)


@transaction.atomic
def keep_study(made: MarketStudy, *, run: Run | None, actor: User | None) -> Study:
    """Keep a study with all its rows, once a run; each row is seen by whoever was given its unit."""
    if run and (there := Study.objects.filter(run=run).first()):
        return there
    kept = Study.objects.create(
        run=run,
        made_by=actor,
        made_at=timezone.now(),
        as_of=made.as_of,
        currency_id=made.currency,
        params=asdict(made.params),
        record=made.record,
    )
    money = {"study": kept, "currency_id": made.currency}
    MarketCell.objects.bulk_create((MarketCell(**money, **row) for row in made.cells), batch_size=_BATCH)
    WhiteSpace.objects.bulk_create((WhiteSpace(**money, **row) for row in made.spaces), batch_size=_BATCH)
    TierCoverage.objects.bulk_create((TierCoverage(**money, **row) for row in made.tiers), batch_size=_BATCH)
    CohortMonth.objects.bulk_create((CohortMonth(**money, **row) for row in made.cohorts), batch_size=_BATCH)
    ShiftFound.objects.bulk_create((ShiftFound(study=kept, **row) for row in made.shifts), batch_size=_BATCH)
    events.record("market.study.kept", actor=actor, subject=str(kept), detail={"cells": len(made.cells)})
    return kept
