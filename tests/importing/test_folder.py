"""A folder of files read as one company: what each file is, how they join, and what stands in the way."""

from __future__ import annotations

import gzip
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from django.db.models import Sum

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.importing.folder.choices import WrongChoices, read_choices
from salesyear.importing.folder.findings import FolderRefused, Weight
from salesyear.importing.folder.loading import Taken, take_folder
from salesyear.importing.models import Import
from salesyear.org.models import Assignment, Rep, Unit
from salesyear.sales.models import OrderLine, Product

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
DAYS = [date(year, month, 10) for year in (2025, 2026) for month in range(1, 13)]
ORDERS = "OrderID,CustomerID,EmployeeID,OrderDate\n" + "".join(
    f"{number},C{number % 3},E{number % 2},{day}\n" for number, day in enumerate(DAYS, start=1)
)
DETAILS = "OrderID,ProductID,UnitPrice,Quantity,Discount\n" + "".join(
    f"{number},P{number % 2},10.50,{number},0.1\n" for number in range(1, len(DAYS) + 1)
)
CUSTOMERS = "CustomerID,CompanyName\nC0,Zero Ltd\nC1,One Ltd\nC2,Two Ltd\n"
PRODUCTS = "ProductID,ProductName,CategoryID\nP0,Nut,1\nP1,Bolt,2\n"
CATEGORIES = "CategoryID,CategoryName\n1,Nuts\n2,Bolts\n"
EMPLOYEES = "EmployeeID,LastName,FirstName\nE0,Doe,Jane\nE1,Roe,Rick\n"
TERRITORIES = "TerritoryID,TerritoryDescription,RegionID\nT1,Town,R1\nT2,Dale,R2\n"
REGIONS = "RegionID,RegionDescription\nR1,East\nR2,West\n"
LINKS = "EmployeeID,TerritoryID\nE0,T1\nE1,T2\n"
SHOP = {
    "orders.csv": ORDERS,
    "details.csv": DETAILS,
    "customers.csv": CUSTOMERS,
    "products.csv": PRODUCTS,
    "categories.csv": CATEGORIES,
    "employees.csv": EMPLOYEES,
    "territories.csv": TERRITORIES,
    "region.csv": REGIONS,
    "links.csv": LINKS,
}
#: 24 lines of 10.50 × n × 0.9, n from 1 to 24, each rounded with its cents carried: 9.45 × 300.
SOLD = 283_500


