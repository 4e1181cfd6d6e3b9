"""Breakback: the rest makes room, the order of edits does not matter, and undo leads back to the identical plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from salesyear.engine.targets import BadRule, Kind, Params, Priority, Rule, Rules, solve
from salesyear.engine.targets.breakback import CellEdit, Session, nearest, open_session
from salesyear.engine.targets.examples import make_tables
from target_plans import exactly, one_region, random_plan, two_regions

pytestmark = pytest.mark.once
REAL = Params(whole=False)
APART = ("month", "line", "segment")


def company() -> Rules:
    return Rules(
        (
            exactly("Months", 2_000, each=("month",)),
            Rule(name="Mix", kind=Kind.SHARE, at="region", where={"line": ("A",)}, at_least=0.6),
            Rule(name="Cap", at="rep", nodes=("Bo",), at_most=6_500),
        )
    )


def test_setting_a_cell_moves_the_others() -> None:
    session = open_session(one_region({"a": 10, "b": 20, "c": 30}), Rules((exactly("Total", 60),)), REAL)
    assert session.set_cell(CellEdit(0, 20.0)).amounts() == pytest.approx([20, 16, 24])


def test_a_session_shows_what_the_plan_of_record_will_be() -> None:
    session = open_session(two_regions(), company(), REAL, apart=APART)
    edited = session.set_cell(CellEdit(5, 300.0)).with_rule(
        exactly("East in March", 1_300, where={"region": ("East",), "month": ("3",)}, priority=Priority.LOCK)
    )
    assert edited.met
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-9)
    assert edited.amounts()[5] == 300.0


@pytest.mark.parametrize("amount", [6_400, 6_500, 6_700])
def test_a_year_fixed_inside_at_and_beyond_its_cap_agrees_with_the_plan_of_record(amount: float) -> None:
    """Bo's cap is 6,500: the fixed sum takes over from it, or, of higher priority, stands above it."""
    session = open_session(two_regions(), company(), REAL, apart=APART)
    edited = session.with_rule(exactly("Bo", amount, where={"rep": ("Bo",)}, priority=Priority.LOCK))
    assert edited.met == (amount <= 6_500)
    bo = session.base.cells.frame["rep"].to_numpy() == "Bo"
    assert edited.amounts()[bo].sum() == pytest.approx(amount)
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-7)
    assert edited.without("Bo").amounts() == pytest.approx(session.amounts(), rel=1e-7)


def test_a_stricter_share_takes_over_and_gives_back() -> None:
    session = open_session(two_regions(), company(), REAL)
    where = {"line": ("A",)}
    stricter = Rule(name="East mix", kind=Kind.SHARE, at="region", nodes=("East",), where=where, at_least=0.65)
    edited = session.with_rule(stricter)
    assert edited.base is session.base  # no rebuild: the classes already tell line A apart
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-8)
    assert edited.without("East mix").amounts() == pytest.approx(session.amounts(), rel=1e-7)


def test_years_moved_between_regions_with_reps_in_their_bands() -> None:
    """One step is foreseen: who runs into a band is found among years alone."""
    cells, rules = make_tables(40, slots=4)
    session = open_session(cells, rules, REAL)
    regions = next(rule for rule in rules.rules if rule.name == "Regions")
    (one, a), (other, b) = ((key, float(amount[0] or 0)) for key, amount in list(regions.amounts.items())[:2])
    moved = {**regions.amounts, one: (a - 1e6, a - 1e6), other: (b + 1e6, b + 1e6)}
    edited = session.with_rule(replace(regions, amounts=moved))
    assert edited.answer.outcome.steps == 1
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-8)


def test_one_step_is_enough_although_a_rep_runs_into_his_band() -> None:
    """The step is looked over before it is taken: who would leave his band takes part in mending it."""
    cells, rules = make_tables(100, slots=4)
    session = open_session(cells, rules, REAL)
    where: dict[str, tuple[str, ...]] = {"line": ("L0", "L1", "L2")}
    edited = session.with_rule(
        Rule(name="Edit", kind=Kind.SHARE, at="region", nodes=("R00008",), where=where, at_least=0.32)
    )
    before, after = (own.answer.y[-100:] == 0 for own in (session, edited))  # the reps' rows are the last
    assert (before != after).sum() == 1
    assert edited.answer.outcome.steps == 1
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-8)


