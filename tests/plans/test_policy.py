"""The policy: every figure has its unit and source, is set by role with a history, and stands in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from cast import Cast
from plans_cast import plan_of_2026
from salesyear.core.models import Event
from salesyear.plans import services
from salesyear.plans.chapters import CHAPTERS
from salesyear.plans.models import PolicyValue
from salesyear.plans.policy import BY_NAME, FIGURES, values
from salesyear.plans.words import value_words

DOCS = Path(__file__).parents[2] / "docs"


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.once
def test_each_figure_belongs_to_a_row_and_has_a_known_unit() -> None:
    rows = {row.code for chapter in CHAPTERS for row in chapter.rows}
    assert {figure.row for figure in FIGURES} <= rows
    assert {figure.unit for figure in FIGURES} <= {"share", "points", "days", "months", "count", "score"}
    assert len(BY_NAME) == len(FIGURES)
    assert all(figure.source for figure in FIGURES)


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_reference_has_every_figure_with_its_default(language: str) -> None:
    text = (DOCS / language / "reference" / "policy.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| .+ \| (.+?) \| .+ \|$", text, re.MULTILINE)
    with override("zh-hans" if language == "zh-Hans" else "en"):
        assert told == [(one.name, one.row, value_words(one.value, one.unit)) for one in FIGURES]


@pytest.mark.once
@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.3, "share", "30%"),
        (0.125, "share", "12.5%"),
        (3, "points", "3 points"),
        (1, "days", "1 day"),
        (50, "count", "50"),
    ],
)
def test_values_in_words(value: float, unit: str, words: str) -> None:
    with override("en"):
        assert value_words(value, unit) == words


@pytest.mark.django_db
def test_a_value_set_holds_and_what_was_before_stays(cast: Cast) -> None:
    plan = plan_of_2026(cast).plan
    assert values(plan) == values(None) == {figure.name: figure.value for figure in FIGURES}
    for typed, source in (("35", "board, 2026-01-08"), ("40", "board, 2026-02-01")):
        answer = signed_in(cast, "director").post("/targets/policy/win_back_rate/", {"value": typed, "source": source})
        assert answer.status_code == 302
    assert values(plan)["win_back_rate"] == pytest.approx(0.40)
    page = signed_in(cast, "li").get("/targets/policy/win_back_rate/").content.decode()
    assert "board, 2026-01-08" in page
    assert "35%" in page
    assert "Set it" not in page
    assert Event.objects.filter(verb="plans.policy.set").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["li", "wang", "finance", "marketing"])
def test_only_directors_and_administrators_set_it(cast: Cast, name: str) -> None:
    plan_of_2026(cast)
    answer = signed_in(cast, name).post("/targets/policy/win_back_rate/", {"value": "1", "source": "me"})
    assert answer.status_code == 403
    assert not PolicyValue.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("win_back_rate", "-1"), ("dso", "1.5"), ("dso", "many"), ("dso", "")])
def test_what_is_no_such_value_is_refused(cast: Cast, name: str, value: str) -> None:
    plan_of_2026(cast)
    answer = signed_in(cast, "director").post(f"/targets/policy/{name}/", {"value": value, "source": "board"})
    assert answer.status_code == 422
    assert not PolicyValue.objects.exists()


@pytest.mark.django_db
def test_an_unknown_figure_is_not_there(cast: Cast) -> None:
    plan = plan_of_2026(cast).plan
    assert signed_in(cast, "director").get("/targets/policy/colection_rate/").status_code == 404
    with pytest.raises(services.NotPossible, match="colection_rate"):
        services.set_value(plan, "colection_rate", 1, source="", actor=None)
