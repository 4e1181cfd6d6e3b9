"""Who gets which address: made from the list of URLs, so that a new one cannot be forgotten.

Every URL × method × role × whose row (one's own, a colleague's, another region's, one that is not there).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from cast import PASSWORD, Cast, papers
from plans_cast import asked_for
from salesyear.core.scope import Scope, Visible
from salesyear.crm.models import Agency, Customer
from salesyear.market.models import Score
from salesyear.org.models import Assignment, Position, Rep, Role
from salesyear.performance.models import Alert, Lesson, Rule, Task
from salesyear.sales.models import Credit, Invoice, Order, OrderLine, Receipt, Return
from salesyear.targets.models import BaselineCell, Quota
from salesyear.web.policy import POLICY, Gate

pytestmark = pytest.mark.django_db

# Whose rows each one sees: their own (li's), a colleague's in the same region (zhao's), another region's (sun's).
# Written by hand from the roles' descriptions; nothing here is read from the code that is tested.
ALL, EAST, OWN, NONE = {"li", "zhao", "sun"}, {"li", "zhao"}, {"li"}, set[str]()
FACTS = {"director": ALL, "wang": EAST, "li": OWN, "finance": ALL, "admin": ALL}
SEES: dict[str, dict[str, set[str]]] = {
    "customers": {**FACTS, "agent": NONE, "marketing": ALL},
    "orders": {**FACTS, "agent": NONE, "marketing": ALL},
    "orderlines": {**FACTS, "agent": NONE, "marketing": ALL},
    "returns": {**FACTS, "agent": NONE, "marketing": ALL},
    "credits": FACTS,
    "invoices": {**FACTS, "agent": NONE},
    "receipts": {**FACTS, "agent": NONE},
    "quotas": {**FACTS, "hr": ALL},
    "baselines": {**FACTS, "marketing": ALL},
    "scores": {**FACTS, "marketing": ALL},
    "alertlist": FACTS,
    "alertrules": FACTS,
    "tasks": FACTS,
    "lessons": FACTS,
    "reps": {**FACTS, "hr": ALL},
    "assignments": {**FACTS, "hr": ALL},
}
MODELS: dict[str, tuple[type[Model], str]] = {
    "customers": (Customer, "owner"),
    "orders": (Order, "rep"),
    "orderlines": (OrderLine, "rep"),
    "returns": (Return, "rep"),
    "credits": (Credit, "rep"),
    "invoices": (Invoice, "rep"),
    "receipts": (Receipt, "rep"),
    "quotas": (Quota, "rep"),
    "baselines": (BaselineCell, "rep"),
    "scores": (Score, "rep"),
    "alertlist": (Alert, "rep"),
    "alertrules": (Rule, "rep"),
    "tasks": (Task, "rep"),
    "lessons": (Lesson, "rep"),
    "reps": (Rep, "pk"),
    "assignments": (Assignment, "rep"),
}
ROLES = {
    "director": Role.DIRECTOR,
    "wang": Role.REGIONAL_MANAGER,
    "li": Role.SALESPERSON,
    "agent": Role.AGENT,
    "finance": Role.FINANCE,
    "hr": Role.HR,
    "marketing": Role.MARKETING,
    "admin": Role.ADMINISTRATOR,
    "nobody": None,
}
ABSENT = "99999999"


def addresses() -> Iterator[tuple[str, list[str]]]:
    """Return every address of the site: the name that views go by, and the keys it asks for."""
    yield from _below(get_resolver().url_patterns, [])


def _below(patterns: list[Any], keys: list[str]) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        wanted = [*keys, *(getattr(pattern.pattern, "converters", None) or pattern.pattern.regex.groupindex)]
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, wanted)
        else:
            yield pattern.name or "", wanted


def path_of(name: str, keys: list[str]) -> str:
    """Return an address with a key that is not there wherever one is asked for."""
    return reverse(name, kwargs={key: "csv" if key == "form" else ABSENT for key in keys})


@pytest.fixture
def people(cast: Cast) -> dict[str, Client]:
    """Everybody, signed in."""
    papers(cast)
    clients = {}
    for name in ROLES:
        clients[name] = Client()
        clients[name].force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return clients


def test_every_address_is_in_the_policy_table() -> None:
    named = {name for name, _ in addresses()}
    assert named - set(POLICY) == set(), "addresses that nobody has decided about"
    assert set(POLICY) - named == set(), "decisions about addresses that are not there"


@pytest.mark.parametrize("name", ROLES)
def test_the_gate_refuses_and_nothing_changes(people: dict[str, Client], name: str) -> None:
    """Case 21: after every refused request there is, the database is as it was, by a digest over all of it."""
    before = digest()
    for view, method, path in asked_of(name, allowed=False):
        status = getattr(people[name], method)(path).status_code
        assert status == 403, f"{method} {view} as {name}: {status}"
    assert digest() == before


@pytest.mark.parametrize("name", ROLES)
def test_the_gate_lets_through_whom_it_should(people: dict[str, Client], name: str) -> None:
    for view, method, path in asked_of(name, allowed=True):
        status = getattr(people[name], method)(path).status_code
        assert status not in {401, 403, 500}, f"{method} {view} as {name}: {status}"


def asked_of(name: str, *, allowed: bool) -> Iterator[tuple[str, str, str]]:
    """Return (view, method, address) of everything a role may, or may not, ask for."""
    role = {str(ROLES[name])} if ROLES[name] else set()
    for view, keys in addresses():
        gate = POLICY[view]
        if gate is Gate.PUBLIC or gate is Gate.SIGNED_IN:
            continue
        methods = {"get": gate.read, "post": gate.write, "put": set[str](), "delete": set[str]()}
        for method, roles in methods.items():
            if bool(role & set(roles)) is allowed:
                yield view, method, path_of(view, keys)


def test_a_change_in_spite_of_a_refusal_would_show(cast: Cast) -> None:
    """The control of the digest: one letter in one row is another digest."""
    before = digest()
    Customer.objects.within(Scope.system("test")).filter(code="C01").update(name="客户01 ")
    assert digest() != before


def test_without_signing_in_every_address_leads_to_the_door(cast: Cast) -> None:
    before = digest()
    for view, keys in addresses():
        if POLICY[view] is Gate.PUBLIC:
            continue
        for method in ("get", "post"):
            answer = getattr(Client(), method)(path_of(view, keys))
            assert answer.status_code == 302, view
            assert answer.headers["Location"].startswith("/account/login/"), view
    assert digest() == before


@pytest.mark.parametrize("name", ROLES)
def test_each_one_opens_just_the_rows_they_may_see(people: dict[str, Client], name: str) -> None:
    assert leaks(people[name], name) == []


def test_a_planted_leak_is_caught(people: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a model that forgets its condition shows up in the matrix, whoever asks."""
    monkeypatch.setattr(Visible, "condition", lambda self, scope: Q())
    if connection.vendor == "postgresql":
        # The second gate still holds; without both, the leak is there.
        assert leaks(people["li"], "li") == []
        monkeypatch.setattr("salesyear.core.rls._put_on", lambda scope: ("SELECT 1", []))
    assert leaks(people["li"], "li") != []


