"""The catalogue: on the page, on the command line and in the reference, in both languages, and light."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from cast import Cast
from salesyear.engine.metrics import FIGURES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_figure_has_a_heading_in_the_reference(language: str) -> None:
    page = (DOCS / language / "reference" / "figures.md").read_text(encoding="utf-8")
    side = "en" if language == "en" else "zh"
    missing = [one.name for one in FIGURES if f"### `{one.name}` {getattr(one.words, side)}\n" not in page]
    assert missing == []


@pytest.mark.once
def test_names_and_words_are_each_others_alone() -> None:
    for column in ("en", "zh"):
        assert len({getattr(one.words, column) for one in FIGURES}) == len(FIGURES)
    assert len({one.name for one in FIGURES}) == len(FIGURES)


@pytest.mark.once
def test_the_site_starts_without_the_engines() -> None:
    code = "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'salesyear.web.settings'; import django;"
    code += "django.setup(); import salesyear.web.urls;"
    code += "print([m for m in ('duckdb', 'ibis', 'pyarrow', 'polars') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.once
def test_the_command_lists_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "salesyear.cli", "figures", "list", "--json"], capture_output=True, text=True, check=True
    )
    listed = {one["name"]: one for one in json.loads(done.stdout)}
    assert list(listed) == [one.name for one in FIGURES]
    assert listed["win_rate"]["not_stored_yet"] == ["deals"]
    assert listed["attainment"]["label"] == {"en": "Attainment", "zh": "达成率"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("en", "Sales (ordered) ÷ target"), ("zh-hans", "销售额（订单）÷ 目标")]
)
def test_the_page_defines_them(cast: Cast, language: str, said: str) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(cast.users["li"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/performance/figures/").content.decode()
    assert said in page
    assert all(f'id="{one.name}"' in page for one in FIGURES)
