"""Where a sale counts: the unit of the salesperson's assignment on the day, else the customer's own unit."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import Any, Final

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.importing.checking import Reading
from salesyear.importing.deltas import existing
from salesyear.org.models import Assignment, Rep

#: Kinds whose rows count for a unit, and the day by which it is told.
COUNTED: Final = {
    "orders": "ordered_on",
    "returns": "returned_on",
    "invoices": "invoiced_on",
    "receipts": "received_on",
    "quotas": "starts_on",
}


class Places:
    """Which unit a salesperson sold for on a day, and which a customer belongs to."""

    def __init__(self, scope: Scope) -> None:
        """Read all assignments, salespeople and customers once."""
        self._since: dict[int, list[tuple[date, date | None, int]]] = defaultdict(list)
        rows = Assignment.objects.within(scope).order_by("starts_on")
        for rep, starts, ends, unit in rows.values_list("rep_id", "starts_on", "ends_on", "position__unit_id"):
            self._since[rep].append((starts, ends, unit))
        self._rep = dict(Rep.objects.within(scope).values_list("pk", "unit_id"))
        self._customer = dict(Customer.objects.within(scope).values_list("pk", "unit_id"))

    def of(self, rep: int | None, customer: int | None, day: date | None) -> int | None:
        """The unit a sale counts for, None when nothing tells."""
        if rep is not None:
            unit = self._assigned(rep, day) or self._rep.get(rep)
            if unit is not None:
                return unit
        return self._customer.get(customer) if customer is not None else None

    def _assigned(self, rep: int, day: date | None) -> int | None:
        """The unit of the assignment in force on the day."""
        since = self._since.get(rep, [])
        place = bisect_right([starts for starts, _, _ in since], day) - 1 if day else -1
        if place < 0:
            return None
        _, ends, unit = since[place]
        return unit if ends is None or (day is not None and day <= ends) else None


def place_of_rep(reading: Reading, rows: list[dict[str, Any]]) -> None:
    """Fill in the unit of rows that count for one and do not name it."""
    day = COUNTED.get(reading.kind.name)
    if reading.kind.name == "credits":
        _place_credits(reading, rows)
    if day is None:
        return
    places = Places(reading.scope)
    for row in rows:
        if row.get("unit_id") is None:
            row["unit_id"] = places.of(row.get("rep_id"), row.get("customer_id"), row.get(day))


def _place_credits(reading: Reading, rows: list[dict[str, Any]]) -> None:
    """A share of an order counts where its salesperson was on the order's day."""
    wanted = [row["order_id"] for row in rows if row.get("order_id") is not None]
    days = dict(existing(reading, "sales.Order", "pk", wanted, ("ordered_on",)))
    places = Places(reading.scope)
    for row in rows:
        if row.get("unit_id") is None:
            row["unit_id"] = places.of(row.get("rep_id"), None, days.get(row.get("order_id")))
