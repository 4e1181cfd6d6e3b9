"""The sales of a folder: order lines with what their orders and customers say, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.folder.findings import Finding, choice, gap, stop
from salesyear.importing.folder.joining import Rows, height_of

FROM_ORDER: Final = (
    "ordered_on",
    "customer",
    "rep",
    "region",
    "territory",
    "currency",
    "due_on",
    "shipped_on",
    "status",
)
PLACES: Final = ("region", "territory", "province")
ALL: Final = "*"


def sales_of(lines: Rows, orders: Rows, customers: Rows, left_out: tuple[str, ...]) -> tuple[Rows, list[Finding]]:
    """Every line that is a sale, its order's day, customer and salesperson beside it.

    Orders without a file of lines are sales themselves when they have an amount.
    """
    findings: list[Finding] = []
    if not height_of(lines):
        if "amount" not in orders:
            return {}, [stop("", _NO_SALES, _BRING_SALES)]
        lines = {**orders, "order": orders["number"], "product": [ALL] * height_of(orders)}
        lines.pop("number")
        findings.append(choice("", noop("There are no order lines: each order counts as one line of one product.")))
    if height_of(orders) and "order" in lines and "number" in orders:
        lines, lost = _with_orders(lines, orders)
        if lost:
            text = noop("%(count)s lines name an order that is not in the folder; they are left out.")
            findings.append(gap("", text, count=lost))
    findings += _without(lines)
    lines, cancelled = _standing(lines, left_out)
    if cancelled:
        text = noop("%(count)s lines of orders in the state %(states)s are no sales; they are left out.")
        states, count = tuple(sorted(cancelled)), sum(cancelled.values())
        findings.append(choice("", text, noop("See left_out in folder.toml."), count=count, states=states))
    lines, added = _sellers(lines, customers)
    if added:
        findings.append(choice("", noop("No order names its salesperson: the customer's own one counts.")))
    return _keyed(lines), findings


def _without(lines: Rows) -> list[Finding]:
    text = noop("The order lines have no %(name)s, and no file of orders gives it.")
    lacking = [name for name in ("ordered_on", "customer") if name not in lines]
    return [stop("", text, name=name) for name in lacking if not (name == "customer" and "customer_name" in lines)]


def _with_orders(lines: Rows, orders: Rows) -> tuple[Rows, int]:
    """Lines with their order's columns where they have none of their own; how many had no order."""
    place = {number: row for row, number in reversed(list(enumerate(orders["number"])))}
    met = [place.get(number) for number in lines["order"]]
    kept = [row for row, order in enumerate(met) if order is not None]
    found = {name: [cells[row] for row in kept] for name, cells in lines.items()}
    for name in FROM_ORDER:
        if name in orders:
            own = found.get(name) or [""] * len(kept)
            cells = orders[name]
            found[name] = [cell or cells[met[row] or 0] for cell, row in zip(own, kept, strict=True)]
    return found, len(met) - len(kept)


def _standing(lines: Rows, left_out: tuple[str, ...]) -> tuple[Rows, dict[str, int]]:
    """Lines whose order stands; how many of each other state were left out."""
    states = [state.strip().casefold() for state in lines.get("status", [])]
    gone = {state.casefold() for state in left_out}
    dropped: dict[str, int] = {}
    for state, shown in zip(states, lines.get("status", []), strict=True):
        if state in gone:
            dropped[shown.strip()] = dropped.get(shown.strip(), 0) + 1
    if not dropped:
        return lines, {}
    kept = [row for row, state in enumerate(states) if state not in gone]
    return {name: [cells[row] for row in kept] for name, cells in lines.items()}, dropped


def _sellers(lines: Rows, customers: Rows) -> tuple[Rows, bool]:
    """The customer's salesperson where no line names one."""
    if any(lines.get("rep", ())) or not any(customers.get("owner", ())) or "customer" not in lines:
        return lines, False
    owner = dict(zip(customers["code"], customers["owner"], strict=True))
    return {**lines, "rep": [owner.get(customer, "") for customer in lines["customer"]]}, True


def _keyed(lines: Rows) -> Rows:
    """Lines with an order each (else one a day and customer) and a key of their own within it."""
    made = dict(lines)
    if "order" not in made and "ordered_on" in made:
        who = made.get("customer") or made.get("customer_name") or [""] * height_of(made)
        made["order"] = [f"{day}/{one}" for day, one in zip(made["ordered_on"], who, strict=True)]
    if "product" not in made and "product_name" in made:
        made["product"] = made["product_name"]
    if "customer" not in made and "customer_name" in made:
        made["customer"] = made["customer_name"]
    return made


def registered(lines: Rows, register: Rows, code: str, columns: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """A register's rows, then one for everything that only the lines name: `columns` says where its cells are read.

    columns: the register's column → the line's.
    """
    names = list(columns)
    nothing = [""] * height_of(register)
    own = [register.get("code", []), *(register.get(name, nothing) for name in names)]
    seen: set[str] = set()
    for cells in zip(*own, strict=True):
        if cells[0] and cells[0] not in seen:
            seen.add(cells[0])
            yield cells
    blank = [""] * height_of(lines)
    named = [lines.get(code, blank), *(lines.get(columns[name], blank) for name in names)]
    for cells in zip(*named, strict=True):
        if cells[0] and cells[0] not in seen:
            seen.add(cells[0])
            yield cells


_NO_SALES: Final = noop("No file with orders was found: nothing can be forecast, so there is no plan to make.")
_BRING_SALES: Final = noop(
    "A table with order number, date, customer, product and amount is needed. "
    "If there is one, say which in folder.toml."
)
