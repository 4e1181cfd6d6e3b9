"""What the main job says at its end, where the gap is not one number: places above their baseline, others below."""

from __future__ import annotations

from typing import cast

import pytest
from django.utils import translation

from salesyear.cli.summary import Summary, about_the_gap
from salesyear.importing.folder.findings import gap, stop
from salesyear.plans.models import Plan, Version
from salesyear.plans.reports import Coverage
from salesyear.targets.reports.audit import AuditReport, Line

pytestmark = pytest.mark.once
USD = ("USD", 2)
TARGET = 3_000_000_00
POOR = Line("Within reach", "poor", "poor", "24 % are near.", "Mend the total.")


def covered(gap: int, needed: int, closed: int) -> Coverage:
    return Coverage(cast("Plan", None), cast("Version", None), gap, closed, closed, needed, closed, 1.0, 2)


def told(what: Coverage, language: str = "en") -> list[str]:
    with translation.override(language):
        return list(about_the_gap(what, TARGET, USD))


@pytest.fixture
def summary() -> Summary:
    sums = dict.fromkeys(("target", "last_year", "baseline", "gap", "expected"), 0)
    audit = AuditReport((POOR,), 1, "poor")
    return Summary(2027, "en", USD, sums, covered(-900_000_00, 100_000_00, 40_000_00), audit, ["a", "b"], [], [])


def test_one_gap_is_the_gap() -> None:
    assert told(covered(1_000_00_00, 1_000_00_00, 250_000_0)) == [
        "USD 75,000 of the gap (75%) is not covered by any initiative."
    ]
    assert told(covered(1_000_00_00, 1_000_00_00, 1_000_00_00)) == []


def test_a_plan_below_its_baseline_never_speaks_of_a_part_of_a_negative_gap() -> None:
    below, missing = told(covered(-900_000_00, 100_000_00, 40_000_00))
    assert below == "The plan is USD 900,000 below the baseline, which is expected anyway: is its total too low?"
    assert missing == "Where the plan is above its baseline, USD 60,000 (60%) is not covered by any initiative."


def test_what_is_too_little_to_look_at_is_left_out() -> None:
    assert told(covered(-10_000_00, 14_000_00, 0)) == []


def test_the_line_of_coverage_names_what_is_missing_where(summary: Summary) -> None:
    assert "2 initiatives cover 40% of the USD 100,000 missing where it exceeds the baseline." in list(summary.lines())


def test_chinese_is_set_without_western_marks(summary: Summary) -> None:
    with translation.override("zh-hans"):
        lines = list(Summary(**{**vars(summary), "language": "zh-hans"}).lines())
        found = str(gap("订单.csv", "%(names)s.", "%(names)s.", names=("甲", "乙")))
    assert "  poor：Within reach。24 % are near.Mend the total." in lines
    assert "冲突：a；b" in lines
    assert found == "订单.csv：甲、乙.甲、乙."


def test_a_list_is_set_in_the_readers_language_when_it_is_read() -> None:
    found = stop("", "“%(names)s” stop the plan.", names=("a", "b"))
    assert str(found) == "“a, b” stop the plan."
