"""AdventureWorks: a bicycle wholesaler with salespeople, territories, stores, prices, orders and its own quotas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from salesyear.samples.tables import Row, Sample, Table, by, moved, published, whole

NAME = "adventureworks"
COMPANY = "AW"
FIRST_DAY = "2011-01-01"
LAST_DAY = "2013-12-31"
MAIN_OFFICE = "3"
# Published as UTF-8 after its Latin letters had been read as such; the company's own database has the name whole.
MENDED = {"Jos\ufffd Saraiva": "José Saraiva"}


def tables(years: int) -> Iterator[Table]:
    """Return its tables in the order in which they build on each other, dates moved by `years`."""
    yield Table("currencies", ("code", "name", "digits", "is_base"), [("USD", "US dollar", 2, "yes")])
    yield _units(years)
    yield _reps(years)
    yield _positions(years)
    yield _assignments(years)
    yield _lines()
    yield _products()
    yield _prices(years)
    yield _customers()
    yield _order_lines(years)
    yield _quotas(years)
    yield _indicators(years)


def _file(name: str) -> list[Row]:
    return published(NAME, name)


def _people() -> list[Row]:
    """The salespeople; a letter that the published file had lost is put back."""
    rows = _file("sales_employees")
    return [row | {"EmployeeFullName": MENDED.get(row["EmployeeFullName"], row["EmployeeFullName"])} for row in rows]


def _units(years: int) -> Table:
    start = moved(FIRST_DAY, years)
    territories = _file("SalesTerritory")
    regions = dict.fromkeys(row["Group"] for row in territories)
    rows = [(COMPANY, "AdventureWorks", "company", "", start)]
    rows += [(region, region, "region", COMPANY, start) for region in regions]
    rows += [(_territory(row["TerritoryId"]), row["Name"], "territory", row["Group"], start) for row in territories]
    return Table("units", ("code", "name", "kind", "parent", "starts_on"), rows)


def _territory(key: str) -> str:
    return f"T{int(whole(key)):02}"


def _reps(years: int) -> Table:
    rows = [
        (
            row["EmployeeID_K"],
            row["EmployeeFullName"],
            row["JobTitle"],
            whole(row["ManagerID"]),
            moved(row["HireDate"], years),
        )
        for row in _people()
    ]
    return Table("reps", ("code", "name", "title", "manager", "hired_on"), rows)


def _places(years: int) -> list[tuple[str, str, str, str, str]]:
    """Return who was where: (rep, unit, kind, from, until), managers in the region of their people."""
    people = by(_people(), "EmployeeID_K")
    region_of = {row["ManagerID"]: row["Group"] for row in people.values() if row["ManagerID"]}
    managers = [
        (key, region_of[f"{key}.0"], "manager", moved(row["HireDate"], years), "")
        for key, row in people.items()
        if f"{key}.0" in region_of
    ]
    history = [
        (
            row["BusinessEntityId"],
            _territory(row["TerritoryId"]),
            "rep",
            moved(row["StartDate"], years),
            moved(row["EndDate"], years),
        )
        for row in _file("SalesTerritoryHistory")
    ]
    return managers + history


def _positions(years: int) -> Table:
    start = moved(FIRST_DAY, years)
    titles = {key: row["JobTitle"] for key, row in by(_people(), "EmployeeID_K").items()}
    rows = [(f"{rep}-{unit}", f"{titles[rep]}, {unit}", kind, unit, start) for rep, unit, kind, _, _ in _places(years)]
    return Table("positions", ("code", "title", "kind", "unit", "starts_on"), rows)


def _assignments(years: int) -> Table:
    rows = [(rep, f"{rep}-{unit}", start, end) for rep, unit, _, start, end in _places(years)]
    return Table("assignments", ("rep", "position", "starts_on", "ends_on"), rows)


def _lines() -> Table:
    rows = [(row["Name"], row["Name"]) for row in _file("ProductCategory")]
    return Table("lines", ("code", "name"), rows)


def _products() -> Table:
    category, line = (
        by(_file("ProductSubcategory"), "ProductSubcategoryId"),
        by(_file("ProductCategory"), "ProductCategoryId"),
    )
    rows = []
    for row in _file("Product"):
        below = category.get(whole(row["ProductSubcategoryId"]))
        above = line[below["ProductCategoryId"]]["Name"] if below else ""
        rows.append((row["ProductNumber"], row["Name"], above, below["Name"] if below else ""))
    return Table("products", ("code", "name", "line", "category"), rows)


def _prices(years: int) -> Table:
    numbers = {row["ProductId"]: row["ProductNumber"] for row in _file("Product")}
    costs = {(row["ProductId"], row["StartDate"]): row["StandardCost"] for row in _file("ProductCostHistory")}
    rows = [
        (
            numbers[row["ProductId"]],
            "USD",
            moved(row["StartDate"], years),
            moved(row["EndDate"], years),
            row["ListPrice"],
            costs.get((row["ProductId"], row["StartDate"]), ""),
        )
        for row in _file("ProductListPriceHistory")
    ]
    return Table("prices", ("product", "currency", "starts_on", "ends_on", "list_micros", "cost_micros"), rows)


def _customers() -> Table:
    stores = by(_file("Store"), "BusinessEntityID")
    customers = _file("Customer")
    # A store's own account (no person) carries the number under which the warehouse describes it.
    described = by(_file("dw_DimReseller"), "ResellerAlternateKey")
    store_of = {whole(row["StoreId"]): row["AccountNumber"] for row in customers if not row["PersonId"]}
    offices = _offices()
    rows = []
    for row in customers:
        if not row["PersonId"] or not row["StoreId"]:
            continue
        store = stores[whole(row["StoreId"])]
        more = described.get(store_of.get(whole(row["StoreId"]), ""), {})
        rows.append(
            (
                whole(row["PersonId"]),
                store["Name"].replace("&amp;", "&"),
                more.get("BusinessType", ""),
                store["NumberEmployees"],
                more.get("Phone", ""),
                *offices[whole(row["StoreId"])],
                whole(store["SalesPersonID"]),
                _territory(row["TerritoryId"]),
            )
        )
    place = ("address", "city", "province", "country", "postcode", "latitude", "longitude")
    return Table("customers", ("code", "name", "segment", "employees", "phone", *place, "owner", "unit"), rows)


def _offices() -> dict[str, tuple[str, ...]]:
    addresses, provinces = by(_file("Address"), "AddressId"), by(_file("StateProvince"), "StateProvinceId")
    countries = {row["CountryRegionCode"]: row["Name"] for row in _file("CountryRegion")}
    offices: dict[str, tuple[str, ...]] = {}
    for link in _file("BusinessEntityAddress"):
        if link["AddressTypeId"] != MAIN_OFFICE:
            continue
        at = addresses[link["AddressId"]]
        province = provinces[at["StateProvinceId"]]
        offices[whole(link["BusinessEntityId"])] = (
            at["AddressLine1"],
            at["City"],
            province["Name"],
            countries[province["CountryRegionCode"]],
            at["PostalCode"],
            at["Latitude"],
            at["Longitude"],
        )
    return offices


def _order_lines(years: int) -> Table:
    numbers = {row["ProductId"]: row["ProductNumber"] for row in _file("Product")}
    managers = {whole(row["ManagerID"]) for row in _people() if row["ManagerID"]}
    # A manager sits in a region; what they sold themselves counts in the territory of the customer.
    territory = {whole(row["PersonId"]): _territory(row["TerritoryId"]) for row in _file("Customer") if row["PersonId"]}
    rows = (
        (
            row["SalesOrderID"],
            row["SalesOrderDetailID_K"],
            moved(row["OrderDate"], years),
            moved(row["DueDate"], years),
            moved(row["ShipDate"], years),
            row["CustomerID_FK"],
            row["EmployeeID_FK"],
            territory[row["CustomerID_FK"]] if row["EmployeeID_FK"] in managers else "",
            numbers[row["ProductID_FK"]],
            row["OrderQty"],
            row["UnitPrice"],
            row["UnitPriceDiscount"],
            row["LineTotal"],
            "USD",
        )
        for row in _file("sales_order_lines")
    )
    columns = ("order", "key", "ordered_on", "due_on", "shipped_on", "customer", "rep", "unit", "product")
    return Table("orderlines", (*columns, "quantity", "price", "discount", "amount", "currency"), rows)


def _quotas(years: int) -> Table:
    quotas = _file("SalesPersonQuotaHistory")
    starts = sorted({moved(row["QuotaDate"], years) for row in quotas})
    # A quarter runs to the day before the next one starts; the last one has no next: three months.
    ends = {start: _day_before(after) for start, after in pairwise(starts)}
    ends[starts[-1]] = _day_before(_three_months_after(starts[-1]))
    rows = []
    for row in quotas:
        start = moved(row["QuotaDate"], years)
        rows.append((row["BusinessEntityId"], start, ends[start], row["SalesQuota"], "USD"))
    return Table("quotas", ("rep", "starts_on", "ends_on", "amount", "currency"), rows)


def _day_before(text: str) -> str:
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()


def _three_months_after(text: str) -> str:
    day = date.fromisoformat(text)
    return day.replace(year=day.year + (day.month + 3) // 13, month=(day.month + 2) % 12 + 1, day=1).isoformat()


def _indicators(years: int) -> Table:
    """How many resellers the warehouse knows in each territory, by their kind: those who buy and those who do not."""
    customers = _file("Customer")
    described = by(_file("dw_DimReseller"), "ResellerAlternateKey")
    counts: dict[tuple[str, str], int] = {}
    for row in customers:
        if row["StoreId"] and not row["PersonId"]:
            kind = described.get(row["AccountNumber"], {}).get("BusinessType", "")
            key = _territory(row["TerritoryId"]), kind
            counts[key] = counts.get(key, 0) + 1
    day = moved(LAST_DAY, years)
    rows = [
        (unit, "resellers", kind, day[:4], number, "AdventureWorks: Customer, DimReseller", day)
        for (unit, kind), number in sorted(counts.items())
    ]
    return Table("indicators", ("unit", "measure", "segment", "year", "units_micros", "source", "as_of"), rows)


SAMPLE = Sample(
    name=NAME,
    title="AdventureWorks",
    currency=("USD", "US dollar"),
    last_full_year=2013,
    missing=("returns", "invoices", "receipts", "agencies", "credits", "rates"),
    tables=tables,
)
