"""Who sees which rows: on both databases, through the managers and, on PostgreSQL, through the database itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Sum

from cast import Cast, sell
from salesyear.core import rls
from salesyear.core.scope import NOBODY, Scope, ScopedModel, Unscoped, scoped_models
from salesyear.crm.models import Customer
from salesyear.org import services
from salesyear.org.access import scope_of
from salesyear.org.models import Role
from salesyear.sales.models import Credit, OrderLine

SEEN = {
    "director": 12,
    "wang": 8,  # the manager of East: Shanghai's four and Jiangsu's four
    "li": 4,
    "sun": 4,
    "agent": 1,
    "finance": 12,
    "hr": 0,
    "marketing": 12,
    "admin": 12,
    "nobody": 0,
}


@pytest.mark.parametrize(("name", "customers"), SEEN.items())
def test_each_role_sees_its_own_customers(cast: Cast, name: str, customers: int) -> None:
    scope = scope_of(cast.users[name])
    assert Customer.objects.within(scope).count() == customers
    assert OrderLine.objects.within(scope).count() == customers * 24


@pytest.mark.parametrize(("name", "customers"), SEEN.items())
def test_the_database_itself_holds_to_the_scope(cast: Cast, name: str, customers: int) -> None:
    if connection.vendor != "postgresql":
        assert rls.statements()  # SQLite has no policies; they are made from the same declaration
        return
    with rls.enforced(scope_of(cast.users[name])), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_customer")
        assert cursor.fetchone() == (customers,)
        cursor.execute("SELECT count(*) FROM sales_orderline")
        assert cursor.fetchone() == (customers * 24,)


@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model.__name__)
def test_a_query_that_says_for_nobody_raises(cast: Cast, model: type[ScopedModel]) -> None:
    rows, change = model.objects.all(), {"pk": 1}
    for ask in (
        lambda: list(rows),
        rows.count,
        rows.exists,
        rows.first,
        rows.delete,
        lambda: (model.objects.within(NOBODY) | rows).count(),
        lambda: rows.aggregate(n=Sum("pk")),
        lambda: rows.update(**change),
        lambda: rows.filter(pk__in=model.objects.values("pk")).count(),
        lambda: model.objects.get(pk=1),
        lambda: list(rows.iterator()),
        lambda: list(rows.values_list("pk")),
    ):
        with pytest.raises(Unscoped):
            ask()


@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model.__name__)
def test_nobody_sees_nothing(cast: Cast, model: type[ScopedModel]) -> None:
    assert not model.objects.within(NOBODY).exists()


def test_a_role_that_has_ended_or_not_begun_gives_nothing(cast: Cast) -> None:
    assert not scope_of(cast.users["director"], date(2023, 12, 31)).roles


def test_two_roles_see_what_either_sees(cast: Cast) -> None:
    li = cast.users["li"]
    services.give_role(li, Role.REGIONAL_MANAGER, unit=cast.units["west"])
    assert Customer.objects.within(scope_of(li)).count() == 8
    assert scope_of(li).masks == frozenset()


def test_who_moves_in_march_keeps_the_history_where_it_was_earned(cast: Cast) -> None:
    """Case 35: Li goes from Shanghai to Sichuan in March 2026."""
    services.move_rep(cast.reps["li"], cast.positions["sichuan"], on=date(2026, 3, 1))
    west = scope_of(services.add_user(email="w@example.com", name="w", password=None))
    manager = services.add_user(email="chen@example.com", name="chen", password=None)
    services.give_role(manager, Role.REGIONAL_MANAGER, unit=cast.units["west"], starts_on=date(2024, 1, 1))
    assert not west.roles

    def total(name: str) -> int:
        scope = scope_of(cast.users.get(name, manager))
        return int(OrderLine.objects.within(scope).aggregate(total=Sum("amount"))["total"])

    assert total("wang") == 36 * 100_00 * 24  # East keeps 1+…+8 = 36 hundred yuan a month
    assert total("chen") == 42 * 100_00 * 24  # West still has 9+10+11+12 only
    assert total("li") == 10 * 100_00 * 24  # and Li still sees what Li earned
    cast.customers[0].refresh_from_db()
    assert cast.reps["li"].assignments.within(Scope.system("test")).count() == 2


def test_a_shared_sale_is_seen_by_both_and_counts_once(cast: Cast) -> None:
    """Case 1: Li and Sun share 500.00 half and half."""
    line = sell(cast, cast.customers[0], date(2026, 1, 31), 500_00)
    for rep, unit in (("li", "shanghai"), ("sun", "sichuan")):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.units[unit], share=500_000)
    january = {"ordered_on": date(2026, 1, 31)}
    for name in ("li", "sun", "director"):
        rows = OrderLine.objects.within(scope_of(cast.users[name])).filter(**january)
        assert rows.aggregate(total=Sum("amount"))["total"] == 500_00
        assert rows.count() == 1
        with rls.enforced(scope_of(cast.users[name])):
            assert [row.customer.name for row in rows.select_related("customer", "order", "product")] == ["客户01"]


def test_history_shows_the_customer_it_was_earned_with(cast: Cast) -> None:
    """A customer handed to the neighbour stays by name in the history of whoever sold there."""
    customer = cast.customers[0]
    customer.owner, customer.unit = cast.reps["sun"], cast.units["sichuan"]
    customer.save()
    scope = scope_of(cast.users["li"])
    with rls.enforced(scope):
        lines = OrderLine.objects.within(scope).select_related("customer", "rep", "unit")
        assert lines.filter(customer=customer).count() == 24
        assert {line.customer.name for line in lines} == {f"客户{n:02}" for n in range(1, 5)}


def test_switching_the_gate_off_would_leak(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the declared condition the neighbour sees everything, so the tests above can fail."""
    from django.db.models import Q

    from salesyear.core.scope import Visible

    monkeypatch.setattr(Visible, "condition", lambda self, scope: Q())
    assert Customer.objects.within(scope_of(cast.users["sun"])).count() == 12
