"""One believable company for all tests: two regions, four territories, three reps, twelve customers.

East (Wang the manager, reps Li and Zhao) and West (rep Sun, the one next door who must not see). One sale a
customer and month in 2024 and 2025: customer n orders n × 100.00 yuan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from market_cast import study
from salesyear.crm.models import Agency, Customer
from salesyear.market.models import Score, Scoring
from salesyear.org import services
from salesyear.org.models import Assignment, Position, Rep, Role, Unit, UnitKind, User
from salesyear.performance.models import Alert, AlertStep, Lesson, Rule, RuleKind, Task
from salesyear.sales.models import Credit, Currency, Invoice, Line, Order, OrderLine, Product, Receipt, Return
from salesyear.targets.models import Baseline, BaselineCell, Level, Quota

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


def expect(cast: Cast, customer: Customer, amount: int) -> None:
    """Keep a baseline for 2026 of what the customer's owner sells in their territory: each month the same amount."""
    days = {"first_month": START, "last_month": date(2025, 12, 1), "made_at": datetime(2026, 1, 5, tzinfo=UTC)}
    record = {"periods": ["2024-01-01", "2025-12-01", 24], "origins": [], "pooled": 0}
    kept, _made = Baseline.objects.get_or_create(
        year=2026, currency=cast.currency, seed=1, defaults={**days, "fingerprint": "0" * 64, "record": record}
    )
    node = {"baseline": kept, "node": customer.pk, "lineage": f"/0/{customer.pk}/", "level": Level.REP}
    node |= {"unit": customer.unit, "rep": customer.owner, "currency": cast.currency}
    months = [date(year, month, 1) for year in (2025, 2026) for month in range(1, 13)]
    spans = [*((day, 1) for day in months), (date(2025, 1, 1), 12), (date(2026, 1, 1), 12)]
    for day, length in spans:
        sum_ = amount * length
        ahead = {"mean": sum_, "low_80": sum_ // 2, "high_80": sum_ * 2, "low_95": sum_ // 4, "high_95": sum_ * 4}
        figures = {"actual": sum_} if day.year == 2025 else ahead
        BaselineCell.objects.create(starts_on=day, months=length, **node, **figures)


def grade(cast: Cast, customer: Customer) -> None:
    """Keep a grade of a customer: an A, expected to bring 1,200 yuan, with one reason."""
    kept, _made = Scoring.objects.get_or_create(
        as_of=date(2025, 12, 31), currency=cast.currency, defaults={"made_at": datetime(2026, 1, 5, tzinfo=UTC)}
    )
    of: dict[str, Any] = {"customer": customer, "unit": customer.unit, "rep": customer.owner, "currency": cast.currency}
    of |= {"grade": "A", "points": 812_000, "reasons": [{"feature": "alive", "value": "0.9", "points": 12.3}]}
    of |= {"last_on": date(2025, 12, 15), "silent": 16, "usual_gap": 31, "longest_gap": 40, "alive": 990_000}
    of |= {"bought": 1_100_00, "expected": 1_200_00, "if_back": 1_300_00, "lines": 1}
    of |= {"next_line": cast.products["new"].line, "next_chance": 250_000, "next_expected": 90_00}
    Score.objects.create(scoring=kept, **of)


def watch(rep: Rep, unit: Unit | None) -> Alert:
    """Keep the administrator's rule over a salesperson's pace, and the alert that it opened."""
    at = datetime(2026, 2, 1, tzinfo=UTC)
    owner = User.objects.get(email="admin@example.com")
    about: dict[str, Any] = {"rep": rep, "unit": unit}
    rule = Rule.objects.create(
        name=f"{rep.name} 的进度", figure="pace", kind=RuleKind.PACE, limit=900_000, owner=owner, made_at=at, **about
    )
    alert = Alert.objects.create(rule=rule, value=500_000, limit=900_000, opened_at=at, judged_at=at, **about)
    AlertStep.objects.create(alert=alert, state=alert.state, at=at)
    return alert


def decide(rep: Rep, unit: Unit | None, due: date) -> None:
    """Keep a decision of January's review about a salesperson."""
    at = datetime(2026, 2, 1, tzinfo=UTC)
    about = {"rep": rep, "unit": unit, "owner": rep.name, "due_on": due}
    task = Task.objects.create(month=date(2026, 1, 1), title=f"{rep.name} 补访三家", made_at=at, **about)
    learnt = {"rep": rep, "unit": unit, "task": task, "title": f"{rep.name} 补访有效", "tags": "拜访"}
    Lesson.objects.create(month=date(2026, 1, 1), then=400_000, made_at=at, **learnt)


def papers(cast: Cast) -> None:
    """Give each salesperson's first customer a return, an invoice, a receipt, a split, and each one a quota
    and a baseline; the company a study of its market.
    """
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
        expect(cast, customer, 100_00)
        grade(cast, customer)
        watch(rep, unit)
        decide(rep, unit, end)
        line = sell(cast, customer, day, 80_00)
        Credit.objects.create(order=line.order, rep=rep, unit=unit, share=1_000_000)
    if cast.units:
        study(cast.units, cast.products["core"].line, cast.currency)
