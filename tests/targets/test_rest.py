"""The rest of a year planned anew: what is over is locked, the year's total stays, and the old version as it was."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django.utils import timezone
from numpy.typing import NDArray

from cast import Cast, sell
from planned import Asker, draft
from salesyear.core.models import Event
from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, EditKind, Version
from salesyear.plans.policy import values
from salesyear.plans.services import set_value
from salesyear.sales.frames import sold
from salesyear.sales.models import OrderLine
from salesyear.targets.editing.desk import targets_now
from salesyear.targets.editing.state import forget
from salesyear.targets.services import HeldAt, replan_rest, replay
from salesyear.targets.services.rest import usual
from salesyear.targets.services.versions import Refused

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
APRIL = date(2026, 4, 15)
WHY = "A rival cut prices"


@pytest.fixture
def version(cast: Cast) -> Version:
    made = draft(cast)
    for customer in cast.customers[:3]:
        sell(cast, customer, date(2026, 2, 10), 123_00)
        sell(cast, customer, date(2026, 3, 10), 77_00)
    return made


def by_month(version: Version) -> NDArray[np.int64]:
    found: NDArray[np.int64] = targets_now(version).sum(axis=0)
    return found


def sold_by_month(until: date) -> list[int]:
    rows = sold(SYSTEM, since=date(2026, 1, 1), before=until)
    sums = dict.fromkeys(range(1, until.month), 0)
    for day, amount in rows.select("day", "amount").iter_rows():
        sums[day.month] += round(amount)
    return list(sums.values())


def test_months_over_are_what_was_sold_and_the_others_make_up_for_it(cast: Cast, version: Version) -> None:
    before = targets_now(version)
    other = replan_rest(version, today=APRIL, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    now = by_month(other)
    assert now[:3].tolist() == sold_by_month(date(2026, 4, 1))
    assert now.sum() == before.sum()
    assert now[3:].sum() == before.sum() - sum(sold_by_month(date(2026, 4, 1)))
    assert (targets_now(version) == before).all()
    assert (replay(other) == targets_now(other)).all()


def test_months_over_are_locked_for_everybody_with_who_and_why(cast: Cast, version: Version) -> None:
    other = replan_rest(version, today=APRIL, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    locks = Edit.objects.within(SYSTEM).filter(version=other)
    assert {(one.kind, one.reason, str(one.actor)) for one in locks} == {(EditKind.LOCK, WHY, "director")}
    assert {one.where["month"][0] for one in locks} == {1, 2, 3}
    assert Event.objects.filter(verb="targets.version.replanned").get().detail["months"] == 3


def test_months_of_which_no_sales_are_known_yet_are_planned_as_well(cast: Cast, version: Version) -> None:
    until = date(2026, 8, 20)  # the last sales are those of an earlier month: they are late, not nought
    last = max(day for (day,) in sold(SYSTEM, before=until).select("day").iter_rows()).month
    assert last < 7
    other = replan_rest(version, today=until, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    locked = {one.where["month"][0] for one in Edit.objects.within(SYSTEM).filter(version=other)}
    assert locked == set(range(1, last + 1))


def test_held_at_their_targets_nothing_moves(cast: Cast, version: Version) -> None:
    other = replan_rest(version, today=APRIL, held_at=HeldAt.TARGET, reason=WHY, actor=cast.users["director"])
    assert (targets_now(other) == targets_now(version)).all()


@pytest.mark.parametrize("today", [date(2025, 12, 31), date(2026, 1, 31), date(2027, 1, 1)])
def test_before_and_after_the_year_there_is_nothing_to_plan_anew(cast: Cast, version: Version, today: date) -> None:
    with pytest.raises(Refused, match="nothing to plan anew"):
        replan_rest(version, today=today, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    assert version.plan.versions.count() == 1


def test_what_cannot_be_met_says_why_and_keeps_nothing(cast: Cast, version: Version) -> None:
    sell(cast, cast.customers[0], date(2026, 3, 3), int(targets_now(version).sum()) * 2)
    with pytest.raises(Refused, match="too much"):
        replan_rest(version, today=APRIL, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    assert version.plan.versions.count() == 1


def test_sales_that_no_row_stands_for_are_named(cast: Cast, version: Version) -> None:
    sell(cast, cast.customers[0], date(2026, 3, 3), 321_00)
    OrderLine.objects.within(SYSTEM).filter(amount=321_00).update(rep=None)
    with pytest.raises(Refused, match=r"sales of CN¥321.00 \(nobody named, 上海\)"):
        replan_rest(version, today=APRIL, held_at=HeldAt.SOLD, reason=WHY, actor=cast.users["director"])
    assert version.plan.versions.count() == 1


def test_from_the_form_to_the_difference(cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: APRIL)
    forget()
    asker = Asker(cast, version)
    address = f"/targets/plans/{version.plan_id}/1/"
    director = asker.client("director")
    assert "Re-plan the rest of the year" in director.get(address).content.decode()
    assert director.post(f"{address}rest/", {"held_at": "sold", "reason": " "}).status_code == 303
    assert version.plan.versions.count() == 1
    answer = director.post(f"{address}rest/", {"held_at": "sold", "reason": WHY}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/targets/plans/{version.plan_id}/2/beside/1/"
    assert "this is what it changes" in answer.content.decode()
    assert asker.client("wang").post(f"{address}rest/", {"held_at": "sold", "reason": WHY}).status_code == 403


def test_what_cannot_be_met_comes_back_with_ways_out_and_one_click_takes_one(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: APRIL)
    sell(cast, cast.customers[0], date(2026, 3, 3), int(targets_now(version).sum()) * 2)
    forget()
    director = Asker(cast, version).client("director")
    address = f"/targets/plans/{version.plan_id}/1/rest/"
    posted = {"held_at": "sold", "reason": WHY}
    answer = director.post(address, posted)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert WHY in page  # nothing typed is lost
    assert version.plan.versions.count() == 1
    ways = answer.context["clash"].ways
    assert ways
    assert all(f'name="relax" value="{way.id}"' in page for way in ways)
    assert director.post(address, posted | {"relax": "no-such-way"}).status_code == 303
    assert version.plan.versions.count() == 1
    answer = director.post(address, posted | {"relax": ways[0].id})
    assert answer.status_code == 303
    other = version.plan.versions.get(number=2)
    assert by_month(other)[:3].tolist() == sold_by_month(APRIL)
    assert (replay(other) == targets_now(other)).all()


def test_the_policy_says_what_the_form_begins_with(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: APRIL)
    assert usual(values(version.plan)) is HeldAt.SOLD
    set_value(version.plan, "rest_held_at_sold", 0.0, source="agreed", actor=None)
    forget()
    page = Asker(cast, version).client("director").get(f"/targets/plans/{version.plan_id}/1/").content.decode()
    assert '<option value="target" selected>' in page


def test_the_review_leads_to_the_form_whoever_may_use_it(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: APRIL)
    forget()
    asker, link = Asker(cast, version), f'href="/targets/plans/{version.plan_id}/1/#rest"'
    address = f"/performance/review/?plan={version.plan_id}&month=2026-03"
    assert link in asker.client("director").get(address).content.decode()
    assert link not in asker.client("wang").get(address).content.decode()
