"""A folder's files made into the tables of the ordinary import, in the order in which they build on each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from salesyear.core.numbers import minor_digits
from salesyear.engine.messages import noop
from salesyear.importing.folder.choices import Choices
from salesyear.importing.folder.days import (
    closed_until,
    days_of,
    months_missing,
    moved,
    moved_cells,
    years_to_move,
)
from salesyear.importing.folder.files import File
from salesyear.importing.folder.findings import Finding, choice, gap, refuse_if_stopped, stop
from salesyear.importing.folder.joining import Joined, Rows, height_of, together
from salesyear.importing.folder.people import People, people_of
from salesyear.importing.folder.places import Places, places_of
from salesyear.importing.folder.selling import registered, sales_of

_HAN: Final = re.compile("[\u4e00-\u9fff]")
ORDER_LINE: Final = (
    *("order", "key", "ordered_on", "due_on", "shipped_on", "customer", "rep", "unit", "product", "quantity"),
    *("price", "discount", "amount", "cost", "profit", "currency", "status", "city"),
)
SHOWN: Final = 6  # of a list in one sentence


@dataclass(frozen=True)
class Made:
    """One table for the ordinary import: its kind, its columns, its rows."""

    kind: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Assembled:
    """A folder ready to be imported: its tables, what was found, and the day up to which its sales are whole."""

    tables: list[Made]
    findings: list[Finding]
    currency: str
    years: int
    as_of: date


def assemble(files: Sequence[File], choices: Choices, *, plan_year: int) -> Assembled:
    """Join the files and make the tables.

    Raises FolderRefused with the whole list when no plan can be made.
    """
    folder = _Folder(files, choices)
    sales, found = sales_of(folder.of("orderlines"), folder.of("orders"), folder.of("customers"), choices.left_out)
    folder.findings += found
    refuse_if_stopped(folder.findings)
    days = [day for day in days_of(sales["ordered_on"], folder.dates("orderlines", "orders")) if day]
    if not days:
        raise_no_days(folder.findings)
    years = years_to_move(max(days), plan_year) if choices.move_years is None else choices.move_years
    folder.findings += _about_days(days, years, choices)
    base = folder.currency(sales)
    refuse_if_stopped(folder.findings)
    tables = list(_tables(folder, sales, base, years))
    last = moved(max(days), years)
    return Assembled(tables, folder.findings, base, years, closed_until(last))


def raise_no_days(findings: list[Finding]) -> None:
    """Raise FolderRefused: no row has a date that can be read."""
    text = noop("No order has a date that can be read.")
    refuse_if_stopped([*findings, stop("", text, noop("Write dates like 2026-01-05, or set dates = in folder.toml."))])


class _Folder:
    """The files by what they are, joined, with what was found on the way."""

    def __init__(self, files: Sequence[File], choices: Choices) -> None:
        self.choices = choices
        self.findings: list[Finding] = []
        by_name = {file.name: file for file in files}
        self._rows: dict[str, list[Rows]] = {}
        for name, chosen in choices.files.items():
            if chosen.role and name in by_name:
                joined = Joined(by_name[name], chosen, by_name)
                self._rows.setdefault(chosen.role, []).append(joined.rows(chosen.columns))
                self.findings += joined.findings

    def of(self, role: str) -> Rows:
        """All rows of a role."""
        return together(self._rows.get(role, []))

    def dates(self, *roles: str) -> str:
        """How the files of these roles write 11/8/2016, when somebody said."""
        return next((one.dates for one in self.choices.files.values() if one.role in roles and one.dates), "")

    def currency(self, sales: Rows) -> str:
        """The company's own currency; several without rates are a finding that stops.

        Where nobody names one, names in Chinese characters speak for yuan, others for dollars.
        """
        named = sorted({cell.strip().upper() for cell in sales.get("currency", []) if cell.strip()})
        base = self.choices.currency or (named[0] if len(named) == 1 else _spoken(sales))
        rated = {cell.strip().upper() for cell in self.of("rates").get("currency", [])}
        unrated = [one for one in named if one != base and one not in rated]
        if unrated:
            text = noop("Amounts are in %(currencies)s, and there is no rate of %(unrated)s into %(base)s.")
            mend = noop("Add a file with currency, date and rate, or set currency in folder.toml.")
            said = {"currencies": tuple(named), "unrated": tuple(unrated), "base": base}
            self.findings.append(stop("", text, mend, **said))
        elif not named and not self.choices.currency:
            text = noop("No file names a currency: amounts are taken for %(currency)s.")
            self.findings.append(choice("", text, noop("See currency in folder.toml."), currency=base))
        return base


def _spoken(sales: Rows) -> str:
    words = (
        cell for name in ("customer_name", "city", "product_name", "line", "customer") for cell in sales.get(name, ())
    )
    return "CNY" if any(_HAN.search(word) for word in words) else "USD"


def _about_days(days: Sequence[date], years: int, choices: Choices) -> Iterator[Finding]:
    if years:
        text = noop(
            "The last sale is of %(last)s: all dates are moved by %(years)s years, to end before the plan's year."
        )
        chosen = choices.move_years is not None
        yield choice("", text, "" if chosen else noop("See move_years in folder.toml."), last=max(days), years=years)
    missing = months_missing(days)
    if missing:
        shown = _first_of([f"{month:%Y-%m}" for month in missing])
        text = noop("%(count)s months between the first and the last sale have none: %(months)s.")
        yield gap("", text, noop("With them the seasons would be surer."), count=len(missing), months=shown)
    if (max(days) - min(days)).days < 2 * 365 - 31:
        text = noop("The sales cover less than two years (%(first)s to %(last)s): seasons cannot be told from chance.")
        yield gap("", text, noop("Two full years or more would show them."), first=min(days), last=max(days))


def _tables(folder: _Folder, sales: Rows, base: str, years: int) -> Iterator[Made]:
    """Every table, those first that others rest on."""
    customers = folder.of("customers")
    company = folder.choices.company
    places, unit_of_sale = places_of(company, folder.of("units"), sales)
    sales["unit"] = unit_of_sale
    _, unit_of_customer = places_of(company, folder.of("units"), customers)
    customers["unit"] = unit_of_customer
    people = _people(folder, sales, customers, places, years)
    named = sorted({cell.strip().upper() for cell in sales.get("currency", []) if cell.strip()} | {base})
    codes = ("code", "name", "digits", "is_base")
    yield Made(
        "currencies", codes, [(one, one, str(minor_digits(one)), "yes" if one == base else "no") for one in named]
    )
    yield from _rates(folder, years)
    yield Made("units", ("code", "name", "kind", "parent"), places.rows())
    yield from _products(folder, sales, base)
    yield from _seats(people)
    yield _customers(customers, sales, people)
    yield _order_lines(folder, sales, people, years)
    yield from _quotas(folder, people, years)
    yield from _receipts(folder, customers, years)


def _rates(folder: _Folder, years: int) -> Iterator[Made]:
    rates = folder.of("rates")
    if height_of(rates):
        rows = zip(rates["currency"], moved_cells(rates["starts_on"], years), rates["micros"], strict=True)
        yield Made("rates", ("currency", "starts_on", "micros"), list(rows))


def _products(folder: _Folder, sales: Rows, base: str) -> Iterator[Made]:
    products = folder.of("products")
    mapping = {"name": "product_name", "line": "line", "category": "category"}
    rows = list(registered(sales, products, "product", mapping))
    lines = folder.of("lines")
    named = dict(zip(lines.get("code", []), lines.get("name") or lines.get("code", []), strict=True))
    missing = sorted({row[2] for row in rows if row[2] and row[2] not in named and row[2] not in named.values()})
    named.update({one: one for one in missing})
    if named:
        yield Made("lines", ("code", "name"), [(code, name or code) for code, name in named.items() if code])
    yield Made("products", ("code", "name", "line", "category"), [(row[0], row[1] or row[0], *row[2:]) for row in rows])
    if {"list_micros", "cost_micros"} & set(products):
        nothing = [""] * height_of(products)
        prices = zip(
            products["code"], products.get("list_micros", nothing), products.get("cost_micros", nothing), strict=True
        )
        priced = [(code, base, price, cost) for code, price, cost in prices if code and (price or cost)]
        yield Made("prices", ("product", "currency", "list_micros", "cost_micros"), priced)


def _people(folder: _Folder, sales: Rows, customers: Rows, places: Places, years: int) -> People:
    """Who sells and where; where a seat was guessed or is missing is said."""
    nothing = [""] * height_of(sales)
    owners = customers.get("owner", [])
    home = dict(zip(customers.get("code", []), customers["unit"], strict=True)) if height_of(customers) else {}
    of_sale = (
        unit or home.get(customer, "")
        for unit, customer in zip(sales["unit"], sales.get("customer", nothing), strict=True)
    )
    sold_in = zip(sales.get("rep", nothing), of_sale, strict=True)
    sellers = sorted({one for one in (*sales.get("rep", []), *owners) if one})
    people = people_of(folder.of("reps"), folder.of("links"), places, sellers, sold_in, years)
    folder.findings += _about_people(people)
    return people


def _about_people(people: People) -> Iterator[Finding]:
    names = dict(zip(people.register.get("code", []), people.register.get("name", []), strict=True))
    said = (
        (
            gap,
            people.without,
            noop("These salespeople have no territory: %(names)s. They count for the company."),
            _SEATS,
        ),
        (
            choice,
            people.guessed,
            noop("These salespeople are placed where most of their sales are: %(names)s."),
            _SEATS,
        ),
        (choice, people.shared, noop("These salespeople share several territories; the region counts: %(names)s."), ""),
    )
    for make, codes, text, mend in said:
        if codes:
            yield make("", text, mend, names=_first_of([names.get(code, code) for code in codes]))


def _first_of(names: Sequence[str]) -> tuple[str, ...]:
    return (*names[:SHOWN], "…") if len(names) > SHOWN else tuple(names)


_SEATS: Final = noop("A file with salesperson and territory would say where they belong.")


def _seats(people: People) -> Iterator[Made]:
    register = people.register
    if not height_of(register):
        return
    optional = [name for name in ("title", "manager", "hired_on") if name in register]
    known = people.codes
    columns = [register["code"], register["name"]]
    columns += [[cell if name != "manager" or cell in known else "" for cell in register[name]] for name in optional]
    yield Made("reps", ("code", "name", *optional), _once(zip(*columns, strict=True)))
    titles: dict[str, str] = dict(zip(register["code"], register.get("title", register["name"]), strict=True))
    seats = [(f"{one.unit}/{one.rep}", titles.get(one.rep) or one.rep, one.unit) for one in people.seats]
    yield Made("positions", ("code", "title", "unit"), _once(seats))
    rows = [
        (one.rep, f"{one.unit}/{one.rep}", *(day.isoformat() if day else "" for day in (one.starts_on, one.ends_on)))
        for one in people.seats
    ]
    yield Made("assignments", ("rep", "position", "starts_on", "ends_on"), rows)


def _once(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Each code's first row."""
    first: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row[0]:
            first.setdefault(row[0], row)
    return list(first.values())


