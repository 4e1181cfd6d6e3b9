"""The lists: what they show, to whom, narrowed how, and what leaves in a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from cast import START, Cast, sell
from salesyear.core.registers import export
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit
from salesyear.sales.models import Currency, Price
from salesyear.web.registers import REGISTERS

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str, language: str = "en") -> Client:
    client = Client()
    client.cookies["salesyear_language"] = language
    client.force_login(cast.users[name])
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    # The token against forged forms is another one each time; nothing else may be.
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def sent(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer)


def table(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sent(client, address).decode("utf-8-sig"))))


def sheets(client: Client, address: str) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent(client, address)))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def codes(text: str) -> list[str]:
    return re.findall(r">(C\d\d)<", text)


def test_everybody_gets_their_own_list(cast: Cast) -> None:
    assert codes(page(signed_in(cast, "li"), "/data/customers/")) == ["C01", "C02", "C03", "C04"]
    assert len(codes(page(signed_in(cast, "wang"), "/data/customers/"))) == 8
    assert len(codes(page(signed_in(cast, "director"), "/data/customers/"))) == 12


def test_a_parent_includes_its_children(cast: Cast) -> None:
    """Case 6, in the list and in its export."""
    client, east = signed_in(cast, "director"), cast.units["east"].pk
    assert len(codes(page(client, f"/data/customers/?unit={east}"))) == 8
    assert len(table(client, f"/data/customers/export.csv?unit={east}")) == 8
    assert "96 rows" in page(client, f"/data/orderlines/?unit={cast.units['shanghai'].pk}")


def test_what_others_have_changes_nothing(cast: Cast) -> None:
    """Case 7: list, choices, search, sums and export stay the same to the byte."""
    client = signed_in(cast, "li")
    asked = (
        "/data/customers/",
        "/data/customers/?q=客户",
        "/data/orderlines/",
        "/data/orders/?q=C0",
        "/data/units/",
    )
    before = [page(client, one) for one in asked] + [str(table(client, "/data/orderlines/export.csv"))]
    stranger = Customer.objects.create(
        code="C99", name="客户99", segment="机关", owner=cast.reps["sun"], unit=cast.units["sichuan"]
    )
    sell(cast, stranger, date(2025, 7, 1), 9_999_00, product="new")
    assert [page(client, one) for one in asked] + [str(table(client, "/data/orderlines/export.csv"))] == before
    mine = Customer.objects.create(code="C98", name="客户98", owner=cast.reps["li"], unit=cast.units["shanghai"])
    sell(cast, mine, date(2025, 7, 1), 1_00)
    assert page(client, asked[0]) != before[0]  # the control: what is theirs does change it


def test_not_mine_and_not_there_look_the_same(cast: Cast) -> None:
    """Case 22."""
    client = signed_in(cast, "li")
    theirs = client.get(f"/data/customers/{cast.customers[11].pk}/")
    absent = client.get("/data/customers/99999999/")
    nonsense = client.get("/data/customers/abc/")
    assert [answer.status_code for answer in (theirs, absent, nonsense)] == [404, 404, 404]
    bodies = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (theirs, absent)]
    assert bodies[0] == bodies[1]


def test_sorting_and_pages_are_in_the_address(cast: Cast) -> None:
    client = signed_in(cast, "director")
    assert codes(page(client, "/data/customers/?sort=-code"))[:2] == ["C12", "C11"]
    assert "page 6 of 6" in page(client, "/data/orderlines/?page=6")
    assert "page 6 of 6" in page(client, "/data/orderlines/?page=999")


def test_search_takes_full_width_letters_and_initials(cast: Cast) -> None:
    client = signed_in(cast, "director")
    Customer.objects.create(code="ＡＢ１", name="晋城晋恩", owner=cast.reps["li"], unit=cast.units["shanghai"])
    for words in ("C03", "Ｃ０３", "c03"):
        assert codes(page(client, f"/data/customers/?q={words}")) == ["C03"]
    for words in ("AB1", "ａｂ１", "ab1", "jcje", "晋城"):
        assert "晋城晋恩" in page(client, f"/data/customers/?q={words}")
    assert "晋城晋恩" not in page(signed_in(cast, "sun"), "/data/customers/?q=jcje")


def test_chinese_sorts_by_sound(cast: Cast) -> None:
    text = page(signed_in(cast, "director", "zh-hans"), "/data/reps/?sort=-name")
    assert re.findall(r"李娜|孙强|赵磊", text) == ["赵磊", "孙强", "李娜"]


def test_whoever_may_not_see_a_phone_does_not_find_it_either(cast: Cast) -> None:
    finance = signed_in(cast, "finance")
    text = page(finance, "/data/customers/")
    assert "186****0001" in text
    assert "18600000001" not in text
    assert "18600000001" not in sent(finance, "/data/customers/export.csv").decode()
    assert codes(page(finance, "/data/customers/?q=18600000001")) == []
    assert codes(page(signed_in(cast, "director"), "/data/customers/?q=18600000001")) == ["C01"]
    assert codes(page(finance, "/data/customers/?sort=-phone"))[:2] == ["C01", "C02"]


def test_the_cost_is_left_out_for_those_who_sell(cast: Cast) -> None:
    Price.objects.create(
        product=cast.products["core"],
        currency_id="CNY",
        starts_on=START,
        list_micros=12_500_000,
        cost_micros=7_770_000,
    )
    assert "7.77" in page(signed_in(cast, "director"), "/data/prices/")
    for address in ("/data/prices/", "/data/prices/?sort=-cost_micros"):
        text = page(signed_in(cast, "li"), address)
        assert "12.5" in text
        assert "7.77" not in text
        assert "Cost" not in re.findall(r"<th.*?</th>", text)
    assert "Cost" not in table(signed_in(cast, "li"), "/data/prices/export.csv")[0]


def test_a_file_holds_no_formula_and_numbers_stay_numbers(cast: Cast) -> None:
    """Case 30."""
    risky = Customer.objects.create(code="=1+1", name="＋客户", owner=cast.reps["li"], unit=cast.units["shanghai"])
    sell(cast, risky, date(2025, 8, 1), -500_00)
    client = signed_in(cast, "director")
    line = next(row for row in table(client, "/data/orderlines/export.csv") if row["Customer's name"] == "'＋客户")
    assert (line["Customer code"], line["Amount"], line["Currency"]) == ("'=1+1", "-500.00", "CNY")
    heads, *rows = sheets(client, "/data/orderlines/export.xlsx?q=＋客户")[0]
    row = dict(zip(heads, rows[0], strict=True))
    assert (row["Customer code"], row["Amount"], row["Ordered on"]) == ("=1+1", -500.0, date(2025, 8, 1))


def test_an_export_is_never_cut(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 16: what does not fit on one sheet goes on on the next."""
    monkeypatch.setattr(export, "SHEET_ROWS", 100)
    found = sheets(signed_in(cast, "director"), "/data/orderlines/export.xlsx")
    assert [len(sheet) - 1 for sheet in found] == [100, 100, 88]
    assert all(sheet[0] == found[0][0] for sheet in found)


