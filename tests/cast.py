"""One believable company for all tests: two regions, four territories, three reps, twelve customers.

East (Wang the manager, reps Li and Zhao) and West (rep Sun, the one next door who must not see). One sale a
customer and month in 2024 and 2025: customer n orders n × 100.00 yuan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from salesyear.crm.models import Agency, Customer
from salesyear.org import services
from salesyear.org.models import Assignment, Position, Rep, Role, Unit, UnitKind, User
from salesyear.sales.models import Credit, Currency, Invoice, Line, Order, OrderLine, Product, Receipt, Return
from salesyear.targets.models import Quota

START = date(2024, 1, 1)
PASSWORD = "correct-horse-battery"  # the cast's own, in tests only


@dataclass
class Cast:
    """Everybody and everything, by name."""

    units: dict[str, Unit] = field(default_factory=dict)
    reps: dict[str, Rep] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    products: dict[str, Product] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    currency: Currency | None = None
    agency: Agency | None = None


def company(*, sales: bool = True) -> Cast:
    """Make the company, its people and (unless told not to) its two years of sales."""
    cast = Cast()
    _structure(cast)
    _people(cast)
    _goods(cast)
    _customers(cast)
    _users(cast)
    if sales:
        _sales(cast)
    return cast


def _structure(cast: Cast) -> None:
    tree = [
        ("company", "丰年公司", UnitKind.COMPANY, None),
        ("east", "华东", UnitKind.REGION, "company"),
        ("west", "西南", UnitKind.REGION, "company"),
        ("shanghai", "上海", UnitKind.TERRITORY, "east"),
        ("jiangsu", "江苏", UnitKind.TERRITORY, "east"),
        ("sichuan", "四川", UnitKind.TERRITORY, "west"),
        ("yunnan", "云南", UnitKind.TERRITORY, "west"),
    ]
    for code, name, kind, parent in tree:
        cast.units[code] = Unit.objects.create(
            code=code, name=name, kind=kind, parent=cast.units.get(parent or ""), starts_on=START
        )


def _people(cast: Cast) -> None:
    for code, name, unit in (
        ("li", "李娜", "shanghai"),
        ("zhao", "赵磊", "jiangsu"),
        ("sun", "孙强", "sichuan"),
    ):
        position = Position.objects.create(
            code=f"P-{unit}", title=f"{unit} rep", unit=cast.units[unit], starts_on=START
        )
        cast.positions[unit] = position
        rep = Rep.objects.create(code=code, name=name, unit=cast.units[unit], hired_on=START)
        Assignment.objects.create(rep=rep, position=position, starts_on=START)
        cast.reps[code] = rep


def _goods(cast: Cast) -> None:
    cast.currency = Currency.objects.create(code="CNY", name="人民币", digits=2, is_base=True)
    for code, name, strategic in (("core", "常规", False), ("new", "战略", True)):
        line = Line.objects.create(code=code, name=name, strategic=strategic)
        cast.products[code] = Product.objects.create(code=f"P-{code}", name=f"{name}产品", line=line)


def _customers(cast: Cast) -> None:
    cast.agency = Agency.objects.create(code="A1", name="金陵代理", unit=cast.units["jiangsu"])
    owners = [("li", "shanghai")] * 4 + [("zhao", "jiangsu")] * 4 + [("sun", "sichuan")] * 4
    for number, (rep, unit) in enumerate(owners, start=1):
        cast.customers.append(
            Customer.objects.create(
                code=f"C{number:02}",
                name=f"客户{number:02}",
                phone=f"1860000{number:04}",
                owner=cast.reps[rep],
                unit=cast.units[unit],
                agency=cast.agency if number == 8 else None,
            )
        )


def _users(cast: Cast) -> None:
    def user(name: str, role: str | None, rep: str = "", **of: Any) -> None:
        made = services.add_user(
            email=f"{name}@example.com", name=name, password=PASSWORD, rep=cast.reps.get(rep) if rep else None
        )
        if role:
            services.give_role(made, role, starts_on=START, **of)
        cast.users[name] = made

    user("director", Role.DIRECTOR)
    user("wang", Role.REGIONAL_MANAGER, unit=cast.units["east"])
    user("li", Role.SALESPERSON, rep="li")
    user("sun", Role.SALESPERSON, rep="sun")
    user("agent", Role.AGENT, agency=cast.agency)
    user("finance", Role.FINANCE)
    user("hr", Role.HR)
    user("marketing", Role.MARKETING)
    user("admin", Role.ADMINISTRATOR)
    user("nobody", None)


def _sales(cast: Cast) -> None:
    months = [date(year, month, 15) for year in (2024, 2025) for month in range(1, 13)]
    for number, customer in enumerate(cast.customers, start=1):
        for day in months:
            sell(cast, customer, day, number * 100_00)


def sell(cast: Cast, customer: Customer, day: date, amount: int, product: str = "core") -> OrderLine:
    """Book one sale of an amount in cents, by the customer's owner, where the customer is."""
    shared = {
        "customer": customer,
        "rep": customer.owner,
        "unit": customer.unit,
        "currency": cast.currency,
        "ordered_on": day,
    }
    order = Order.objects.create(number=f"{customer.code}-{day:%y%m%d}", **shared)
    return OrderLine.objects.create(
        order=order,
        key=f"{order.pk}-{product}-{amount}",
        product=cast.products[product],
        amount=amount,
        stated_micros=amount * 10_000,
        **shared,
    )


def papers(cast: Cast) -> None:
    """Give each salesperson's first customer a return, an invoice, a receipt and a split, and each one a quota."""
    day, end = date(2026, 1, 15), date(2026, 3, 31)
    assert cast.currency
    for customer in cast.customers[::4]:
        rep, unit = customer.owner, customer.unit
        assert rep
        paper = {"customer": customer, "rep": rep, "unit": unit, "currency": cast.currency, "amount": 50_00}
        Return.objects.create(number=f"R-{customer.code}", returned_on=day, **paper)
        Invoice.objects.create(number=f"I-{customer.code}", invoiced_on=day, due_on=end, **paper)
        Receipt.objects.create(number=f"Z-{customer.code}", received_on=day, **paper)
        Quota.objects.create(
            rep=rep, unit=unit, starts_on=date(2026, 1, 1), ends_on=end, amount=1_000_00, currency=cast.currency
        )
        line = sell(cast, customer, day, 80_00)
        Credit.objects.create(order=line.order, rep=rep, unit=unit, share=1_000_000)