def _customers(customers: Rows, sales: Rows, people: People) -> Made:
    said = ("segment", "industry", "employees", "city", "province", "country", "owner", "unit")
    columns = {"name": "customer_name", "segment": "segment", "city": "city", "province": "province"}
    columns |= {"country": "country", "industry": "", "employees": "", "owner": "", "unit": ""}
    order = ("name", *said)
    bought = set(sales["customer"])
    rows = []
    for row in registered(sales, customers, "customer", {name: columns[name] for name in order}):
        cells: dict[str, str] = dict(zip(order, row[1:], strict=True))
        cells["owner"] = cells["owner"] if cells["owner"] in people.codes else ""
        if cells["name"] or row[0] in bought:
            rows.append((row[0], cells.pop("name") or row[0], *cells.values()))
    return Made("customers", ("code", *order), rows)


def _order_lines(folder: _Folder, sales: Rows, people: People, years: int) -> Made:
    order = folder.dates("orderlines", "orders")
    dated: Rows = {
        name: moved_cells(sales[name], years, order) for name in ("ordered_on", "due_on", "shipped_on") if name in sales
    }
    rows: Rows = {**sales, **dated}
    if "rep" in rows:
        # A salesperson with a seat sells there; the place a row names counts for the others.
        seated = {one.rep for one in people.seats if one.rep not in people.without}
        pairs = zip(rows["rep"], rows["unit"], strict=True)
        rows["unit"] = ["" if rep in seated else unit for rep, unit in pairs]
    columns = tuple(name for name in ORDER_LINE if name in rows)
    return Made("orderlines", columns, list(zip(*(rows[name] for name in columns), strict=True)))


