"""T4 回款周期管控: days sales outstanding, ageing and collection rate, customer by customer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Sum
from django.utils.translation import gettext

from salesyear.sales.models import Invoice, Receipt
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, other_currencies, share_words

YEAR = 365
BUCKETS = (0, 30, 60, 90)  # days past due that a bucket ends with; semantics: ageing


@dataclass(frozen=True)
class Open:
    """What a customer still owes on one invoice."""

    customer: str
    amount: int
    due_on: date


def report(asked: Asked) -> RowReport:
    """Return receivables as of today. Raises nothing: without invoices it says what they would add."""
    sold, due, owed, currencies = _invoices(asked)
    if not currencies:
        return RowReport(
            _goals(asked, 0, 0, 0, 0, 0),
            missing=[
                gettext(
                    "No invoice is known: days outstanding, ageing and what is overdue by customer would stand here."
                )
            ],
        )
    since = asked.today - timedelta(days=YEAR)
    received = (
        Receipt.objects.within(asked.scope)
        .filter(currency=asked.plan.currency_id, received_on__gt=since, received_on__lte=asked.today)
        .aggregate(sum=Sum("amount"))["sum"]
        or 0
    )
    open_ = sum(one.amount for one in owed)
    not_due = sum(one.amount for one in owed if one.due_on >= asked.today)
    notes = other_currencies(currencies, asked.plan)
    missing = [] if received else [gettext("No receipt is known, so every invoice counts as unpaid.")]
    return RowReport(_goals(asked, open_, not_due, sold, received, due), _ageing(asked, owed), (), missing, notes)


def _invoices(asked: Asked) -> tuple[int, int, list[Open], set[str]]:
    """Invoiced in the last year, due in it, what is open of all invoices, and the currencies met."""
    sold, due, currencies, owed = 0, 0, set[str](), []
    since = asked.today - timedelta(days=YEAR)
    rows = Invoice.objects.within(asked.scope).filter(invoiced_on__lte=asked.today).order_by("due_on", "pk")
    columns = ("customer__name", "amount", "invoiced_on", "due_on", "currency_id")
    for customer, amount, day, due_on, currency, paid in rows.annotate(paid=Sum("receipts__amount")).values_list(
        *columns, "paid"
    ):
        currencies.add(currency)
        if currency != asked.plan.currency_id:
            continue
        until = due_on or day
        sold += amount if day > since else 0
        due += amount if since < until <= asked.today else 0
        if amount - (paid or 0) > 0:
            owed.append(Open(customer, amount - (paid or 0), until))
    return sold, due, owed, currencies


def _goals(asked: Asked, open_: int, not_due: int, sold: int, received: int, due: int) -> list[Goal]:
    dso = open_ * YEAR / sold if sold > 0 else None
    best = not_due * YEAR / sold if sold > 0 else None
    wanted, rate = asked.values["dso"], asked.values["collection_rate"]
    days = gettext("%(days).0f days")
    return [
        Goal(
            gettext("Days sales outstanding, simple"),
            f"≤ {asked.goal('dso')}",
            days % {"days": dso} if dso is not None else "--",
            dso <= wanted if dso is not None else None,
            gettext("Best possible: %(days).0f days, were nothing overdue.") % {"days": best}
            if best is not None
            else "",
        ),
        Goal(
            gettext("Collection rate of the last twelve months"),
            f"≥ {asked.goal('collection_rate')}",
            share_words(received, due),
            received >= rate * due if due > 0 else None,
        ),
    ]


def _ageing(asked: Asked, owed: list[Open]) -> Table:
    """Receivables by days past due, the customer who owes most first."""
    by: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
    for one in owed:
        late = (asked.today - one.due_on).days
        by[one.customer][sum(1 for end in BUCKETS if late > end)] += one.amount
    headings = [gettext("Not due"), *(f"{low + 1}–{high}" for low, high in pairwise(BUCKETS))]
    columns = [Column(words, "money") for words in [*headings, gettext("over 90 days")]]
    rows = sorted(by.items(), key=lambda row: (-sum(row[1]), row[0]))
    return Table(
        gettext("Receivables by days past due"),
        (Column(gettext("Customer")), Column(gettext("Open"), "money"), *columns),
        [(name, sum(buckets), *buckets) for name, buckets in rows],
    )
