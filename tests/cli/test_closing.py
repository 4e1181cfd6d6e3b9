"""What the figures suggest goes into the ledger only where a gap is, and is called in the language of each paper."""

from __future__ import annotations

from datetime import date

import pytest

from cast import Cast
from planned import SYSTEM, draft, quiet
from salesyear.cli.closing import close_the_gap
from salesyear.documents.content.building import PaperParams, paper_of
from salesyear.market.reports import GradeWeights, customer_scores
from salesyear.market.services import keep_scores
from salesyear.plans.models import Initiative, Sheet, Version

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 20)


def test_only_where_a_gap_is_and_in_both_languages(cast: Cast) -> None:
    version = draft(cast)
    keep_scores(customer_scores(SYSTEM, GradeWeights(), TODAY, quiet), run=None, actor=None)
    sheets = Sheet.objects.within(SYSTEM).filter(version=version)
    baseline = sheets.get(rep=cast.reps["sun"]).target_total + 1
    sheets.filter(rep=cast.reps["sun"]).update(baseline_total=baseline)
    sheets.exclude(rep=cast.reps["sun"]).update(baseline_total=0)
    close_the_gap(SYSTEM, version, TODAY, quiet)
    taken = Initiative.objects.within(SYSTEM).filter(plan=version.plan)
    assert {one.rep.code for one in taken if one.rep} == {"li", "zhao"}
    assert titles(version, "zh-hans").isdisjoint(titles(version, "en"))


def titles(version: Version, language: str) -> set[str]:
    """What the initiatives are called in a paper of a language."""
    found = {
        one.title for one in paper_of(SYSTEM, version, PaperParams(language)).happenings if "initiative" in one.key
    }
    assert found
    return found