def test_an_export_has_the_rows_of_the_list_and_no_more(cast: Cast) -> None:
    client = signed_in(cast, "li")
    assert len(table(client, "/data/orderlines/export.csv")) == 96
    assert len(table(client, "/data/orderlines/export.csv?q=C01&ordered_on_from=2025-01-01")) == 12
    assert client.get("/data/orderlines/export.pdf").status_code == 404


def test_two_currencies_are_never_added(cast: Cast) -> None:
    """Case 2."""
    yen = Currency.objects.create(code="JPY", name="日元", digits=0)
    order = sell(cast, cast.customers[0], date(2025, 9, 1), 7)
    order.currency = yen
    order.save()
    text = page(signed_in(cast, "director"), "/data/orderlines/?q=C01")
    assert "sum CNY 2,400.00" in text
    assert "sum JPY 7" in text


@pytest.mark.parametrize(
    "asked",
    [
        "page=x",
        "page=-3",
        "sort=evil",
        "sort=-",
        "unit=abc",
        "unit=99999999999999999999",
        "owner=abc",
        "owner=9e9",
        "segment=x",
        "q=%00",
        "q=%25_'\"",
        "ordered_on_from=2025-02-30",
        "unknown=1",
    ],
)
def test_nonsense_in_the_address_does_no_harm(cast: Cast, asked: str) -> None:
    client = signed_in(cast, "director")
    for name in ("customers", "orders", "orderlines", "products"):
        assert client.get(f"/data/{name}/?{asked}").status_code == 200


def test_a_day_that_is_none_is_named(cast: Cast) -> None:
    text = page(signed_in(cast, "director"), "/data/orders/?ordered_on_from=2025-02-30")
    assert "“2025-02-30” is not a day. Write it like 2026-01-05." in text


def test_script_in_a_name_is_text(cast: Cast) -> None:
    """Case 31."""
    evil = "<script>alert(1)</script>"
    Customer.objects.create(code="E1", name=evil, owner=cast.reps["li"], unit=cast.units["shanghai"])
    Unit.objects.create(code="E1", name=evil, kind="territory", parent=cast.units["east"], starts_on=START)
    client = signed_in(cast, "director")
    for address in ("/data/customers/", "/data/units/", "/data/customers/?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        text = page(client, address)
        assert evil not in text
        assert "&lt;script&gt;" in text


def test_only_the_rows_come_when_only_they_are_asked_for(cast: Cast) -> None:
    client = signed_in(cast, "director")
    answer = client.get("/data/customers/?q=C03&segment=", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="rows">')
    assert answer["HX-Push-Url"] == "/data/customers/?q=C03"
    assert "HX-Request" in answer["Vary"]


def test_an_empty_list_says_why(cast: Cast) -> None:
    client = signed_in(cast, "director")
    assert "No receipt has been imported" in page(client, "/data/receipts/")
    assert "No row fits what was asked." in page(client, "/data/customers/?q=nobody")


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_every_list_takes_few_queries_however_many_rows(cast: Cast, name: str) -> None:
    client = signed_in(cast, "director")
    few = _queries(client, f"/data/{name}/")
    _many(cast)
    assert _queries(client, f"/data/{name}/") == few <= 12


def _queries(client: Client, address: str) -> int:
    client.get(address)  # what is found out once (the language, the content types) is not counted
    with CaptureQueriesContext(connection) as taken:
        page(client, address)
    return len(taken)


def _many(cast: Cast) -> None:
    """Two hundred more of everything that grows."""
    Rep.objects.bulk_create(Rep(code=f"m{n}", name=f"多{n}", unit=cast.units["shanghai"]) for n in range(200))
    Customer.objects.bulk_create(
        Customer(code=f"M{n}", name=f"多{n}", owner=cast.reps["li"], unit=cast.units["shanghai"]) for n in range(200)
    )
    for number, customer in enumerate(cast.customers * 17):
        sell(cast, customer, date(2023, 1, 1) + timedelta(days=number), 1_00, product="new")
