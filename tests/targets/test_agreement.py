"""After a thousand random edits, locks and undos by two people: page, database and file agree to the unit."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import pytest
from django.db.models import Sum

from cast import Cast
from planned import SYSTEM, Asker, draft
from salesyear.plans.frames import sheet_cells
from salesyear.plans.models import Edit, Sheet, Version

pytestmark = pytest.mark.django_db
DEEDS = 1_000
SHOWN: dict[str, Any] = {"down": "region,territory,rep,customer", "across": "months", "measures": "target"}


@pytest.fixture
def version(cast: Cast) -> Version:
    return draft(cast)


def test_totals_agree_after_a_thousand_deeds_of_two_people(cast: Cast, version: Version) -> None:
    ask, luck = Asker(cast, version), random.Random(7)
    rows = ask("director", "rows/", **SHOWN).json()["rows"]
    places = [row["key"] for row in rows if row["level"] == "customer"]
    done = 0
    while done < DEEDS:
        done += _one(ask, luck, places)
    _agree(ask, version)
    assert Edit.objects.within(SYSTEM).filter(version=version).count() > DEEDS / 4


def _one(ask: Asker, luck: random.Random, places: list[str]) -> int:
    """One request: mostly a paste of some cells, sometimes a lock or a step back; refusals are answers, too."""
    who = luck.choice(["director", "finance"])
    body: dict[str, Any] = {"seen": 10**6, **SHOWN}
    kind = luck.random()
    if kind < 0.45:
        answer = ask(who, luck.choice(["undo/", "undo/", "redo/"]), body)
    elif kind < 0.5:
        answer = ask(who, "lock/", {**body, "row": luck.choice(places), "column": str(luck.randint(1, 12))})
    else:
        cells = [(luck.choice(places), str(luck.randint(1, 12))) for _ in range(luck.randint(1, 16))]
        texts = [f"{luck.choice('+-')}{luck.randint(1, 3)}%" for _ in cells]
        edits = [{"row": row, "column": column, "text": text} for (row, column), text in zip(cells, texts, strict=True)]
        answer = ask(who, "edits/", {**body, "edits": edits, "relax": ""})
        assert answer.status_code == 200, answer.content
        return len(edits)
    assert answer.status_code in {200, 422}, answer.content
    return 1


def _agree(ask: Asker, version: Version) -> None:
    page = ask("director", "rows/", **SHOWN).json()
    rows = {row["key"]: row["values"]["target"] for row in page["rows"]}
    held = Sheet.objects.within(SYSTEM).filter(version=version).aggregate(sum=Sum("target_total"))["sum"]
    cells = sheet_cells(SYSTEM, version)
    assert rows["company"]["total"] == held == cells["target"].sum() == version.inputs["total"]
    for row in page["rows"]:
        below = [rows[one["key"]] for one in page["rows"] if one["parent"] == row["key"]]
        for column, amount in rows[row["key"]].items():
            assert not below or amount == sum(one[column] for one in below)
    text = ask("director", "export/csv/", **SHOWN).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    for line in lines[1:]:
        assert [round(float(cell) * 100) for cell in line[2:]] == list(rows[line[0]].values())
