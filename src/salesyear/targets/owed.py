"""What customers owe and what came in, as of a day: the figures of collection, in all and by salesperson.

The definitions are the catalogue's (engine/metrics/catalogue_cash.py): a receipt pays the invoice it names, what is
left over the customer's oldest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from salesyear.core.scope import Scope
from salesyear.sales.frames import NONE
from salesyear.sales.models import Invoice, Receipt

YEAR = 365
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice and what of it is still open."""

    key: int
    customer: int
    name: str
    rep: int
    amount: int
    day: date
    due_on: date
    open: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came in; invoice: the key of the one it names, 0: none."""

    customer: int
    rep: int
    amount: int
    day: date
    invoice: int


@dataclass(frozen=True)
class Owed:
    """Bills and receipts up to a day in one currency; others: the other currencies that were met."""

    day: date
    bills: Sequence[Bill] = ()
    receipts: Sequence[Paid] = ()
    others: frozenset[str] = field(default=frozenset())

    @property
    def _since(self) -> date:
        return self.day - timedelta(days=YEAR)

    @property
    def sold(self) -> int:
        """Credit sales of the last year."""
        return sum(one.amount for one in self.bills if one.day > self._since)

    @property
    def due(self) -> int:
        """What fell due in it."""
        return sum(one.amount for one in self.bills if self._since < one.due_on <= self.day)

    @property
    def received(self) -> int:
        """What came in in it."""
        return sum(one.amount for one in self.receipts if one.day > self._since)

    @property
    def open(self) -> int:
        """Receivables: invoiced so far less received so far."""
        return sum(one.amount for one in self.bills) - sum(one.amount for one in self.receipts)

    @property
    def not_due(self) -> int:
        """Open invoices that are not due yet."""
        return sum(one.open for one in self.bills if one.due_on >= self.day)

    @property
    def overdue(self) -> int:
        """Open invoices past their day."""
        return sum(one.open for one in self.bills if one.due_on < self.day)

    @property
    def dso(self) -> float | None:
        """Days sales outstanding, simple."""
        return self.open * YEAR / self.sold if self.sold > 0 else None

    @property
    def best(self) -> float | None:
        """Best possible days: were nothing overdue."""
        return self.not_due * YEAR / self.sold if self.sold > 0 else None

    @property
    def countback(self) -> float | None:
        """Days of sales, from today backwards, that make up what is owed."""
        import polars as pl

        from salesyear.engine.metrics.post import countback

        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        moved = [(one.day, 0, one.amount) for one in self.bills] + [(one.day, 1, one.amount) for one in self.receipts]
        for day, place, amount in moved:
            sums[day.year * 12 + day.month - 1][place] += amount
        if not self.bills:
            return None
        table = [(month, *both) for month, both in sums.items()]
        names = dict.fromkeys(("month", "invoiced_by_month", "received_by_month"), pl.Int64)
        return countback(pl.DataFrame(table, schema=names, orient="row"), self.day)

    @property
    def cei(self) -> float | None:
        """Collection effectiveness: what came in of all that could have."""
        could = self.open + self.received - self.not_due
        return self.received / could if could > 0 else None

    def by_rep(self) -> dict[int, Owed]:
        """The same for each salesperson (0: none named)."""
        bills, receipts = _by(self.bills, lambda one: one.rep), _by(self.receipts, lambda one: one.rep)
        return {rep: replace(self, bills=bills[rep], receipts=receipts[rep]) for rep in {*bills, *receipts}}


def owed_on(scope: Scope, day: date, currency: str) -> Owed:
    """Read what `scope` sees of bills and receipts up to a day; two queries."""
    bills = Invoice.objects.within(scope).filter(invoiced_on__lte=day).order_by("due_on", "pk")
    names = ("pk", "customer_id", "customer__name", "rep_id", "amount", "invoiced_on", "due_on", "currency_id")
    met, found = set[str](), []
    for key, customer, name, rep, amount, on, due_on, code in bills.values_list(*names):
        met.add(code)
        if code == currency:
            found.append(Bill(key, customer, name, rep or NONE, amount, on, due_on or on, amount))
    rows = Receipt.objects.within(scope).filter(received_on__lte=day, currency=currency).order_by()
    of = rows.values_list("customer_id", "rep_id", "amount", "received_on", "invoice_id")
    receipts = [Paid(customer, rep or NONE, amount, on, invoice or 0) for customer, rep, amount, on, invoice in of]
    return Owed(day, _settled(found, receipts), receipts, frozenset(met - {currency}))


def _settled(bills: Sequence[Bill], receipts: Iterable[Paid]) -> list[Bill]:
    """Say of each bill, the oldest first, what is still open."""
    keys = {bill.key for bill in bills}
    named: dict[int, int] = defaultdict(int)
    free: dict[int, int] = defaultdict(int)
    for one in receipts:
        if one.invoice in keys:
            named[one.invoice] += one.amount
        else:
            free[one.customer] += one.amount
    for bill in bills:
        free[bill.customer] += max(named[bill.key] - bill.amount, 0)
    found = []
    for bill in sorted(bills, key=lambda one: (one.due_on, one.day, one.key)):
        left = max(bill.amount - named[bill.key], 0)
        paid = min(left, max(free[bill.customer], 0))
        free[bill.customer] -= paid
        found.append(replace(bill, open=left - paid))
    return found


def _by(rows: Iterable[One], of: Callable[[One], int]) -> dict[int, list[One]]:
    found: dict[int, list[One]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found
