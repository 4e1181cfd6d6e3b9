"""An open dashboard follows the facts across processes: two real servers, one database, a file imported in a third."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request

import pytest

from live import Answer, Browser, Installation, installation

PASSWORD = "correct-horse-battery"  # the tests' own
COMPANY = """
from board_cast import quarter
from cast import company
quarter(company())
"""
RECEIPT = """
from datetime import date
from board_cast import SYSTEM, receive
from cast import Cast
from salesyear.crm.models import Customer
from salesyear.sales.models import Currency
row = Customer.objects.within(SYSTEM).get(code="{code}")
receive(Cast(customers=[row], currency=Currency.objects.within(SYSTEM).get(code="CNY")), 0, date(2026, 3, 31), 700_00)
"""
ORDERS = """订单编号,下单日期,客户编码,产品编码,数量,销售额,业务员编码,所属大区
L1,2026-03-30,C01,P-core,1,4321.00,li,上海
"""
BOARD = "/performance/board/?year=2026"
LIVE = "/performance/board/live/?year=2026"


class Dashboard:
    """A dashboard left open: it asks with the tag of what it shows."""

    def __init__(self, site: Browser) -> None:
        self.site = site
        found = re.search(r'tag="&quot;(\w+)&quot;"', site.get(BOARD).page)
        assert found
        self.tag = f'"{found[1]}"'

    def ask(self) -> Answer:
        """Ask as the page's script does."""
        return self.site._ask(Request(self.site.address + LIVE, headers={"If-None-Match": self.tag}))


@pytest.fixture
def house() -> Iterator[Installation]:
    made = installation()
    made.python(COMPANY)
    yield made
    made.end()


def open_for(house: Installation, name: str) -> Dashboard:
    site = house.serve()
    assert site.sign_in(f"{name}@example.com", PASSWORD).status == 302
    return Dashboard(site)


def test_an_order_and_a_receipt_show_at_the_next_question_and_the_neighbour_learns_nothing(
    house: Installation, tmp_path: Path
) -> None:
    """Li's order comes in by `salesyear import`, Wang looks at one server and Sun at another."""
    wang, sun = open_for(house, "wang"), open_for(house, "sun")
    assert wang.ask().status == sun.ask().status == 304
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    saved = house.run("import", str(file), "--kind", "orderlines")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    assert wang.ask().status == 200  # the first question after it: a second later at most, on an open page
    assert "4,321" in wang.site.get("/data/orderlines/?q=L1").page
    assert sun.ask().status == 304
    again = Dashboard(wang.site)
    house.python(RECEIPT.format(code="C01"))
    assert again.ask().status == 200
    assert sun.ask().status == 304
