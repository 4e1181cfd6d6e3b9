"""The prior on a page: the blend moves sales between regions, the sentence says how, and each sees their own."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from cast import Cast
from salesyear.market.models import MarketCell, Study
from salesyear.targets.models import Baseline, BaselineCell, Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast) -> Cast:
    """Shanghai is expected to sell 900, Sichuan 100; by its market the west could sell as much as the east."""
    assert cast.currency
    days = {
        "first_month": date(2024, 1, 1),
        "last_month": date(2025, 12, 1),
        "made_at": datetime(2026, 1, 5, tzinfo=UTC),
    }
    kept = Baseline.objects.create(year=2026, currency=cast.currency, seed=1, fingerprint="0" * 64, **days)
    study = Study.objects.create(as_of=date(2025, 12, 31), currency=cast.currency, made_at=days["made_at"])
    line = cast.products["core"].line
    assert line
    for number, (unit, region, mean) in enumerate((("shanghai", "east", 900_00), ("sichuan", "west", 100_00))):
        BaselineCell.objects.create(
            baseline=kept,
            node=number,
            lineage=f"/{number}/",
            level=Level.LINE,
            unit=cast.units[unit],
            line=line,
            starts_on=date(2026, 1, 1),
            months=12,
            currency=cast.currency,
            mean=mean,
        )
        MarketCell.objects.create(
            study=study, unit=cast.units[region], line=line, year=2025, currency=cast.currency, sold=0, potential=7_00
        )
    return cast


def page(cast: Cast, name: str, query: str = "") -> dict[str, int]:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/targets/prior/" + query)
    assert answer.status_code == 200
    return {str(cell.region): cell.prior for cell in answer.context.get("cells") or []}


def test_history_alone_is_the_baseline(known: Cast) -> None:
    assert page(known, "director") == {"华东": 900_00, "西南": 100_00}


def test_blends_move_sales_and_keep_the_total(known: Cast) -> None:
    assert page(known, "director", "?blend=potential") == {"华东": 500_00, "西南": 500_00}
    assert page(known, "director", "?blend=balanced") == {"华东": 700_00, "西南": 300_00}
    assert page(known, "director", "?blend=custom&weight=25") == {"华东": 800_00, "西南": 200_00}


def test_a_floor_lifts_what_is_below_it(known: Cast) -> None:
    assert page(known, "director", "?floor=150") == {"华东": 900_00, "西南": 150_00}


def test_each_sees_their_own(known: Cast) -> None:
    assert page(known, "wang") == {"华东": 900_00}
    assert page(known, "li") == {}


def test_the_sentence_says_how(known: Cast) -> None:
    client = Client()
    client.force_login(known.users["director"], backend="allauth.account.auth_backends.AuthenticationBackend")
    said = client.get("/targets/prior/?blend=balanced").context["cells"][0].reason
    assert "50%" in said
    assert "900" in said
