"""The examples that the pages of docs work out by hand, computed again; both languages must say these numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from salesyear.engine.rounding import OrgTree, round_plan, share_out, spread
from salesyear.engine.targets import Cells, Kind, Params, Plan, Rule, Rules, solve
from salesyear.engine.targets.breakback import nearest
from salesyear.engine.targets.chance import chances, equal_difficulty
from salesyear.engine.targets.collections import CollectionParams, CollectionRule, Terms, collect
from salesyear.engine.targets.conflicts import conflicts
from salesyear.engine.targets.quality import Verdict, audit_past
from salesyear.engine.targets.ratchet import measure_ratchet
from salesyear.engine.targets.why import explain, log_mean
from target_plans import exactly, one_region

pytestmark = pytest.mark.once
DOCS = Path(__file__).parents[3] / "docs"
REAL = Params(whole=False)
TEAM = OrgTree.from_pairs([("region", None), ("ann", "region"), ("bo", "region")])


def both_say(page: str, *texts: str, **own: str) -> None:
    """Both pages hold every text; `en`, `zh`: what one of them says in words of its own."""
    for language in ("en", "zh-Hans"):
        written = " ".join((DOCS / language / "explain" / f"{page}.md").read_text(encoding="utf-8").split())
        for text in (*texts, *(value for key, value in own.items() if language.startswith(key))):
            assert text in written, f"{language}/explain/{page}.md does not say “{text}”"


def row(*numbers: float) -> str:
    """Cells of a table row."""
    return "".join(f"| {number:,g} " for number in numbers) + "|"


def two_cells() -> tuple[Cells, tuple[Rule, Rule]]:
    frame = pl.DataFrame({"rep": ["Ann", "Bo"], "line": ["A", "B"], "prior": [100.0, 100.0]})
    mix = Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.6)
    return Cells(frame, ("rep",)), (exactly("Year", 220), mix)


def mixed() -> Plan:
    cells, rules = two_cells()
    return solve(cells, Rules(rules), REAL)


def test_two_cells_a_year_and_a_share() -> None:
    cells, (year, _) = two_cells()
    assert solve(cells, Rules((year,)), REAL).real == pytest.approx([110, 110])
    plan = mixed()
    a, b = plan.real
    multiplier = dict(zip(plan.rows["rule"], plan.rows["multiplier"], strict=True))
    grown, lifted = multiplier["Year"], multiplier["Mix"]
    assert lifted == pytest.approx(np.log(1.5))
    assert (a, b) == pytest.approx((100 * np.exp(grown + 0.4 * lifted), 100 * np.exp(grown - 0.6 * lifted)))
    both_say("target-solve", f"A = {a:.0f}", f"B = {b:.0f}", f"log 1.5 = {lifted:.3f}", f"y₁ = {grown:.3f}")
    both_say("target-solve", f"e^(y₁ + 0.4 y₂) = {a / 100:.2f}", f"e^(y₁ − 0.6 y₂) = {b / 100:.2f}")
    year_factor, up, down = np.exp(grown), np.exp(0.4 * lifted), np.exp(-0.6 * lifted)
    both_say("target-solve", f"A = 100 × {year_factor:.3f}", f"× {up:.3f}", f"B = 100 × {year_factor:.3f} × {down:.3f}")
    both_say("why", f"| A | 100 | × {year_factor:.3f} | × {up:.3f} | {a:.0f} |")
    both_say("why", f"| B | 100 | × {year_factor:.3f} | × {down:.3f} | {b:.0f} |")


def test_the_two_cells_as_a_subtotal() -> None:
    plan = mixed()
    parts = {part.name: part for part in explain(plan).parts}
    year, share = parts["Year"], parts["Mix"]
    assert year.factor is not None
    assert share.factor is not None
    means = [float(log_mean(np.array([x]), np.array([100.0]))[0]) for x in plan.real]
    whole = float(log_mean(np.array([220.0]), np.array([200.0]))[0])
    both_say("why", f"L(220, 200) = {whole:.1f}", f"({means[0]:.1f} + {means[1]:.1f}) · 0.1154 = {year.amount:.1f}")
    both_say("why", f"e^({year.amount:.1f}/{whole:.1f}) = {year.factor:.3f}", f"= −{-share.amount:.1f}")
    both_say("why", f"200 + {year.amount:.1f} − {-share.amount:.1f} = 220")
    both_say("why", en=f"factor {share.factor:.3f}", zh=f"因子 {share.factor:.3f}")
    both_say("why", f"{year.factor:.3f} × {share.factor:.3f} = {year.factor * share.factor:.2f}")


def test_a_cap_that_no_longer_binds() -> None:
    cells = one_region({"a": 10, "b": 10, "c": 20})
    cap = Rule(name="Cap", at="rep", nodes=("a",), at_most=12)
    shown = solve(cells, Rules((exactly("Total", 60), cap)), REAL)
    less = Rules((exactly("Total", 45), cap))
    for plan in (shown, solve(cells, less, REAL), nearest(shown, less)):
        both_say("breakback", row(*np.round(plan.real, 6)))


def test_shared_and_spread() -> None:
    parts = share_out(10, [1, 2, 4])
    both_say("rounding", en=", ".join(map(str, parts)), zh="、".join(map(str, parts)))
    both_say("rounding", "1.43", "2.86", "5.71", "1 + 2 + 5 = 8")
    changes = (
        spread([10, 20, 30], 100, held=[False, True, False]),
        spread([20, 20, 30], 60, held=[True, False, False]),
        spread([15, 10, 5], 60),
        spread([0, 0, 0], 10),
    )
    for after in changes:
        both_say("rounding", f"| {' / '.join(map(str, after))} |")


def test_two_reps_two_months_and_two_coins() -> None:
    real = np.array([[1.25, 2.75], [0.75, 1.25]])
    seen = [
        tuple(round_plan(real[:, :, None], TEAM, ("1", "2"), seed=seed).units.ravel().tolist()) for seed in range(2_000)
    ]
    assert set(seen) == {(1, 3, 1, 1), (2, 2, 0, 2)}
    share = float(np.mean([january == 2 for january, *_ in seen]))
    assert share == pytest.approx(1 / 4, abs=4 * np.sqrt(3 / 16 / len(seen)))
    both_say("rounding", en="Ann 1, 3; Bo 1, 1: done", zh="安 1、3，博 1、1，完成")
    both_say("rounding", en="a second coin gives Ann 2, 2; Bo 0, 2 or Ann 1, 3; Bo 1, 1")
    both_say("rounding", zh="得安 2、2，博 0、2，或安 1、3，博 1、1")
    both_say("rounding", en="on average 1.25", zh="平均 1.25")
    both_say("rounding", row(1.25, 2.75, 4), row(0.75, 1.25, 2), row(2, 4, 6))


def futures() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[[4, 4], [1, 1]], [[5, 5], [2, 2]], [[6, 6], [3, 3]], [[7, 7], [4, 4]]], dtype=float)


def test_four_futures() -> None:
    wanted = np.array([[9.0] * 2, [5.0] * 2, [4.0] * 2])
    region, ann, bo = chances(futures(), wanted, TEAM).year
    assert (region, ann, bo) == (0.5, 0.75, 0.25)
    both_say("chance-and-quota-quality", f"{ann:.0%}".replace("%", " %"), f"{region:.0%}".replace("%", " %"))
    both_say("chance-and-quota-quality", en="Ann 5, Bo 4, region 9.", zh="月目标：安 5，博 4，区域 9。")
    both_say("chance-and-quota-quality", en="5, 7, 9, 11: 50 %", zh="5、7、9、11：50 %")


def test_equal_difficulty_by_hand() -> None:
    equal = equal_difficulty(futures(), 14)
    ann, bo = equal.targets.sum(axis=1)
    assert equal.chance == pytest.approx(2 / 3)
    both_say("chance-and-quota-quality", en=f"Ann {ann:.0f}, Bo {bo:.0f}, each with a chance of two in three")
    both_say("chance-and-quota-quality", zh=f"安 {ann:.0f}、博 {bo:.0f}，各有三分之二的把握")
    years = np.sort(futures().sum(axis=2), axis=0).sum(axis=1)
    both_say("chance-and-quota-quality", en=", ".join(f"{year:.0f}" for year in years))
    both_say("chance-and-quota-quality", zh="、".join(f"{year:.0f}" for year in years))


def test_quality_by_hand() -> None:
    attained = np.array([0.8, 1.2, 0.79, 1.21, 1, 1, 1, 1])
    size = np.arange(1.0, 9) * 100
    near = audit_past(np.full(8, 100.0), attained * 100, size)["near"]
    assert near.verdict is Verdict.GOOD
    both_say("chance-and-quota-quality", en=f"{100 * near.value:.0f} %: good", zh=f"{100 * near.value:.0f} %：良好")
    missed = np.array([0.3, 0.2, 0.1, 0.05, -0.05, -0.1, -0.2, -0.3])
    quota = np.full(8, 1_000.0)
    following = 1.05 + np.where(missed > 0, 0.8, 0.2) * missed
    ratchet = measure_ratchet(quota, quota * (1 + missed), quota * following)
    assert ratchet is not None
    uneven = ratchet.after_beat - ratchet.after_miss
    found = audit_past(quota, quota * (1 + missed), size, ratchet=ratchet)["ratchet"]
    assert found.verdict is Verdict.POOR
    both_say("chance-and-quota-quality", en=f"asymmetry {uneven:.1f}, poor", zh=f"不对称度 {uneven:.1f}，较差")


def test_a_region_above_its_reps_caps() -> None:
    region = Rule(name="Regions", at="region", amounts={"East": (42.0, 42.0)})
    caps = Rule(name="Rep caps", at="rep", at_most=20)
    (found,) = conflicts(solve(one_region({"a": 10, "b": 20}), Rules((region, caps)), REAL))
    assert found.proof is not None
    both_say("what-cannot-be-met", found.sentence())
    assert list(found.proof.weights) == [1, -1, -1]
    assert [found.proof.asked, found.proof.reach] == [2, 0]
    both_say("what-cannot-be-met", "42 − 20 − 20 = 2", "2 > 0")
    hold = exactly("Hold b", 20, kind=Kind.LOCK, where={"rep": ("b",)})
    below = solve(one_region({"a": 10, "b": 20, "c": 30}), Rules((exactly("Total", 15), hold)), REAL)
    (other,) = conflicts(below)
    both_say("what-cannot-be-met", en=other.sentence(), zh="“Total”在 company 允许 15，但“Hold b”至少占用 20：多 5")


def test_cash_month_by_month() -> None:
    sales = np.array([[1_000, 2_000, 3_000, 4_000]])
    one = OrgTree.from_pairs([("rep", None)])
    months = ("1", "2", "3", "4")
    nine_tenths = (CollectionRule(0, Fraction(9, 10)),)
    plan = collect(sales, one, months, CollectionParams(Terms(((30, 1),)), nine_tenths))
    falling = [0, *sales[0, :-1].tolist()]
    for place, month in enumerate(months):
        due, cash, overdue, left = (
            int(getattr(plan, name)[0, place]) for name in ("due", "cash", "overdue", "receivables")
        )
        invoiced = int(sales[0, place])
        line = f"| {month} | {invoiced:,} | {falling[place]:,} | {due:,} | **{cash:,}** | {overdue:,} | {left:,} |"
        both_say("collections", line)
    later = collect(sales, one, months, CollectionParams(Terms(((45, 1),)), (CollectionRule(0, Fraction(1)),)))
    text = [f"{amount:,}" for amount in later.cash[0].tolist()]
    both_say("collections", en=", ".join(text), zh="、".join(text))