def folder_of(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def take(folder: Path, year: int = 2027) -> Taken:
    return take_folder(folder, kept=folder.parent / "folder.toml", plan_year=year, told=lambda _step, _share: None)


def sold() -> int:
    return int(OrderLine.objects.within(SYSTEM).aggregate(sum=Sum("amount"))["sum"])


def stops(folder: Path) -> list[str]:
    """What stands in the way; nothing has been brought in."""
    with pytest.raises(FolderRefused) as refused:
        take(folder)
    assert not Import.objects.exists()
    assert not OrderLine.objects.within(SYSTEM).exists()
    return [str(one) for one in refused.value.findings if one.weight is Weight.STOP]


def said(taken: Taken) -> str:
    return "\n".join(map(str, taken.findings))


def test_many_files_become_one_company(tmp_path: Path) -> None:
    taken = take(folder_of(tmp_path / "shop", SHOP))
    assert sold() == SOLD
    assert {one.role for one in taken.choices.files.values()} == {
        *("orders", "orderlines", "customers", "products", "lines", "reps", "units", "links")
    }
    jane = Rep.objects.within(SYSTEM).get(code="E0")
    assert (jane.name, jane.unit and jane.unit.name) == ("Jane Doe", "Town")
    town = Unit.objects.within(SYSTEM).get(code="T1")
    assert (town.kind, town.parent and town.parent.name) == ("territory", "East")
    assert Product.objects.within(SYSTEM).get(code="P1").line.name == "Bolts"  # type: ignore[union-attr]  # it has one
    assert OrderLine.objects.within(SYSTEM).filter(unit=town).count() == 12
    assert taken.as_of == date(2026, 12, 1)  # the last sale is of the 10th: its month is not over


def test_one_wide_file_is_enough(tmp_path: Path) -> None:
    """Headings as an export writes them, in Chinese; regions and provinces become the organisation."""
    rows = "".join(
        f"D{n},{day},张{n % 2},华东,{'上海' if n % 2 else '江苏'},铅笔,文具,{n}.5\n" for n, day in enumerate(DAYS)
    )
    text = f"订单号,订单日期,客户名称,大区,省份,产品名称,产品大类,销售额\n{rows}"
    taken = take(folder_of(tmp_path / "宽表", {"销售.csv": text}))
    assert sold() == sum(n * 100 + 50 for n in range(24))
    assert taken.currency == "CNY"
    names = dict(Unit.objects.within(SYSTEM).values_list("name", "kind"))
    assert names == {"宽表": "company", "华东": "region", "上海": "territory", "江苏": "territory"}
    assert Customer.objects.within(SYSTEM).count() == 2


def test_keys_are_found_by_what_the_columns_hold(tmp_path: Path) -> None:
    """Orders name products by SKU, and the products file has a number of its own as well."""
    products = "ProductID,SKU,ProductName\n1,P0,Nut\n2,P1,Bolt\n"
    taken = take(folder_of(tmp_path / "shop", {**SHOP, "products.csv": products}))
    assert "“SKU”" in said(taken)
    assert set(Product.objects.within(SYSTEM).values_list("code", flat=True)) == {"P0", "P1"}
    assert sold() == SOLD


def test_months_of_an_export_are_put_together_and_twins_left_out(tmp_path: Path) -> None:
    lines = DETAILS.splitlines(keepends=True)
    halves = {"details-1.csv": "".join(lines[:13]), "details-2.csv": "".join([lines[0], *lines[13:]])}
    files = {name: text for name, text in SHOP.items() if name != "details.csv"}
    taken = take(folder_of(tmp_path / "shop", {**files, **halves, "copy.csv": halves["details-1.csv"]}))
    assert sold() == SOLD
    assert "copy.csv: left out" in said(taken) or "details-1.csv: left out" in said(taken)


def test_workbooks_gzip_and_parquet_are_read_too(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "shop", {n: t for n, t in SHOP.items() if n not in ("orders.csv", "details.csv")})
    (folder / "details.csv.gz").write_bytes(gzip.compress(DETAILS.encode()))
    pl.read_csv(ORDERS.encode(), try_parse_dates=True).write_parquet(folder / "orders.parquet")
    (folder / "products.csv").unlink()
    with xlsxwriter.Workbook(str(folder / "products.xlsx")) as book:
        for line, cells in enumerate(text.split(",") for text in PRODUCTS.split()):
            if line == 0:
                sheet = book.add_worksheet("Products")
            sheet.write_row(line, 0, cells)
    take(folder)
    assert sold() == SOLD


def test_what_was_chosen_stands(tmp_path: Path) -> None:
    """The first time the choices are written; then the file's word counts, also against the guess."""
    folder = folder_of(tmp_path / "shop", SHOP)
    take(folder)
    kept = tmp_path / "folder.toml"
    choices = read_choices(kept)
    assert choices
    assert choices.files["details.csv"].columns["price"] == ("UnitPrice",)
    text = kept.read_text(encoding="utf-8").replace('company = "shop"', 'company = "My Shop"')
    kept.write_text(re.sub(r'currency = "[^"]*"', 'currency = "EUR"', text, count=1), encoding="utf-8")
    again = read_choices(kept)
    assert again
    assert (again.company, again.currency) == ("My Shop", "EUR")
    assert again.files == choices.files
    kept.write_text('[files."orders.csv"]\nis = "nonsense"\n', encoding="utf-8")
    with pytest.raises(WrongChoices, match=r"nonsense.*orderlines"):
        read_choices(kept)


def test_old_dates_are_moved_and_said(tmp_path: Path) -> None:
    files = {**SHOP, "orders.csv": ORDERS.replace("2025-", "1997-").replace("2026-", "1998-")}
    taken = take(folder_of(tmp_path / "shop", files))
    assert taken.years == 28
    assert "moved by 28 years" in said(taken)
    assert max(OrderLine.objects.within(SYSTEM).values_list("ordered_on", flat=True)) == date(2026, 12, 10)


def test_without_orders_there_is_no_plan(tmp_path: Path) -> None:
    (found,) = stops(folder_of(tmp_path / "shop", {"customers.csv": CUSTOMERS}))
    assert found.startswith("No file with orders was found: nothing can be forecast, so there is no plan to make.")
    assert "A table with order number, date, customer, product and amount is needed." in found


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    assert stops(folder_of(tmp_path / "shop", {"notes.md": "no table"}))[0].startswith("There is no table")


def test_two_currencies_need_a_rate(tmp_path: Path) -> None:
    orders = "\n".join(
        f"{line},{'Currency' if place == 0 else 'USD' if place % 2 else 'EUR'}"
        for place, line in enumerate(ORDERS.splitlines())
    )
    folder = folder_of(tmp_path / "shop", {**SHOP, "orders.csv": orders})
    assert any("USD" in one and "EUR" in one and "rate" in one for one in stops(folder))
    rates = "Currency,Rate Date,Rate\nEUR,2024-01-01,1.1\n"
    (tmp_path / "folder.toml").unlink()
    taken = take(folder_of(folder, {"rates.csv": rates}))
    assert (taken.currency, taken.rows["rates"]) == ("USD", 1)


def test_missing_months_are_named(tmp_path: Path) -> None:
    orders = "".join(line for line in ORDERS.splitlines(keepends=True) if "-03-" not in line)
    taken = take(folder_of(tmp_path / "shop", {**SHOP, "orders.csv": orders}))
    assert "2 months between the first and the last sale have none: 2025-03, 2026-03." in said(taken)
    assert "2 lines name an order that is not in the folder" in said(taken)


def test_a_salesperson_without_a_territory_is_named(tmp_path: Path) -> None:
    taken = take(folder_of(tmp_path / "shop", {**SHOP, "links.csv": "EmployeeID,TerritoryID\nE0,T1\n"}))
    assert "no territory: Rick Roe" in said(taken)
    seat = Assignment.objects.within(SYSTEM).get(rep__code="E1")
    assert seat.position.unit.kind == "company"


def test_gbk_files_are_understood(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "shop", SHOP)
    (folder / "customers.csv").write_bytes(
        "客户编号,客户名称\nC0,零号商贸\nC1,一号商贸\nC2,二号商贸\n".encode("gb18030")
    )
    take(folder)
    assert Customer.objects.within(SYSTEM).get(code="C1").name == "一号商贸"


def test_a_bomb_is_refused_by_name(tmp_path: Path) -> None:
    """80 MB of zeros in a file of 80 KB: nothing is unpacked past the limit, and the list names the file."""
    folder = folder_of(tmp_path / "shop", SHOP)
    (folder / "more.csv.gz").write_bytes(gzip.compress(b"\0" * 200_000_000, compresslevel=1))
    found = stops(folder)
    assert len(found) == 1
    assert found[0].startswith("more.csv.gz:")
    assert "larger than" in found[0]


def test_every_bad_row_of_every_table_is_in_the_list(tmp_path: Path) -> None:
    details = DETAILS.replace("\n1,P1,10.50,1,", "\n1,P1,ten,1,").replace("\n2,P0,10.50,2,", "\n2,P0,10.50,two,")
    found = stops(folder_of(tmp_path / "shop", {**SHOP, "details.csv": details}))
    assert {"“ten” is not a number.", "“two” is not a number."} <= {
        one.split(": ", 1)[1].split(".")[0] + "." for one in found
    }
