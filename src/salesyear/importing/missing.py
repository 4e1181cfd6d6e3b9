"""Customers, products and regions that order lines name: found, or created from the file's own columns if asked."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Any, Final

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing.checking import Reading
from salesyear.importing.deltas import Delta
from salesyear.importing.values import Problem, problem
from salesyear.org.models import Unit, UnitKind
from salesyear.org.services import PAST
from salesyear.sales.models import Product

#: What a new customer takes from the file.
CUSTOMER: Final = ("segment", "city", "province", "country")


class _ToMake(Enum):
    """What a name tells that nobody has yet, and that is to be made."""

    YES = 1


_TO_MAKE: Final = _ToMake.YES


class Maker:
    """Finds what rows name; makes what is missing when the layout says so."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.making = reading.layout.create_missing
        self.units = Delta("org.Unit")
        self.product_lines = Delta("sales.Line")
        self.customers = Delta("crm.Customer")
        self.products = Delta("sales.Product")
        self._told: dict[tuple[str, str | None, str | None], int] = {}

    def deltas(self) -> tuple[Delta, ...]:
        """What is made, in the order in which it refers to each other."""
        return (self.units, self.product_lines, self.customers, self.products)

    def resolve_names(self) -> None:
        """Turn the names in every row into primary keys or placeholders; what stays unknown is a fault."""
        values = self.reading.values
        if "unit" in values:
            values["unit"] = [self._unit(row, name) for row, name in enumerate(values["unit"])]
        if {"customer", "customer_name"} & set(values):
            rows = zip(self.reading.column("customer"), self.reading.column("customer_name"), strict=True)
            values["customer"] = [self._customer(row, code, name) for row, (code, name) in enumerate(rows)]
        rows = zip(self.reading.column("product"), self.reading.column("product_name"), strict=True)
        values["product"] = [self._product(row, code, name) for row, (code, name) in enumerate(rows)]
        values["product_code"] = self._codes(values["product"])

    def _find(
        self, model: str, row: int, column: str, code: str | None, name: str | None = None
    ) -> int | _ToMake | None:
        """The row that code or name tells, or that it is to be made; None and a fault when neither."""
        told = self._told.get((model, code, name))
        if told is not None:
            return told
        found = self._look_up(model, row, column, code, name)
        if isinstance(found, int):
            self._told[model, code, name] = found
        return found

    def _look_up(self, model: str, row: int, column: str, *names: str | None) -> int | _ToMake | None:
        """As `_find`, without remembering."""
        lookup = self.reading.lookup(model)
        given = [name for name in names if isinstance(name, str)]
        for name in given:
            if lookup.knows(name):
                return self._or_refuse(row, column, lookup.find(name))
        if not given:
            refused = any(isinstance(name, Problem) for name in names)
            return None if refused else self._or_refuse(row, column, problem(_NO_NAME, _NAME_IT))
        return _TO_MAKE if self.making else self._or_refuse(row, column, lookup.find(given[0]))

    def _or_refuse(self, row: int, column: str, found: int | Problem) -> int | None:
        """What was found, or None and a fault."""
        if not isinstance(found, Problem):
            return found
        self.reading.refuse(row, column, found)
        return None

    def _column(self, *names: str) -> str:
        """The first of these columns that the file has."""
        return next((name for name in names if name in self.reading.values), names[0])

    def _unit(self, row: int, name: str | None) -> int | None:
        """The region or territory a row names; a new one becomes a region of the company."""
        if not isinstance(name, str):
            return None
        found = self._find("org.Unit", row, "unit", name)
        if not isinstance(found, _ToMake):
            return found
        top = list(Unit.objects.within(Scope.system("a new region's company")).filter(parent=None)[:2])
        parent = top[0].pk if len(top) == 1 and top[0].kind == UnitKind.COMPANY else None
        code = code_from(name)
        made = {"code": code, "name": name, "kind": UnitKind.REGION.value, "parent_id": parent, "starts_on": PAST}
        return self._made(self.units, made, code, name)

    def _customer(self, row: int, code: str | None, name: str | None) -> int | None:
        """The customer of a row: by code, else by name; a row without either may still name a known order."""
        if not isinstance(code, str) and not isinstance(name, str):
            return None
        found = self._find("crm.Customer", row, self._column("customer", "customer_name"), code, name)
        if not isinstance(found, _ToMake):
            return found
        made = {name_: self.reading.column(name_)[row] for name_ in CUSTOMER}
        made["unit_id"] = self.reading.column("unit")[row]
        return self._made(self.customers, made, code_from(code or name or ""), name or code or "")

    def _product(self, row: int, code: str | None, name: str | None) -> int | None:
        """The product of a row: by code, else by name."""
        found = self._find("sales.Product", row, self._column("product", "product_name"), code, name)
        if not isinstance(found, _ToMake):
            return found
        made = {"category": self.reading.column("category")[row], "line_id": self._product_line(row)}
        return self._made(self.products, made, code_from(code or name or "", 60), name or code or "")

    def _product_line(self, row: int) -> int | None:
        """The product line a row names, made when there is none."""
        name = self.reading.column("line")[row]
        if not isinstance(name, str):
            return None
        lookup = self.reading.lookup("sales.Line")
        if lookup.knows(name):
            found = lookup.find(name)
            return None if isinstance(found, Problem) else found
        return self._made(self.product_lines, {}, code_from(name), name)

    def _made(self, delta: Delta, row: dict[str, Any], code: str, name: str) -> int:
        """Take a new row in, findable by code and name from now on."""
        said = {column: value for column, value in row.items() if value is not None and not isinstance(value, Problem)}
        placeholder = delta.create({**said, "code": code, "name": name})
        self.reading.lookup(delta.model).add(placeholder, code, name)
        return placeholder

    def _codes(self, products: list[Any]) -> list[str | None]:
        """The code of each row's product: part of a line's name where lines have no number."""
        if "key" in self.reading.values:
            return [None] * len(products)
        codes = dict(Product.objects.within(self.reading.scope).values_list("pk", "code"))
        codes.update({-place: row["code"] for place, row in enumerate(self.products.created, start=1)})
        return [codes.get(key) for key in products]


def code_from(name: str, longest: int = 40) -> str:
    """A code for something known by name only: the name, shortened with a digest when it does not fit."""
    if len(name) <= longest:
        return name
    return f"{name[: longest - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


_NO_NAME: Final = noop("The row names no product.")
_NAME_IT: Final = noop("Fill in its code or its name.")