def test_an_edit_that_needs_finer_classes_rebuilds_and_agrees() -> None:
    session = open_session(two_regions(), company(), REAL).set_cell(CellEdit(5, 300.0))
    edited = session.with_rule(exactly("New in March", 900, where={"segment": ("new",), "month": ("3",)}))
    assert edited.met
    assert edited.amounts() == pytest.approx(edited.plan().real, rel=1e-9)


def test_the_plan_of_record_is_that_of_the_same_cells_and_rules_solved_anywhere() -> None:
    """Nothing a session keeps shows in the integers, not even what it tells apart for edits to come."""
    cells, rules = random_plan(5)
    session = open_session(cells, rules, Params(seed=3), apart=APART)
    for edit in edits_of(session, 12, 5):
        session = apply(session, edit)
        record = session.plan().whole
        fresh = solve(session.cells(), session.rules, Params(seed=3)).whole
        assert record is not None
        assert fresh is not None
        assert (record == fresh).all()


def test_many_cells_set_at_once_are_the_same_as_one_by_one() -> None:
    cells, rules = random_plan(4)
    session = open_session(cells, rules, REAL, apart=APART)
    edits = [edit for edit in edits_of(session, 10, 4) if isinstance(edit, CellEdit)]
    one_by_one = session
    for edit in edits:
        one_by_one = one_by_one.set_cell(edit)
    assert session.set_cells(edits).amounts() == pytest.approx(one_by_one.amounts(), rel=1e-7)
    assert session.set_cells([]) is session


def test_an_edit_that_cannot_hold_is_said_to_be_so() -> None:
    session = open_session(two_regions(), company(), REAL, apart=APART)
    edited = session.with_rule(exactly("Too much", 9_000, where={"rep": ("Bo",)}, priority=Priority.LOCK))
    assert not edited.met
    assert edited.without("Too much").met


def test_locked_and_bounded_cells_are_not_edited_over() -> None:
    lock = exactly(
        "Hold", 50, kind=Kind.LOCK, where={"rep": ("Ann",), "month": ("1",), "line": ("A",), "segment": ("key",)}
    )
    session = open_session(two_regions(), Rules((lock,)), REAL)
    with pytest.raises(BadRule, match="locked by a rule"):
        session.set_cell(CellEdit(0, 1.0))
    capped = Rule(name="Cell cap", kind=Kind.CELL, where={"rep": ("Ann",)}, at_most=200)
    with pytest.raises(BadRule, match="floor or cap of its own"):
        open_session(two_regions(), Rules((capped,)), REAL).set_cell(CellEdit(0, 1.0))
    with pytest.raises(BadRule, match="was not set by hand"):
        session.release_cell(3)


def test_a_preview_moves_as_little_as_possible_from_what_is_shown() -> None:
    """With a cap that binds, moving on from the shown plan is not the same as starting from the prior again."""
    cells = one_region({"a": 10, "b": 10, "c": 20})
    cap = Rule(name="Cap", at="rep", nodes=("a",), at_most=12)
    shown = solve(cells, Rules((exactly("Total", 60), cap)), REAL)
    assert shown.real == pytest.approx([12, 16, 32])
    less = Rules((exactly("Total", 45), cap))
    assert nearest(shown, less).real == pytest.approx([9, 12, 24])
    assert solve(cells, less, REAL).real == pytest.approx([11.25, 11.25, 22.5])