def leaks(client: Client, name: str) -> list[str]:
    """Return what this person can open and should not, or cannot and should."""
    found = []
    for register, (model, owner) in MODELS.items():
        seen = SEES[register].get(name)
        for whose in ("li", "zhao", "sun"):
            status = client.get(reverse(f"{register}-row", args=[key_of(model, owner, whose)])).status_code
            wanted = 403 if seen is None else 200 if whose in seen else 404
            if status != wanted:
                found.append(f"{register} of {whose} as {name}: {status}, not {wanted}")
    return found


def key_of(model: type[Any], owner: str, whose: str) -> int:
    """Return the key of some row of one salesperson."""
    rep = Rep.objects.within(Scope.system("test")).get(code=whose)
    row = model.objects.within(Scope.system("test")).filter(**{owner: rep.pk}).order_by("pk").first()
    return int(row.pk)


def test_not_yours_and_not_there_give_the_same_answer(people: dict[str, Client]) -> None:
    """Case 22."""
    for register, (model, owner) in MODELS.items():
        neighbour = key_of(model, owner, "sun")
        theirs = people["li"].get(reverse(f"{register}-row", args=[neighbour]))
        absent = people["li"].get(reverse(f"{register}-row", args=[ABSENT]))
        assert theirs.status_code == absent.status_code == 404
        assert told(theirs.content, str(neighbour)) == told(absent.content, ABSENT), register


