"""Quota quality: each measure on targets made to be fair or unfair in one way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from salesyear.engine.targets.quality import (
    Finding,
    QualityParams,
    Verdict,
    audit_past,
    audit_plan,
    rank_correlation,
)
from salesyear.engine.targets.ratchet import measure_ratchet

pytestmark = pytest.mark.once

Floats = NDArray[np.float64]
SIZE = np.arange(1.0, 13) * 100  # Twelve territories, from 100 to 1,200.


def said(finding: Finding) -> str:
    return finding.says % finding.values


def test_fair_targets_pass() -> None:
    attained = np.array([1.05, 0.9, 1.1, 0.95, 1.02, 0.9, 1.08, 1.1, 0.9, 1.0, 1.03, 0.95])
    audit = audit_past(SIZE, SIZE * attained, SIZE)
    assert audit["near"].value == 1
    assert audit["near"].verdict is Verdict.GOOD
    assert audit["size"].verdict is Verdict.GOOD
    assert audit["on_target"].value == pytest.approx(7 / 12)
    assert audit["on_target"].verdict is Verdict.WATCH  # 58 % is just under 60 %
    assert audit["ratchet"].verdict is Verdict.UNKNOWN
    assert audit.worst is Verdict.WATCH


def test_targets_that_let_large_territories_off() -> None:
    audit = audit_past(SIZE, SIZE * np.linspace(0.7, 1.3, 12), SIZE)
    size = audit["size"]
    assert size.value == pytest.approx(1)
    assert size.verdict is Verdict.POOR
    assert "Large territories get off lightly" in size.mend
    assert said(size) == "Attainment and size of the territory go together with 1.00 (0 is fair)."


def test_targets_that_overcharge_large_territories() -> None:
    size = audit_past(SIZE, SIZE * np.linspace(1.3, 0.7, 12), SIZE)["size"]
    assert size.value == pytest.approx(-1)
    assert "overcharged" in size.mend


def test_a_total_that_was_too_high_is_told_from_parts_that_were_wrong() -> None:
    too_high = audit_past(SIZE, SIZE * 0.7, SIZE)["near"]
    assert too_high.value == 0
    assert too_high.mend % too_high.values == (
        "Targets miss as a whole (the middle rep reaches 70 %): correct the total first."
    )
    uneven = audit_past(SIZE, SIZE * np.tile([0.5, 1.5], 6), SIZE)["near"]
    assert uneven.verdict is Verdict.POOR
    assert "its parts are not" in uneven.mend


def test_within_twenty_percent_counts_the_edges() -> None:
    attained = np.array([0.8, 1.2, 0.79, 1.21, 1, 1, 1, 1])
    near = audit_past(np.full(8, 100.0), attained * 100, SIZE[:8])["near"]
    assert near.value == 0.75
    assert said(near) == "75 % of the targets are met within ±20 %."


def test_a_ratchet_is_found_and_measured() -> None:
    # Targets grow 5 % anyway, by 80 % of a beat, and fall by 20 % of a miss.
    missed = np.array([0.3, 0.2, 0.1, 0.05, -0.05, -0.1, -0.2, -0.3])
    following = 1.05 + np.where(missed > 0, 0.8, 0.2) * missed
    quota = np.full(8, 1_000.0)
    ratchet = measure_ratchet(quota, quota * (1 + missed), quota * following)
    assert ratchet is not None
    assert ratchet.after_beat == pytest.approx(0.8)
    assert ratchet.after_miss == pytest.approx(0.2)
    found = audit_past(quota, quota * (1 + missed), SIZE[:8], ratchet=ratchet)["ratchet"]
    assert found.verdict is Verdict.POOR
    assert said(found) == "After a beat targets follow by 80 % of it, after a miss by 20 %."
    assert "A beat costs more" in found.mend


def test_targets_that_follow_both_ways_are_no_ratchet() -> None:
    missed = np.linspace(-0.3, 0.3, 12)
    quota = np.full(12, 1_000.0)
    ratchet = measure_ratchet(quota, quota * (1 + missed), quota * (1 + 0.6 * missed))
    assert ratchet is not None
    assert ratchet.asymmetry == pytest.approx(0)
    assert audit_past(quota, quota, SIZE, ratchet=ratchet)["ratchet"].verdict is Verdict.GOOD


def test_a_difference_that_may_be_chance_is_only_watched() -> None:
    rng = np.random.default_rng(2)
    missed = rng.normal(0, 0.1, 12)
    quota = np.full(12, 1_000.0)
    following = 1 + np.where(missed > 0, 0.9, 0.2) * missed + rng.normal(0, 0.08, 12)
    ratchet = measure_ratchet(quota, quota * (1 + missed), quota * following)
    assert ratchet is not None
    assert ratchet.asymmetry > 0.3
    assert ratchet.asymmetry < 2 * ratchet.error < 1
    assert audit_past(quota, quota, SIZE, ratchet=ratchet)["ratchet"].verdict is Verdict.WATCH


def test_a_slope_drawn_through_two_points_says_nothing() -> None:
    missed = np.array([0.01, 0.02, -0.1, -0.2, -0.1, -0.2, -0.1, -0.2])
    following = 1 + np.array([0.5, -0.4, -0.1, 0.1, 0.0, -0.2, 0.1, 0.0])
    quota = np.full(8, 1_000.0)
    ratchet = measure_ratchet(quota, quota * (1 + missed), quota * following)
    assert ratchet is not None
    found = audit_past(quota, quota, SIZE[:8], ratchet=ratchet)["ratchet"]
    assert found.verdict is Verdict.UNKNOWN
    assert said(found) == "Too few to say."


def test_too_few_to_say() -> None:
    assert measure_ratchet(SIZE[:5], SIZE[:5], SIZE[:5]) is None
    few = audit_past(SIZE[:5], SIZE[:5], SIZE[:5])
    assert few["size"].verdict is Verdict.UNKNOWN
    assert few["near"].verdict is Verdict.UNKNOWN


def test_ties_share_their_rank() -> None:
    left = np.array([1.0, 1, 2, 3, 4, 5, 6, 7])
    assert rank_correlation(left, left)[0] == pytest.approx(1)
    # Two swapped neighbours of eight: 1 - 6 · (1 + 1) / (8 · 63)
    swapped = np.array([2.0, 1, 3, 4, 5, 6, 7, 8])
    r, low, high = rank_correlation(np.arange(8.0), swapped)
    assert r == pytest.approx(1 - 12 / 504)
    assert low < r < high <= 1


def test_a_plan_is_audited_before_release() -> None:
    rng = np.random.default_rng(4)
    paths = SIZE * rng.normal(1, 0.1, (2_000, 12))
    even = audit_plan(SIZE * 0.96, paths, SIZE)
    assert even["on_target"].value == pytest.approx(0.655, abs=0.02)  # Φ(0.4)
    assert even["on_target"].verdict is Verdict.GOOD
    assert even["chances"].verdict is Verdict.GOOD
    unfair = audit_plan(SIZE * np.linspace(0.8, 1.2, 12), paths, SIZE)
    assert unfair["chances"].verdict is Verdict.POOR
    assert "equal difficulty" in unfair["chances"].mend
    assert unfair["size"].verdict is Verdict.POOR


def test_too_many_or_too_few_on_target() -> None:
    paths = np.tile(SIZE, (10, 1))
    easy = audit_plan(SIZE * 0.5, paths, SIZE)["on_target"]
    assert easy.verdict is Verdict.POOR
    assert "asks too little" in easy.mend
    hard = audit_plan(SIZE * 1.5, paths, SIZE)["on_target"]
    assert hard.verdict is Verdict.POOR
    assert "Too few will make it" in hard.mend


def test_the_bands_are_the_companys() -> None:
    strict = QualityParams(near_share=(0.95, 0.9))
    attained = np.array([1.0] * 7 + [1.5])
    assert audit_past(SIZE[:8], SIZE[:8] * attained, SIZE[:8])["near"].verdict is Verdict.GOOD
    assert audit_past(SIZE[:8], SIZE[:8] * attained, SIZE[:8], params=strict)["near"].verdict is Verdict.POOR
