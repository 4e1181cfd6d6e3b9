"""The pages of an import: looked at, its columns chosen, saved, undone; without JavaScript, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cast import Cast
from intake import SYSTEM, look, written
from salesyear.core.models import Run, RunState
from salesyear.core.runs import Progress, kind_of
from salesyear.core.worker import do, take
from salesyear.crm.models import Customer
from salesyear.importing import runs
from salesyear.importing.models import Import, State
from salesyear.importing.reading import read_table
from salesyear.org.models import Role
from salesyear.org.services import add_user, give_role
from salesyear.sales.models import OrderLine

pytestmark = pytest.mark.django_db

FILE = "order,date,customer,product,amount\nA1,2026-01-05,C01,P-core,100\nA2,2026-01-06,C99,P-core,=1+1\n"

TUTORIAL = """订单编号,下单日期,客户名称,产品名称,所属大区,数量,单价
SO-1001,2026/1/5,北京华联,净水器 A,华北,2,"1,299.00"
SO-1001,2026/1/5,北京华联,滤芯,华北,10,59.9
SO-1002,2026年1月8日,上海联家,净水器 A,华东,1,"1,299.00"
"""


@pytest.fixture
def finance(cast: Cast) -> Client:
    """Somebody who may import."""
    return client(cast, "finance")


def client(cast: Cast, name: str) -> Client:
    """Somebody signed in."""
    browser = Client()
    browser.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def upload(browser: Client, text: str, name: str = "lines.csv") -> Import:
    """A file chosen on the page."""
    answer = browser.post(reverse("imports"), {"file": SimpleUploadedFile(name, text.encode()), "kind": ""})
    import_ = Import.objects.latest("pk")
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("import", args=[import_.pk])
    return import_


def downloaded(answer: Any) -> bytes:
    """The bytes of a file that a page gives."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def page(browser: Client, import_: Import) -> str:
    """The page of an import."""
    return browser.get(reverse("import", args=[import_.pk])).content.decode()


def test_from_a_file_to_saved_rows_and_back(cast: Cast, finance: Client) -> None:
    import_ = upload(finance, FILE.replace("C99", "C02").replace("=1+1", "2"))
    shown = page(finance, import_)
    assert "Save 2 rows" in shown
    assert "2026-01-05" in shown
    before = OrderLine.objects.within(SYSTEM).count()
    finance.post(reverse("import-save", args=[import_.pk]), {"rows": "all"})
    assert OrderLine.objects.within(SYSTEM).count() == before + 2
    assert "Undo this import" in page(finance, import_)
    finance.post(reverse("import-undo", args=[import_.pk]))
    assert OrderLine.objects.within(SYSTEM).count() == before
    assert Import.objects.get(pk=import_.pk).state == State.UNDONE
    assert Import.objects.get(pk=import_.pk).made_by == cast.users["finance"]


def test_problems_are_named_and_only_the_good_rows_can_be_saved(cast: Cast, finance: Client) -> None:
    import_ = upload(finance, FILE)
    shown = page(finance, import_)
    assert "“C99” is not a known customer." in shown
    assert "“=1+1” is not a number." in shown
    assert "Save the 1 good row only" in shown
    refused = finance.post(reverse("import-save", args=[import_.pk]), {"rows": "all"}, follow=True)
    assert "2 rows are refused" not in refused.content.decode()
    assert "1 rows are refused, so nothing was saved" in refused.content.decode()
    finance.post(reverse("import-save", args=[import_.pk]), {"rows": "good"})
    assert Import.objects.get(pk=import_.pk).created == 1


def test_the_error_workbook_holds_every_problem_as_inert_text(cast: Cast, finance: Client, tmp_path: Path) -> None:
    import_ = upload(finance, FILE)
    answer = finance.get(reverse("import-problems", args=[import_.pk]))
    path = tmp_path / "problems.xlsx"
    path.write_bytes(downloaded(answer))
    table = read_table(path)
    assert table.headings == ("Row", "Column", "Value", "Rule", "How to mend it")
    assert [table.row(row)[:3] for row in range(table.height)] == [("3", "customer", "C99"), ("3", "amount", "=1+1")]
    refused = read_table(path, sheet="Refused rows")
    assert refused.row(0) == ("3", "A2", "2026-01-06", "C99", "P-core", "=1+1")


def test_other_columns_are_chosen_and_remembered(cast: Cast, finance: Client) -> None:
    import_ = upload(finance, "Nr,Tag,Wer,Was,Wert\nA1,5/1/2026,C01,P-core,100\n")
    assert "Save" not in page(finance, import_).split("<h2")[1]
    chosen = {"kind": "orderlines", "order-ordered_on": "dmy"}
    chosen |= {
        f"heading-{place}": name for place, name in enumerate(("order", "ordered_on", "customer", "product", "amount"))
    }
    finance.post(reverse("import-columns", args=[import_.pk]), {"kind": "orderlines"})
    lacking = page(finance, import_)
    assert "A column is needed for" in lacking
    finance.post(reverse("import-columns", args=[import_.pk]), chosen)
    assert Import.objects.get(pk=import_.pk).created == 1
    finance.post(reverse("import-save", args=[import_.pk]), {"rows": "all"})
    day = OrderLine.objects.within(SYSTEM).get(order__number="A1").ordered_on
    assert day.isoformat() == "2026-01-05"
    again = upload(finance, "Nr,Tag,Wer,Was,Wert\nA2,6/1/2026,C01,P-core,100\n")
    assert (again.kind, again.created) == ("orderlines", 1)