def told(page: bytes, key: str) -> str:
    """Return what a page says, without the key that was asked for and the form's one-time token."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.decode())
    return text.replace(f"/{key}/", "/KEY/").replace(f"%2F{key}%2F", "%2FKEY%2F")


@pytest.mark.parametrize("name", ["wang", "li", "agent"])
def test_a_row_out_of_sight_changes_no_byte(people: dict[str, Client], cast: Cast, name: str) -> None:
    """Case 7: lists, counts, choices, searches and exports are the same before and after the neighbour's news."""
    before = everything(people[name])
    neighbour = Customer.objects.create(
        code="C99", name="新客户", owner=cast.reps["sun"], unit=cast.units["sichuan"], segment="隐藏", city="成都"
    )
    cast.customers.append(neighbour)
    papers_of_neighbour(cast, neighbour)
    assert everything(people[name]) == before


def papers_of_neighbour(cast: Cast, neighbour: Customer) -> None:
    only = Cast(currency=cast.currency, products=cast.products, customers=[neighbour])
    Quota.objects.within(Scope.system("test")).filter(rep=cast.reps["sun"]).delete()
    papers(only)


def everything(client: Client) -> dict[str, str]:
    """Return what every list says in every form: the page, a search, the export."""
    said = {}
    for register in MODELS:
        for query in ("", "?q=客户", "?q=xkh", "?page=2"):
            answer = client.get(reverse(register) + query)
            said[register + query] = told(answer.content, "") if answer.status_code == 200 else str(answer.status_code)
        answer = client.get(reverse(f"{register}-export", args=["csv"]))
        said[register] = b"".join(answer).decode() if answer.status_code == 200 else str(answer.status_code)
    return said


def digest() -> str:
    """Return a digest over every row of every table but sessions, so that any change shows."""
    sums = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.app_label in {"sessions", "usersessions", "axes"}:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")
            sums.update(repr(cursor.fetchall()).encode())
    return sums.hexdigest()


@pytest.mark.parametrize("name", ["director", "wang", "admin"])
def test_every_page_takes_few_queries(people: dict[str, Client], name: str) -> None:
    most = 12
    people[name].get(reverse("board"))  # the columnar files of the facts are made by whoever comes first
    for view, keys in addresses():
        gate = POLICY[view]
        if keys or not (gate is Gate.SIGNED_IN or gate.allows("GET", frozenset({str(ROLES[name])}))):
            continue
        with CaptureQueriesContext(connection) as asked:
            people[name].get(reverse(view))
        queries = asked_for(asked)
        assert len(queries) <= most, f"{view} as {name}: " + "\n".join(queries)


def test_the_matrix_knows_every_kind_of_row() -> None:
    """A scoped model that someone can own and that the matrix leaves out is a gap in the matrix."""
    from salesyear.core.scope import scoped_models

    # Rows of a plan have no list page: tests/plans/test_scope.py is their matrix.
    owned = {model for model in scoped_models() if model.visible.rep and model._meta.app_label != "plans"}
    assert owned == {model for model, _ in MODELS.values()}, "add the model to MODELS and SEES"
    assert {Agency, Position}.isdisjoint(owned)
    assert PASSWORD
