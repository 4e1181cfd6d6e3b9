"""What changes nothing moves nothing: a lock of what is there, the same number typed again, a plan solved again."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from adventure_plan import adventure_draft
from cast import Cast
from planned import Asker, draft
from salesyear.core.scope import Scope
from salesyear.plans.models import Version
from salesyear.targets.editing.desk import targets_now
from salesyear.targets.editing.held import Log
from salesyear.targets.editing.outcomes import Asking, CellText, Changed
from salesyear.targets.editing.state import forget, state_of
from salesyear.targets.services import change, copy_version, lift, lock, replay, undo

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")


def asking(version: Version) -> Asking:
    return Asking(version, SYSTEM, None, 10**6)


def people(version: Version) -> list[str]:
    return [f"region:{region}/territory:{unit}/rep:{rep}" for region, unit, _unit, rep in version.inputs["places"]]


def held(version: Version, row: str, column: str) -> np.ndarray[Any, Any]:
    """Lock a cell; the plan as the database has it then."""
    outcome = lock(asking(version), row, column, reason="agreed")
    assert isinstance(outcome, Changed), outcome
    return targets_now(version)


@pytest.fixture
def adventure(db: None) -> Version:
    """AdventureWorks after one edit."""
    forget()
    version = adventure_draft()
    assert isinstance(change(asking(version), [CellText("company", "q3", "+4%")]), Changed)
    return version


def test_locks_of_what_is_there_move_nothing_at_adventureworks(adventure: Version) -> None:
    before = targets_now(adventure)
    luck = random.Random(3)
    for _lock in range(20):
        row, column = luck.choice([*people(adventure), "company"]), luck.choice(["total", "q2", "5", "11"])
        assert (held(adventure, row, column) == before).all()
    assert (replay(adventure) == before).all()
    forget()  # another process answers
    assert (held(adventure, people(adventure)[1], "7") == before).all()


def test_without_knowing_what_it_was_read_from_a_lock_moves_hundreds_of_cells(
    adventure: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the lock as one more rule of the solve. Its amount is whole, the plan's before rounding was not."""
    before = targets_now(adventure)
    monkeypatch.setattr(Log, "binding", property(lambda log: log))
    assert (held(adventure, people(adventure)[1], "7") != before).sum() > 500


def test_a_lock_holds_when_others_move_and_is_quiet_again_when_they_are_taken_back(adventure: Version) -> None:
    rows, before = people(adventure), targets_now(adventure)
    held(adventure, rows[4], "7")
    place = state_of(adventure).present.held[-1].cells
    change(asking(adventure), [CellText("company", "total", "+8%")])
    moved = targets_now(adventure)
    assert place.sum(moved) == place.sum(before)
    assert (moved != before).any()
    assert (held(adventure, rows[5], "total") == moved).all()
    undo(asking(adventure))
    undo(asking(adventure))
    assert (targets_now(adventure) == before).all()
    undo(asking(adventure))
    assert (targets_now(adventure) == before).all()


def test_a_plan_solved_again_is_the_same(adventure: Version) -> None:
    assert (replay(adventure) == targets_now(adventure)).all()


def test_a_plan_from_facts_solved_again_is_the_same(cast: Cast) -> None:
    version = draft(cast)
    assert (replay(version) == targets_now(version)).all()


def test_a_copy_with_quiet_locks_goes_on_as_its_first_would(adventure: Version) -> None:
    rows = people(adventure)
    held(adventure, rows[2], "4")
    other = copy_version(adventure, "Bolder", actor=None)
    for version in (adventure, other):
        change(asking(version), [CellText(rows[3], "total", "-5%")])
    assert (targets_now(other) == targets_now(adventure)).all()


def test_on_the_small_company_nothing_moves_that_nobody_moved(cast: Cast) -> None:
    version = draft(cast)
    ask = Asker(cast, version)
    li = f"region:{cast.units['east'].pk}/territory:{cast.units['shanghai'].pk}/rep:{cast.reps['li'].pk}"
    ask("director", "edits/", {"seen": 0, "edits": [{"row": li, "column": "2", "text": "+7%"}]})
    ask("wang", "edits/", {"seen": 1, "edits": [{"row": li, "column": "3", "text": "+9%"}]})
    before = targets_now(version)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("director", "lock/", {"row": li, "column": "5", "reason": ""}),
        ("director", "lock/", {"row": li, "column": "3", "reason": "what the manager set"}),
        ("director", "lock/", {"row": li, "column": "2", "reason": "what was set before"}),
        ("finance", "edits/", {"edits": [{"row": li, "column": "8", "text": "+0%"}]}),
        ("wang", "lock/", {"row": li, "column": "9", "reason": ""}),
        ("finance", "undo/", {}),
    ]
    for seen, (who, path, body) in enumerate(steps, start=2):
        answer = ask(who, path, {"seen": seen, **body})
        assert answer.status_code == 200, answer.content
        assert (targets_now(version) == before).all(), (who, path, body)
    assert ask("wang", "lock/", {"row": li, "column": "2", "reason": ""}).status_code == 422


def test_lifting_lets_go_in_any_order(adventure: Version) -> None:
    """Of two quiet locks either may go first; what stays held is what is left of the log, not how it came about."""
    rows, before = people(adventure), targets_now(adventure)
    held(adventure, rows[2], "4")
    held(adventure, rows[6], "q1")
    first, second = (one.number for one in state_of(adventure).present.held[-2:])
    for number in (first, second):
        lift(asking(adventure), number)
        assert (targets_now(adventure) == before).all()