def test_one_value_for_all_rows(cast: Cast, finance: Client) -> None:
    import_ = upload(finance, "order,date,product,amount\nA1,2026-01-05,P-core,100\n")
    assert import_.rejected == 1
    columns = {f"heading-{place}": name for place, name in enumerate(("order", "ordered_on", "product", "amount"))}
    finance.post(
        reverse("import-columns", args=[import_.pk]), {"kind": "orderlines", "constant-customer": "C01", **columns}
    )
    assert Import.objects.get(pk=import_.pk).created == 1


def test_a_file_that_is_no_table_is_refused_beside_the_field(cast: Cast, finance: Client) -> None:
    file = SimpleUploadedFile("report.xls", b"<html><table><tr><td>1</td></tr></table></html>")
    answer = finance.post(reverse("imports"), {"file": file, "kind": ""})
    assert answer.status_code == 400
    assert "The file is a web page or XML, whatever its name says." in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_opened(cast: Cast, finance: Client, settings: object) -> None:
    settings.IMPORT_MOST_BYTES = 10  # type: ignore[attr-defined]  # pytest-django's settings take any name
    answer = finance.post(reverse("imports"), {"file": SimpleUploadedFile("a.csv", FILE.encode()), "kind": ""})
    assert "at most are read" in answer.content.decode()


def test_the_tutorial_happens_as_it_is_told(db: None, tmp_path: Path) -> None:
    browser = Client()
    person = add_user(email="finance@example.com", name="finance", password=None)
    give_role(person, Role.FINANCE)
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    money = upload(browser, "code,name,decimals,base\nCNY,人民币,2,yes\n", "currencies.csv")
    assert "Save 1 row" in page(browser, money)
    browser.post(reverse("import-save", args=[money.pk]), {"rows": "all"})
    orders = upload(browser, TUTORIAL, "orders.csv")
    assert (orders.kind, orders.rejected) == ("orderlines", 3)
    assert "“北京华联” is not a known customer." in page(browser, orders)
    named = {
        f"heading-{place}": next(name for name, given in orders.layout["columns"].items() if given == [heading])
        for place, heading in enumerate(orders.shown["headings"])
    }
    chosen = {"kind": "orderlines", "create_missing": "on", **named}
    browser.post(reverse("import-columns", args=[orders.pk]), chosen)
    shown = page(browser, orders)
    assert "Save 3 rows" in shown
    assert "it is quantity × unit price" in shown
    assert "2026-01-08" in shown
    browser.post(reverse("import-save", args=[orders.pk]), {"rows": "all"})
    assert sum(OrderLine.objects.within(SYSTEM).values_list("amount", flat=True)) == 4_496_00
    assert upload(browser, TUTORIAL, "orders.csv").unchanged == 3


def test_a_large_file_is_saved_in_the_background(cast: Cast, finance: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MANY_ROWS", 1)
    import_ = upload(finance, FILE.replace("C99", "C02").replace("=1+1", "2"))
    asked = [finance.post(reverse("import-save", args=[import_.pk]), {"rows": "all"}) for _ in range(2)]
    run = Run.objects.get()
    assert {answer.headers["Location"] for answer in asked} == {reverse("run-status", args=[run.pk])}
    assert Import.objects.get(pk=import_.pk).state == State.CHECKED
    do(take("a worker") or run, kind_of(run.kind), Progress())
    run.refresh_from_db()
    assert (run.state, Import.objects.get(pk=import_.pk).created) == (RunState.DONE, 2)
    assert "2 new" in finance.get(reverse("run-status", args=[run.pk])).content.decode()


def test_script_in_a_file_shows_as_text(cast: Cast, finance: Client) -> None:
    import_ = upload(finance, "customer id,customer name\nX1,<script>alert(1)</script>\n", "<b>.csv")
    shown = page(finance, import_)
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert Customer.objects.within(SYSTEM).filter(code="X1").count() == 0


def test_only_those_who_may_import_get_here(cast: Cast, tmp_path: Path) -> None:
    import_ = look(written(tmp_path, FILE))
    for name in ("wang", "li", "agent", "hr", "marketing", "nobody"):
        browser = client(cast, name)
        assert browser.get(reverse("imports")).status_code == 403
        assert browser.get(reverse("import", args=[import_.pk])).status_code == 403
        assert browser.post(reverse("import-save", args=[import_.pk]), {"rows": "good"}).status_code == 403
    assert Import.objects.get(pk=import_.pk).state == State.CHECKED


def test_pages_take_few_queries_and_as_many_for_many_rows(cast: Cast, finance: Client) -> None:
    def queries(rows: int) -> int:
        import_ = upload(finance, FILE + "".join(f"B{n},2026-01-06,C01,P-core,5\n" for n in range(rows)))
        with CaptureQueriesContext(connection) as captured:
            finance.get(reverse("import", args=[import_.pk]))
            finance.get(reverse("imports"))
        return len(captured)

    assert queries(2_000) == queries(5) <= 24


def test_what_was_exported_comes_in_unchanged(cast: Cast, finance: Client) -> None:
    Customer.objects.within(SYSTEM).filter(code="C01").update(name="=cmd()", city="'-x", grade="+")
    for form in ("csv", "xlsx"):
        answer = finance.get(reverse("customers-export", args=[form]))
        content = downloaded(answer)
        file = SimpleUploadedFile(f"customers.{form}", content)
        finance.post(reverse("imports"), {"file": file, "kind": "customers"})
        import_ = Import.objects.latest("pk")
        assert (import_.rows, import_.unchanged, import_.shown["faults"]) == (12, 12, [])
