"""Bottom-up: a salesperson answers, the manager offers, one of them accepts; all of it stays, none of it leaks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from plans_cast import asked_for, plan_of_2026, sheet
from salesyear.core.models import Event
from salesyear.core.scope import Scope
from salesyear.org.access import scope_of
from salesyear.plans import reports
from salesyear.plans.commitments import PersonRow, bottom_up, commitment_sheet
from salesyear.plans.models import Commitment, Sheet, Version

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")


@pytest.fixture
def version(cast: Cast) -> Version:
    """Li has a key customer beside the others, each for 100 yuan a month; nobody has answered."""
    version = plan_of_2026(cast)
    Commitment.objects.within(SYSTEM).delete()
    Sheet.objects.within(SYSTEM).filter(rep=cast.reps["li"]).delete()
    line = cast.products["core"].line_id
    assert line
    made = sheet(cast, version, "li", [[cast.customers[0].pk, line, 0], [0, line, 0]], 100_00)
    assert made.target_total == 2 * 12 * 100_00
    return version


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def li(cast: Cast) -> str:
    return f"/targets/commitments/{cast.reps['li'].pk}/"


def answers(cast: Cast) -> dict[str, int | None]:
    made = commitment_sheet(SYSTEM, Version.objects.get(), cast.reps["li"], "customer")
    return {row.name: row.amount for row in made.rows}


def people(scope: Scope, version: Version) -> dict[str, PersonRow]:
    return {row.rep.code: row for row in bottom_up(scope, version, reports.year_of(scope, version)[1])}


def test_nought_is_an_answer_and_nothing_is_none(cast: Cast, version: Version) -> None:
    key = f"customer-{cast.customers[0].pk}"
    form = {f"amount-{key}": "0", f"note-{key}": "closes its shop", "amount-customer-0": ""}
    assert signed_in(cast, "li").post(li(cast), form).status_code == 302
    assert answers(cast) == {"客户01": 0, "all other customers": None}
    page = signed_in(cast, "li").get(li(cast)).content.decode()
    assert 'value="0"' in page
    assert "1 of 2 answered" in page


def test_the_same_again_keeps_nothing_new(cast: Cast, version: Version) -> None:
    for _ in range(2):
        signed_in(cast, "li").post(li(cast), {"amount-customer-0": "1.2万", "note-customer-0": "as last year"})
    assert Commitment.objects.within(SYSTEM).get().amount == 12_000_00
    assert Event.objects.filter(verb="plans.commitment.made").count() == 1


def test_a_slip_keeps_nothing_and_loses_nothing(cast: Cast, version: Version) -> None:
    form = {f"amount-customer-{cast.customers[0].pk}": "12 thousand", "amount-customer-0": "500"}
    answer = signed_in(cast, "li").post(li(cast), form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“12 thousand” is not an amount" in page
    assert 'value="500"' in page
    assert not Commitment.objects.within(SYSTEM).exists()


def test_from_the_answer_over_the_offer_to_the_agreement(cast: Cast, version: Version) -> None:
    rep, manager = signed_in(cast, "li"), signed_in(cast, "wang")
    rep.post(li(cast), {"amount-customer-0": "1000", "note-customer-0": "weak season"})
    manager.post(li(cast), {"amount-customer-0": "1150", "note-customer-0": "two more visits"})
    stands = commitment_sheet(SYSTEM, version, cast.reps["li"], "customer").rows[-1].stands
    assert stands is not None
    assert (stands.amount, stands.offered, stands.accepted) == (1_000_00, 1_150_00, None)
    assert people(SYSTEM, version)["li"].state == "counter-offer open"
    rep.post(li(cast), {"accept": "customer-0"})
    assert answers(cast)["all other customers"] == 1_150_00
    person = people(SYSTEM, version)["li"]
    assert (person.target, person.committed, person.state) == (2_400_00, 1_150_00, "agreed")
    assert person.difference == -1_250_00
    said = Commitment.objects.within(SYSTEM).order_by("pk").values_list("note", flat=True)
    assert list(said) == ["weak season", "two more visits", "two more visits"]
    rep.post(li(cast), {"amount-customer-0": "900"})
    assert answers(cast)["all other customers"] == 900_00  # a new amount opens the talk again


def test_the_manager_accepts_what_was_committed(cast: Cast, version: Version) -> None:
    signed_in(cast, "li").post(li(cast), {"amount-customer-0": "1000"})
    signed_in(cast, "wang").post(li(cast), {"accept": "customer-0"})
    assert Commitment.objects.within(SYSTEM).latest("pk").accepted == 1_000_00


def test_customers_and_lines_are_never_added_up(cast: Cast, version: Version) -> None:
    line = cast.products["core"].line_id
    rep = signed_in(cast, "li")
    rep.post(f"{li(cast)}?by=line", {f"amount-line-{line}": "2000"})
    assert people(scope_of(cast.users["li"]), version)["li"].committed == 2_000_00
    rep.post(li(cast), {"amount-customer-0": "1500"})
    assert people(scope_of(cast.users["li"]), version)["li"].committed == 1_500_00


def test_the_neighbour_neither_sees_nor_answers(cast: Cast, version: Version) -> None:
    before = signed_in(cast, "sun").get("/targets/commitments/", follow=True).content
    signed_in(cast, "li").post(li(cast), {"amount-customer-0": "1000"})
    after = signed_in(cast, "sun").get("/targets/commitments/", follow=True).content
    assert strip(before) == strip(after)
    assert signed_in(cast, "sun").get(li(cast)).status_code == 404
    assert signed_in(cast, "sun").post(li(cast), {"amount-customer-0": "1"}).status_code == 404
    assert signed_in(cast, "hr").post(li(cast), {"amount-customer-0": "1"}).status_code == 403
    signed_in(cast, "finance").post(li(cast), {"amount-customer-0": "1"})
    assert answers(cast)["all other customers"] == 1_000_00


def strip(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrfmiddlewaretoken" not in line]


def test_the_overview_for_managers_and_ones_own_for_oneself(cast: Cast, version: Version) -> None:
    page = signed_in(cast, "wang").get("/targets/commitments/").content.decode()
    assert "李娜" in page
    assert "赵磊" in page
    assert "孙强" not in page
    assert signed_in(cast, "li").get("/targets/commitments/").headers["Location"].startswith(li(cast))


def test_the_differences_of_those_who_answered_add_up(cast: Cast, version: Version) -> None:
    director = signed_in(cast, "director")
    assert director.get("/targets/commitments/").context["sums"]["difference"] is None
    key = f"amount-customer-{cast.customers[0].pk}"
    signed_in(cast, "li").post(li(cast), {key: "1000", "amount-customer-0": "500"})
    sums = director.get("/targets/commitments/").context["sums"]
    assert (sums["committed"], sums["difference"]) == (1_500_00, 1_500_00 - 2 * 12 * 100_00)


@pytest.mark.parametrize("path", ["/targets/commitments/", "one"])
def test_pages_take_few_queries(cast: Cast, version: Version, path: str) -> None:
    manager = signed_in(cast, "wang")
    with CaptureQueriesContext(connection) as asked:
        manager.get(li(cast) if path == "one" else path)
    assert len(asked_for(asked)) <= 12, "\n".join(asked_for(asked))
