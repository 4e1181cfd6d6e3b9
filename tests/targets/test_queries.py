"""Every page of the plan: few queries, all of them counted, and the coverage of the gap on it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import Cast, grade, sell
from planned import Asker, draft
from plans_cast import asked_for
from salesyear.plans.models import Commitment, Edit, EditKind, Initiative, InitiativeKind, Version
from site_pages import page_of

pytestmark = pytest.mark.django_db
MOST = 12
OF_THE_PLAN = (
    "targets", "plans", "plan-new", "plan-version", "plan-difference", "plan-table", "baseline", "prior", "suggestions",
    "quarters", "ledger", "initiative", "initiative-add", "policy", "policy-value", "commitments", "commitments-of",
    *(f"row-t{number}" for number in range(2, 13)),
)  # fmt: skip
# Who may not see a page, or is sent to their own.
ELSEWHERE = {
    ("plan-new", "wang", 403),
    ("plan-new", "li", 403),
    ("policy-value", "li", 403),
    ("commitments", "li", 302),
}


@pytest.fixture
def version(cast: Cast) -> Version:
    """A draft with an edit, graded customers, a commitment and an initiative for each salesperson."""
    version = draft(cast)
    for customer in cast.customers:
        grade(cast, customer)
    for number, rep in enumerate(cast.reps.values(), start=1):
        at = {"unit": rep.unit, "rep": rep, "at": version.made_at}
        Edit.objects.create(version=version, number=number, batch=rep.code, kind=EditKind.SET, amount=1, **at)
        Commitment.objects.create(plan=version.plan, amount=1_000_00, **at)
        Initiative.objects.create(
            plan=version.plan, kind=InitiativeKind.WIN_BACK, named="Call", starts_on=date(2026, 3, 1), chance=300_000,
            months=[100_00] * 12, made_at=version.made_at, unit=rep.unit, rep=rep,
        )  # fmt: skip
    sell(cast, cast.customers[0], date(2026, 2, 3), 100_00, "new")
    return version


@pytest.mark.parametrize("name", OF_THE_PLAN)
def test_a_page_asks_little_and_says_how_far_the_gap_is_covered(cast: Cast, version: Version, name: str) -> None:
    """Everything counts: session, person, rights, what the page shows, and the bar."""
    asker, address = Asker(cast, version), page_of(name, cast)
    for who in ("director", "wang", "li"):
        asker.client(who).get(address)  # a desk that this process has opened stays open
        with CaptureQueriesContext(connection) as asked:
            answer = asker.client(who).get(address)
        if answer.status_code == 200:
            assert len(asked_for(asked)) <= MOST, f"{who}: " + "\n".join(asked_for(asked))
            assert "Coverage of the gap" in answer.content.decode(), who
        else:
            assert (name, who, answer.status_code) in ELSEWHERE


@pytest.mark.parametrize("part", ["why/?row=company&column=1", "audit/"])
def test_an_answer_opened_by_itself_is_a_page_with_the_coverage(cast: Cast, version: Version, part: str) -> None:
    asker = Asker(cast, version)
    address = f"/targets/plans/{version.plan_id}/{version.number}/table/{part}"
    panel = asker.client("director").get(address).content.decode()
    with CaptureQueriesContext(connection) as asked:
        page = asker.client("director").get(address, headers={"Sec-Fetch-Mode": "navigate"}).content.decode()
    assert "<html" not in panel
    assert "Coverage of the gap" in page
    assert len(asked_for(asked)) <= MOST, "\n".join(asked_for(asked))