def edits_of(session: Session, count: int, seed: int) -> list[CellEdit | Rule]:
    """Random edits that can be held together: cells and subtotals close to what a feasible plan has there."""
    rng = np.random.default_rng(seed)
    frame = session.base.cells.frame
    hidden = frame["hidden"].to_numpy()
    free = np.flatnonzero(session.base.bounds.low < session.base.bounds.high)
    rows = rng.choice(free, min(count, len(free) // 2), replace=False)
    edits: list[CellEdit | Rule] = [CellEdit(int(row), float(hidden[row]), "Li", "asked", "2026-10-01") for row in rows]
    for (rep,), part in frame.group_by("rep", maintain_order=True):
        edits.append(exactly(f"Year of {rep}", float(part["hidden"].sum()), where={"rep": (str(rep),)}))
    order = rng.permutation(len(edits))
    return [edits[place] for place in order]


def apply(session: Session, edit: CellEdit | Rule) -> Session:
    return session.with_rule(edit) if isinstance(edit, Rule) else session.set_cell(edit)


def take_back(session: Session, edit: CellEdit | Rule) -> Session:
    return session.without(edit.name) if isinstance(edit, Rule) else session.release_cell(edit.row)


def test_a_thousand_edits_taken_back_in_any_order_leave_the_identical_plan() -> None:
    done = 0
    for seed in range(12):
        if done >= 1000:
            break
        cells, rules = random_plan(seed)
        start = open_session(cells, rules, Params(seed=1), apart=APART)
        session, edits = start, edits_of(start, 100, seed)
        for edit in edits:
            session = apply(session, edit)
        assert session.met
        assert session.amounts() == pytest.approx(session.plan().real, rel=1e-5, abs=1.1)
        for place in np.random.default_rng(seed).permutation(len(edits)):
            session = take_back(session, edits[place])
        before, after = start.plan().whole, session.plan().whole
        assert before is not None
        assert after is not None
        assert (before == after).all()
        done += len(edits)
    assert done >= 1000


def test_the_order_of_edits_does_not_matter() -> None:
    cells, rules = random_plan(2)
    start = open_session(cells, rules, Params(seed=1), apart=APART)
    edits = edits_of(start, 30, 7)
    one = other = start
    for edit in edits:
        one = apply(one, edit)
    for edit in reversed(edits):
        other = apply(other, edit)
    first, second = one.plan().whole, other.plan().whole
    assert first is not None
    assert second is not None
    assert (first == second).all()


def test_a_thousand_edits_of_one_plan_show_its_plan_of_record_and_leave_nothing_behind() -> None:
    """Each edit starts from the one before: what is carried over must not drift, nor be remembered once taken back."""
    cells, rules = make_tables(20, slots=4)
    start = open_session(cells, rules, Params(seed=1), apart=APART)
    edits = [edit for edit in edits_of(start, 1_100, 5) if isinstance(edit, CellEdit)][:1_000]
    session = start
    for edit in edits:
        session = session.set_cell(edit)
    assert len(session.edits) == 1_000
    real = solve(session.cells(), session.rules, REAL).real
    assert session.amounts() == pytest.approx(real, rel=1e-7)
    for place in np.random.default_rng(2).permutation(len(edits)):
        session = session.release_cell(edits[place].row)
    before, after = start.plan().whole, session.plan().whole
    assert before is not None
    assert after is not None
    assert (before == after).all()


def test_months_are_exact_to_the_unit_after_every_edit_with_locks() -> None:
    """Case 17: fixed months, fixed years and locks all hold in whole units, edit after edit."""
    cells, rules = random_plan(3)
    session = open_session(cells, rules, Params(seed=1), apart=APART)
    months = next(rule for rule in rules.rules if rule.name == "Months")
    for edit in edits_of(session, 20, 3):
        session = apply(session, edit)
        plan = session.plan()
        assert plan.whole is not None
        table = plan.table()
        for month, amount in table.group_by("month").agg(pl.col("target").sum()).rows():
            low, high = months.amounts[str(month)]
            assert low is None or amount >= low
            assert high is None or amount <= high
        assert all(plan.whole[row] == one.amount for row, one in session.edits.items())
        by_rep = table.group_by("rep", "month").agg(pl.col("target").sum()).group_by("rep").agg(pl.col("target").sum())
        for rule in session.rules.rules:
            if rule.name.startswith("Year of"):
                (rep,) = rule.where["rep"]
                assert by_rep.filter(pl.col("rep") == rep)["target"].item() == rule.at_least


def test_a_parents_number_is_the_same_when_a_plan_is_opened_again_sorted_or_shuffled() -> None:
    """Case 23: every cell keeps its number, and so does every sum."""
    cells, rules = random_plan(4)
    session = open_session(cells, rules, Params(seed=1), apart=APART)
    for edit in edits_of(session, 10, 4):
        session = apply(session, edit)
    kept = session.cells()
    labels = [*kept.levels, "month", "line", "segment"]
    first = session.plan().table().sort(labels)["target"]
    for frame in (
        kept.frame,
        kept.frame.sort("segment", "line", descending=True),
        kept.frame.sample(fraction=1, shuffle=True, seed=1),
    ):
        again = open_session(replace(kept, frame=frame), session.rules, Params(seed=1), apart=APART).plan()
        assert again.table().sort(labels)["target"].equals(first)
