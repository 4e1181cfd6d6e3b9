"""Order lines: the fact everything is counted from, with their orders and what they may create on the way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesyear.engine.messages import noop
from salesyear.importing.amounts import Currencies, keep_figures, micros, settle_currency, wrong_sign
from salesyear.importing.cents import carried
from salesyear.importing.checking import NO_PROGRESS, Progress, Reading, resolve, same_key_twice
from salesyear.importing.deltas import (
    Delta,
    Draft,
    columns_of,
    counted,
    difference,
    existing,
    in_order,
    pruned,
)
from salesyear.importing.missing import Maker
from salesyear.importing.places import Places
from salesyear.importing.values import Figure, Problem, problem

#: What an order's rows say about the order itself, in the order's own columns.
HEADER: Final = ("due_on", "shipped_on", "rep_id", "unit_id", "currency_id", "status", "city")
#: What all rows of an order must agree on, because the order has one of it.
AGREED: Final = ("rep", "unit", "currency")
#: What a line takes over from its order.
COPIED: Final = ("ordered_on", "customer_id", "rep_id", "unit_id", "currency_id")
LINE: Final = (*COPIED, "product_id", "quantity_micros", "price_micros", "discount", "amount", "stated_micros", "cost")
OrderKey = tuple[str, date, Any]


class OrderLines:
    """Order lines on their way in: one method per step, each leaving the bad rows out."""

    def __init__(self, reading: Reading, progress: Progress = NO_PROGRESS) -> None:
        self.reading = reading
        self.progress = progress
        self.currencies = Currencies.known(reading.scope)
        self.maker = Maker(reading)
        self.orders = Delta("sales.Order")
        self.lines = Delta("sales.OrderLine")
        self.headers: dict[Any, dict[str, Any]] = {}
        self.order_of: list[Any] = [None] * reading.table.height
        self.touched: set[int] = set()

    def draft(self) -> Draft:
        """Everything the file would change."""
        reading = self.reading
        for name in ("rep", "currency"):
            if name in reading.values:
                resolve(reading, reading.kind.by_name[name])
        self.maker.resolve_names()
        self._figures()
        self._find_orders()
        self._agree()
        self._write_orders()
        created, changed = self._write_lines()
        deltas = pruned((*self.maker.deltas(), self.orders, self.lines))
        return Draft(reading, deltas, counted(reading, created, changed), in_order(reading))

    def _figures(self) -> None:
        """Quantities, prices and discounts as they are kept, and what each line states."""
        reading = self.reading
        settle_currency(reading, self.currencies)
        self._derive_amounts()
        self._derive_costs()
        fields = columns_of("sales.OrderLine")
        for name, field in (("quantity", "quantity_micros"), ("price", "price_micros"), ("discount", "discount")):
            if name in reading.values:
                keep_figures(reading, name, fields[field], self.currencies)

    def _derive_amounts(self) -> None:
        """The stated amount of each line in millionths: as written, else quantity × unit price × (1 - discount)."""
        reading = self.reading
        columns = [reading.column(name) for name in ("amount", "quantity", "price", "discount", "currency")]
        rows = enumerate(zip(*columns, strict=True))
        reading.values["stated"] = [self._stated(row, *figures) for row, figures in rows]

    def _stated(self, row: int, amount: Any, quantity: Any, price: Any, discount: Any, currency: Any) -> int | None:  # noqa: ANN401 - a Figure, a Problem or nothing each
        """What one line states, or None with the row refused where it states nothing that can be."""
        if Problem in map(type, (amount, quantity, price, discount, currency)):
            return None
        if amount is None and price is None:
            self.reading.refuse(row, "amount", problem(_NO_AMOUNT, _SAY_AMOUNT))
            return None
        fault = wrong_sign(amount or price, currency) if (amount or price) and currency else None
        if fault:
            self.reading.refuse(row, "amount" if amount else "price", fault)
            return None
        if amount is not None:
            return micros(amount.value)
        return micros(price.value * (1 if quantity is None else quantity) * (1 - (discount or Decimal(0))))

    def _derive_costs(self) -> None:
        """The cost of each line in millionths: as written, else amount less profit."""
        reading = self.reading
        costs: list[int | None] = [None] * reading.table.height
        rows = zip(reading.column("cost"), reading.column("profit"), reading.values["stated"], strict=True)
        for row, (cost, profit, stated) in enumerate(rows):
            if isinstance(cost, Figure):
                costs[row] = micros(cost.value)
            elif isinstance(profit, Figure) and stated is not None:
                costs[row] = stated - micros(profit.value)
        reading.values["stated_cost"] = costs

    def _find_orders(self) -> None:
        """The order of each row: one that is there, or a new one by number, day and customer."""
        reading = self.reading
        there = self._orders_there()
        new: dict[OrderKey, int] = {}
        columns = [reading.column(name) for name in ("order", "ordered_on", "customer")]
        by_number_alone = not {"ordered_on", "customer"} & set(reading.values)
        for row, (number, day, customer) in enumerate(zip(*columns, strict=True)):
            if row not in reading.bad or (by_number_alone and isinstance(number, str)):
                fitting = [pk for pk, on, of in there.get(number, ()) if day in (None, on) and customer in (None, of)]
                self.order_of[row] = self._order(row, fitting, new, (number, day, customer))

    def _order(self, row: int, fitting: list[int], new: dict[OrderKey, int], key: Any) -> int | None:  # noqa: ANN401 - an OrderKey, or parts of one
        """The one order that fits, else a new one; None with the row refused where neither can be."""
        if len(fitting) == 1:
            return fitting[0]
        number, day, customer = key
        if fitting:
            self.reading.refuse(row, "order", problem(_MANY_ORDERS, _SAY_DAY, value=number, count=len(fitting)))
        elif day is None or customer is None:
            self.reading.refuse(row, "order", problem(_NO_ORDER, _SAY_ORDER, value=number))
        else:
            return self._new_order(new, number, day, customer)
        return None

    def _orders_there(self) -> dict[str, list[tuple[int, date, int]]]:
        """Orders that are there by number; their header is kept for comparison."""
        reading = self.reading
        numbers = [number for number in reading.column("order") if isinstance(number, str)]
        there: dict[str, list[tuple[int, date, int]]] = defaultdict(list)
        columns = ("number", "ordered_on", "customer_id", *HEADER)
        for pk, number, day, customer, *header in existing(reading, "sales.Order", "number", numbers, columns):
            there[number].append((pk, day, customer))
            known = dict(zip(HEADER, header, strict=True))
            self.headers[pk] = {"number": number, "ordered_on": day, "customer_id": customer, **known}
        return there

    def _new_order(self, new: dict[OrderKey, int], number: str, day: date, customer: int) -> int:
        """The placeholder of a new order, the same for all its rows."""
        key = (number, day, customer)
        if key not in new:
            header = {"number": number, "ordered_on": day, "customer_id": customer}
            new[key] = self.orders.create(header)
            self.headers[new[key]] = header
        return new[key]

    def _agree(self) -> None:
        """Refuse rows that name another salesperson, unit or currency than an earlier row of their order."""
        reading = self.reading
        named = [(name, reading.column(name)) for name in AGREED if name in reading.texts]
        first: dict[tuple[Any, str], tuple[Any, int]] = {}
        for row in reading.good():
            for name, values in named:
                if values[row] is None:
                    continue
                value, earlier = first.setdefault((self.order_of[row], name), (values[row], row))
                if value != values[row]:
                    number = reading.table.numbers[earlier]
                    reading.refuse(row, name, problem(_DISAGREES, _AGREE, earlier=number))
                    break

    def _write_orders(self) -> None:
        """Headers of new orders, and what the file changes in those that are there."""
        reading = self.reading
        places = Places(reading.scope)
        said = self._said()
        self.orders.created = [self.headers[-place] for place in range(1, len(self.orders.created) + 1)]
        for order, header in said.items():
            known = self.headers[order]
            if order < 0:
                header["currency_id"] = header.get("currency_id") or self.currencies.base
                header["unit_id"] = header.get("unit_id") or places.of(
                    header.get("rep_id"), known["customer_id"], known["ordered_on"]
                )
                known.update({column: value for column, value in header.items() if value is not None})
                continue
            change = difference(order, HEADER, [known[column] for column in HEADER], header)
            if change:
                self.orders.changed.append(change)
                self.touched.add(order)
                known.update(change.after)

    def _said(self) -> dict[Any, dict[str, Any]]:
        """What the rows of each order say about it: the first that says something counts."""
        reading = self.reading
        names = [(column, column.removesuffix("_id")) for column in HEADER]
        given = [(column, reading.column(name)) for column, name in names if name in reading.values]
        if "currency" not in reading.texts:
            given = [pair for pair in given if pair[0] != "currency_id"]
        said: dict[Any, dict[str, Any]] = {}
        for row in reading.good():
            header = said.setdefault(self.order_of[row], {})
            for column, values in given:
                if values[row] is not None and column not in header:
                    header[column] = values[row]
        return said

    def _write_lines(self) -> tuple[int, int]:
        """New and changed lines with their cents; returns how many rows are new and how many differ."""
        reading = self.reading
        keys = self._line_keys()
        same_key_twice(reading, keys, "key" if "key" in reading.values else "order")
        there = self._lines_there()
        rows = {row: self._line(row, key) for row, key in enumerate(keys) if key and row not in reading.bad}
        self._spread_cents(rows, {row: there.get(keys[row] or ()) for row in rows})
        for row, line in rows.items():
            known = there.get(keys[row] or ())
            if known is None:
                self.lines.create({"order_id": self.order_of[row], "key": (keys[row] or ("", ""))[1], **line})
                continue
            change = difference(known[0], LINE, known[1], line)
            if change:
                self.lines.changed.append(change)
        return len(self.lines.created), self._rows_changed(rows, keys, there)

    def _rows_changed(self, rows: dict[int, Any], keys: Any, there: Any) -> int:  # noqa: ANN401 (as in _write_lines)
        """Rows whose line differs, and one row for each order whose header alone differs."""
        changed = {change.key for change in self.lines.changed}
        orders = set(self.touched)
        count = 0
        for row in rows:
            known = there.get(keys[row])
            header = self.order_of[row] in orders
            orders.discard(self.order_of[row])
            count += known is not None and (known[0] in changed or header)
        return count

    def _line_keys(self) -> list[tuple[Any, ...] | None]:
        """Order and line of each row: the line's own number, else its product and how often it came before."""
        reading = self.reading
        keys: list[tuple[Any, ...] | None] = [None] * reading.table.height
        seen: dict[tuple[Any, Any], int] = defaultdict(int)
        own, products = reading.column("key"), reading.column("product_code")
        for row in reading.good():
            key = own[row]
            if key is None:
                occasion = (self.order_of[row], products[row])
                seen[occasion] += 1
                key = f"{products[row]}#{seen[occasion]}"
            keys[row] = (self.order_of[row], key)
        return keys

    def _lines_there(self) -> dict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]]:
        """Lines that are there, by order and line."""
        columns = ("order_id", "key", *LINE)
        rows = existing(self.reading, "sales.OrderLine", "order", self.order_of, columns, self.progress)
        return {(order, key): (pk, tuple(values)) for pk, order, key, *values in rows}

    def _line(self, row: int, key: tuple[Any, ...]) -> dict[str, Any]:
        """One line: what it takes over from its order, and what is its own."""
        reading = self.reading
        header = self.headers[key[0]]
        line = {column: header.get(column) for column in COPIED}
        line["product_id"] = reading.column("product")[row]
        for name, column in (("quantity", "quantity_micros"), ("price", "price_micros"), ("discount", "discount")):
            if name in reading.values:
                line[column] = reading.values[name][row]
        line["stated_micros"] = reading.values["stated"][row]
        return line

    def _spread_cents(self, rows: dict[int, dict[str, Any]], there: dict[int, Any]) -> None:
        """Cents of lines: kept where the stated amount is as it was, carried down the file where it is new."""
        stated = LINE.index("stated_micros")
        fresh: dict[str, list[int]] = defaultdict(list)
        for row, line in rows.items():
            known = there[row]
            if known is not None and known[1][stated] == line["stated_micros"]:
                line["amount"] = known[1][LINE.index("amount")]
            else:
                fresh[line["currency_id"]].append(row)
        for currency, places in fresh.items():
            digits = self.currencies.digits[currency]
            amounts = carried((rows[row]["stated_micros"] for row in places), digits)
            for row, amount in zip(places, amounts, strict=True):
                rows[row]["amount"] = amount
        self._spread_costs(rows, there)

    def _spread_costs(self, rows: dict[int, dict[str, Any]], there: dict[int, Any]) -> None:
        """Costs in cents: kept where they are within a cent of what is stated, carried where they are new."""
        costs = self.reading.values["stated_cost"]
        fresh: dict[str, list[int]] = defaultdict(list)
        for row, line in rows.items():
            if costs[row] is None:
                continue
            step = 10 ** (6 - self.currencies.digits[line["currency_id"]])
            known = there[row][1][LINE.index("cost")] if there[row] else None
            if known is not None and abs(known * step - costs[row]) <= step:
                line["cost"] = known
            else:
                fresh[line["currency_id"]].append(row)
        for currency, places in fresh.items():
            amounts = carried((costs[row] for row in places), self.currencies.digits[currency])
            for row, amount in zip(places, amounts, strict=True):
                rows[row]["cost"] = amount


_NO_AMOUNT: Final = noop("The row has neither an amount nor a unit price.")
_SAY_AMOUNT: Final = noop("Fill in one of the two.")
_MANY_ORDERS: Final = noop("There are %(count)s orders with the number “%(value)s”.")
_SAY_DAY: Final = noop("Give the order's date and customer as well.")
_NO_ORDER: Final = noop("“%(value)s” is not a known order, and the row does not give its date and customer.")
_SAY_ORDER: Final = noop("Bring in the orders first, or choose the columns with date and customer.")
_DISAGREES: Final = noop("The row says otherwise than row %(earlier)s of the same order.")
_AGREE: Final = noop("An order has one salesperson, unit and currency; share a sale by a file of sales splits.")
