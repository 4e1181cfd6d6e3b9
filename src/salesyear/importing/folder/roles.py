"""What a file of a folder can be, and the headings each of its columns is known by."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from salesyear.core.columns import Column
from salesyear.crm import columns as crm
from salesyear.importing.kinds import KINDS
from salesyear.org import columns as org
from salesyear.sales import columns as sales

Names = tuple[str, ...]
REGION: Final = ("region", "area", "大区", "地区", "区域", "sales region", "group", "分公司", "region id")
TERRITORY: Final = (
    *("territory", "territory id", "territory code", "province", "state", "office", "office code"),
    *("片区", "辖区", "省", "省份", "省/自治区", "办事处", "unit", "所属片区"),
)
REP: Final = (*org.REP, "salesperson name", "sales rep name", "sales person id", "employee name", "销售", "业务员姓名")


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of file: its columns by name with their headings (the surest first), and what it must have.

    needs: groups of columns of which one each must be there. unique: the column that names a row.
    """

    name: str
    columns: dict[str, Names]
    needs: tuple[Names, ...]
    unique: str = ""


def _of(kind: str, **more: Names) -> dict[str, Names]:
    """The columns of an import kind, the names in `more` added to or put in front of the kind's own."""
    known = {column.name: _headings(column) for column in KINDS[kind].columns}
    return {**known, **{name: (*headings, *known.get(name, ())) for name, headings in more.items()}}


def _headings(column: Column) -> Names:
    return (*column.synonyms, column.name)


def _only(columns: dict[str, Names], *names: str) -> dict[str, Names]:
    return {name: columns[name] for name in names}


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Every role, the most particular first: of two that fit equally well the first is taken."""
    made = (*_sales(), *_masters(), *_organisation(), *_amounts())
    return {role.name: role for role in made}


def _sales() -> tuple[Role, ...]:
    """Lines of orders, and their heads."""
    lines = _of("orderlines", rep=REP, region=REGION, territory=TERRITORY)
    lines.pop("unit")
    told = (("order", "ordered_on"), ("amount", "price"), ("product", "product_name", "order"), ("quantity", "amount"))
    heads = {**_of("orders", rep=REP, region=REGION, territory=TERRITORY), "amount": sales.AMOUNT}
    return (
        Role("orderlines", lines, told),
        Role("orders", heads, (("number",), ("ordered_on",), ("customer",)), "number"),
    )


def _masters() -> tuple[Role, ...]:
    """Customers and products."""
    customers = _of("customers", region=REGION, territory=TERRITORY)
    customers.pop("unit")
    products = {**_of("products"), **_only(_of("prices"), "list_micros", "cost_micros")}
    return (
        Role("customers", customers, (("code",), ("name", "owner", "territory", "region", "city")), "code"),
        Role("products", products, (("code",), ("name",)), "code"),
    )


def _organisation() -> tuple[Role, ...]:
    """Salespeople, who sells where, units and product lines."""
    links = {"rep": REP, "unit": org.UNIT, "starts_on": org.FROM, "ends_on": org.UNTIL}
    unit_codes = ("territory id", "region id", "unit code", "office code")
    units = _of("units", code=unit_codes, name=("city",), parent=(*REGION, "territory"))
    lines = _of("lines", code=("category id", "product category id", "product line"), name=("category name",))
    return (
        Role("reps", _of("reps", unit=org.UNIT, code=REP), (("code",), ("name",)), "code"),
        Role("links", links, (("rep",), ("unit",))),
        Role("units", units, (("code",), ("name",)), "code"),
        Role("lines", lines, (("code",),), "code"),
    )


def _amounts() -> tuple[Role, ...]:
    """Earlier targets, money received, rates."""
    return (
        Role("quotas", _of("quotas", rep=REP), (("rep",), ("starts_on",), ("amount",))),
        Role("receipts", _of("receipts", customer=crm.CODE), (("customer",), ("received_on",), ("amount",))),
        Role("rates", _of("rates"), (("currency",), ("starts_on",), ("micros",))),
    )


def matched(role: Role, headings: Sequence[str]) -> dict[str, Names]:
    """Headings given to a role's columns, the surest pair first; each heading and each column once."""
    by_bare = {bare(heading): heading for heading in reversed(headings)}
    pairs = sorted(
        (rank, place, name, parts)
        for place, (name, known) in enumerate(role.columns.items())
        for rank, parts in enumerate(tuple(bare(part) for part in one.split("+")) for one in known)
        if all(part in by_bare for part in parts)
    )
    found: dict[str, Names] = {}
    taken: set[str] = set()
    for _rank, _place, name, parts in pairs:
        if name not in found and not taken & set(parts):
            found[name] = tuple(by_bare[part] for part in parts)
            taken |= set(parts)
    return found


def fits(role: Role, columns: dict[str, Names]) -> bool:
    """Whether a file with these columns can be of this role."""
    return all(any(name in columns for name in group) for group in role.needs)


def bare(heading: str) -> str:
    """A heading without case, width, blanks and signs."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or folded
