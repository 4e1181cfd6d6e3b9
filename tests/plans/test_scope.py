"""Who sees which part of a plan: rows without a list page, which the matrix of addresses therefore misses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from cast import Cast
from plans_cast import NOW, plan_of_2026
from salesyear.core import rls
from salesyear.core.scope import Scope, scoped_models
from salesyear.org.access import scope_of
from salesyear.plans.frames import cash_by_month, sheet_cells
from salesyear.plans.models import Comment, Commitment, Edit, Initiative, QuarterPlan, Sheet

SEEN = {
    "director": {"li", "zhao", "sun"},
    "wang": {"li", "zhao"},
    "li": {"li"},
    "sun": {"sun"},
    "agent": set[str](),
    "finance": {"li", "zhao", "sun"},
    "hr": {"li", "zhao", "sun"},
    "marketing": set[str](),
    "admin": {"li", "zhao", "sun"},
    "nobody": set[str](),
}
ROWS: tuple[Any, ...] = (Comment, Commitment, Edit, Initiative, Sheet)


def test_no_scoped_row_of_a_plan_is_left_out() -> None:
    ours = {model for model in scoped_models() if model._meta.app_label == "plans"}
    assert ours == {*ROWS, QuarterPlan}, "add the model to ROWS"


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("name", SEEN)
def test_each_sees_their_own_part(cast: Cast, name: str, model: Any) -> None:
    plan_of_2026(cast)
    scope = scope_of(cast.users[name])
    wanted = {cast.reps[code].pk for code in SEEN[name]}
    with rls.enforced(scope):
        assert set(model.objects.within(scope).values_list("rep", flat=True)) == wanted
        if connection.vendor == "postgresql":  # the second gate, without the first
            everything = model.objects.within(Scope.system("looking past the managers"))
            assert set(everything.values_list("rep", flat=True)) == wanted


@pytest.mark.parametrize(("name", "seen"), [("director", 2), ("wang", 1), ("li", 0), ("hr", 2), ("marketing", 0)])
def test_a_regions_quarter_plan_is_its_managers(cast: Cast, name: str, seen: int) -> None:
    version = plan_of_2026(cast)
    for region in ("east", "west"):
        QuarterPlan.objects.create(plan=version.plan, unit=cast.units[region], quarter=1, signed_at=NOW)
    scope = scope_of(cast.users[name])
    with rls.enforced(scope):
        assert QuarterPlan.objects.within(scope).count() == seen
        if connection.vendor == "postgresql":
            assert QuarterPlan.objects.within(Scope.system("looking past the managers")).count() == seen


def test_cells_come_back_as_they_were_packed(cast: Cast) -> None:
    version = plan_of_2026(cast)
    cells = sheet_cells(Scope.system("test"), version)
    assert cells.height == 3 * 12
    assert cells["target"].sum() == 3 * 12 * 1_200_00
    assert cells.filter(rep=cast.reps["li"].pk)["place"].to_list() == list(range(1, 13))
    assert set(cells["region"]) == {cast.units["east"].pk, cast.units["west"].pk}
    assert cash_by_month(Scope.system("test"), version)["cash"].sum() == 3 * 12 * 1_200_00
    assert sheet_cells(scope_of(cast.users["nobody"]), version).is_empty()