def _quotas(folder: _Folder, people: People, years: int) -> Iterator[Made]:
    quotas = folder.of("quotas")
    if not height_of(quotas):
        folder.findings.append(gap("", _NO_QUOTAS, _WITH_QUOTAS))
        return
    starts = moved_cells(quotas["starts_on"], years)
    ends = moved_cells(quotas["ends_on"], years) if "ends_on" in quotas else [""] * len(starts)
    until = _ends_of(sorted({date.fromisoformat(one) for one in starts if one}))
    rows = zip(quotas["rep"], starts, ends, quotas["amount"], strict=True)
    made = [(rep, on, end or until.get(on, ""), amount) for rep, on, end, amount in rows if rep in people.codes]
    yield Made("quotas", ("rep", "starts_on", "ends_on", "amount"), made)


def _ends_of(starts: Sequence[date]) -> dict[str, str]:
    """A period runs to the day before the next one starts, the last one as long as the one before."""
    ends = {one.isoformat(): (after - timedelta(days=1)).isoformat() for one, after in pairwise(starts)}
    if len(starts) > 1:
        ends[starts[-1].isoformat()] = (starts[-1] + (starts[-1] - starts[-2]) - timedelta(days=1)).isoformat()
    return ends


def _receipts(folder: _Folder, customers: Rows, years: int) -> Iterator[Made]:
    receipts = folder.of("receipts")
    if not height_of(receipts):
        folder.findings.append(gap("", _NO_CASH, _WITH_CASH))
        return
    numbers = receipts.get("number") or [f"R{row}" for row in range(1, height_of(receipts) + 1)]
    known = set(customers.get("code", []))
    rows = zip(
        numbers, moved_cells(receipts["received_on"], years), receipts["customer"], receipts["amount"], strict=True
    )
    made = [row for row in rows if row[2] in known]
    yield Made("receipts", ("number", "received_on", "customer", "amount"), made)


def named_tables(tables: Iterable[Made]) -> Mapping[str, int]:
    """How many rows there are of each kind."""
    return {one.kind: len(one.rows) for one in tables}


_NO_QUOTAS: Final = noop("There are no earlier targets:")
_WITH_QUOTAS: Final = noop("with them the plan would show how fair and how reachable targets were.")
_NO_CASH: Final = noop("There are no receipts:")
_WITH_CASH: Final = noop("with them the plan would show days outstanding and the collection rate.")
