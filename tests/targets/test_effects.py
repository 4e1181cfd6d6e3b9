"""The measured effect by hand: what was sold above the baseline of the cells named, and what it then replaces."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from cast import Cast, expect, sell
from plans_cast import gap_plan
from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour
from salesyear.org.access import scope_of
from salesyear.plans import reports
from salesyear.plans.models import Initiative, InitiativeState, Version
from salesyear.targets.effects import measured_effects
from salesyear.targets.models import Baseline

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
TODAY = date(2026, 6, 3)


@pytest.fixture
def version(cast: Cast) -> Version:
    """Li sells 1,000 yuan a month anyway (bounds a quarter to four times that); the initiative starts in March.

    Sold in March 1,300, in April 900, in May nothing; of the others only one sells something, in May.
    """
    version = gap_plan(cast)
    expect(cast, cast.customers[0], 1_000_00)
    version.inputs = {"baseline": Baseline.objects.get().pk}
    version.save()
    sell(cast, cast.customers[0], date(2026, 3, 9), 1_300_00)
    sell(cast, cast.customers[1], date(2026, 4, 9), 900_00)
    sell(cast, cast.customers[-1], date(2026, 5, 20), 500_00)
    return version


def of_li() -> Initiative:
    return Initiative.objects.within(SYSTEM).get(rep__code="li")


def test_sales_above_the_baseline_with_the_baselines_bounds(cast: Cast, version: Version) -> None:
    found = {one.initiative.rep: one for one in measured_effects(SYSTEM, version, TODAY)}
    mine = found[cast.reps["li"]]
    assert mine.months == [None, None, 300_00, -100_00, -1_000_00, *[None] * 7]
    assert mine.effect.total == -800_00
    assert (mine.effect.low, mine.effect.high) == (2_200_00 - 3 * 4_000_00, 2_200_00 - 3 * 250_00)
    assert mine.until == date(2026, 5, 31)
    assert set(found) == {cast.reps["li"]}  # nobody else's cells have a baseline with bounds


def test_months_of_which_no_sales_are_known_yet_are_not_measured(cast: Cast, version: Version) -> None:
    """In August the files of June and July have not come in: they are no losses, and May still counts."""
    (mine,) = (one for one in measured_effects(SYSTEM, version, date(2026, 8, 3)) if one.initiative.rep)
    assert mine.months == [None, None, 300_00, -100_00, -1_000_00, *[None] * 7]
    assert mine.until == date(2026, 5, 31)


def test_a_customer_without_a_line_in_the_plan_has_a_part_of_the_others(cast: Cast, version: Version) -> None:
    """Customer 1 sold 100 a month of the 1,000 that Li's four customers sold last year: a tenth of the baseline."""
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["li"]).update(where={"customer": [cast.customers[0].pk]})
    (mine,) = measured_effects(SYSTEM, version, date(2026, 4, 2))
    assert mine.months[2] == 1_300_00 - 100_00


def test_what_has_not_lasted_a_month_or_was_dropped_is_not_measured(cast: Cast, version: Version) -> None:
    assert measured_effects(SYSTEM, version, date(2026, 3, 31)) == []
    Initiative.objects.within(SYSTEM).update(state=InitiativeState.DROPPED)
    assert measured_effects(SYSTEM, version, TODAY) == []


def test_from_the_button_to_the_ledger(cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)
    director = Client()
    director.force_login(cast.users["director"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert director.post("/targets/ledger/effects/", {"plan": str(version.plan_id)}).status_code == 303
    Labour(scope_of).work_once()
    run = Run.objects.get()
    assert run.state == RunState.DONE, run.error
    row = of_li()
    assert (row.effect, row.measured_until) == (-800_00, date(2026, 5, 31))
    ledger = reports.ledger(scope_of(cast.users["li"]), version)
    assert ledger.total.expected == (30_00, 30_00, 300_00, -100_00, -1_000_00, *[30_00] * 7)
    assert "measured its effect" in director.get(f"/targets/ledger/initiatives/{row.pk}/").content.decode()
