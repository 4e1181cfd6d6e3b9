"""Case 30: what a list exports, an import reads back as it was: every row is unchanged, in both languages and forms."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from cast import START, Cast, papers
from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.importing.kinds import KINDS
from salesyear.importing.services import take_in
from salesyear.sales.models import Price, Rate
from salesyear.web.registers import REGISTERS

pytestmark = pytest.mark.django_db
BOTH = sorted(REGISTERS.keys() & KINDS.keys())


def test_every_kind_of_fact_has_its_list() -> None:
    assert KINDS.keys() <= REGISTERS.keys()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", BOTH)
def test_out_and_in_again_changes_nothing(cast: Cast, tmp_path: Path, name: str, language: str) -> None:
    papers(cast)
    Price.objects.create(product=cast.products["core"], currency_id="CNY", starts_on=START, list_micros=12_500_000)
    Rate.objects.create(currency_id="CNY", starts_on=START, micros=1_000_000)
    Customer.objects.create(code="=1+1", name="－客户", phone="+86 186", owner=cast.reps["li"])
    client = Client()
    client.cookies["salesyear_language"] = language
    client.force_login(cast.users["director"])
    for form in ("csv", "xlsx"):
        file = tmp_path / f"{name}.{form}"
        file.write_bytes(b"".join(client.get(f"/data/{name}/export.{form}")))
        read = take_in(file, file.name, actor=None, scope=Scope.system("there and back"))
        counts = {"kind": read.kind, "unchanged": read.unchanged, "of": read.rows}
        assert counts == {"kind": name, "unchanged": read.rows, "of": read.rows}, read.shown.get("faults")
        assert read.rows > 0
