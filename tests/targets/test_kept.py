"""What a process keeps between edits shows in nothing but the time: the same integers, whatever another process did."""

from __future__ import annotations

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from adventure_plan import adventure_draft
from cast import Cast
from planned import Asker, draft
from salesyear.core.scope import Scope
from salesyear.plans.models import Sheet, Version
from salesyear.targets.editing.desk import targets_now
from salesyear.targets.editing.kept import Kept
from salesyear.targets.editing.outcomes import Asking, CellText
from salesyear.targets.editing.state import forget, prepare_drafts, remember, state_at, state_of
from salesyear.targets.services import change, copy_version, lock, redo, undo
from salesyear.targets.table.asked import Asked
from salesyear.targets.table.read import table_of

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("test")
DOWN = "region,territory,rep,customer,line"


def asking(version: Version) -> Asking:
    return Asking(version, SYSTEM, None, 10**6)


def rows_of(version: Version) -> list[str]:
    """Salespeople, their first lines, territories: edits of all kinds, also such as need columns of their own."""
    places = [f"region:{region}/territory:{unit}/rep:{rep}" for region, unit, _unit, rep in version.inputs["places"]]
    line = version.inputs["strategic"][0]
    return [*places, *(f"{row}/line:{line}" for row in places), *{row.rsplit("/", 1)[0] for row in places}]


def deed(version: Version, luck: random.Random) -> None:
    """One step: mostly an edit, sometimes a lock or a step back; what is refused or clashes is the same for both."""
    row, column, kind = luck.choice(rows_of(version)), luck.choice(["total", "q3", "2", "9"]), luck.random()
    if kind < 0.65:
        change(asking(version), [CellText(row, column, f"+{luck.randint(1, 4)}%")])
    elif kind < 0.8:
        lock(asking(version), row, column, reason="")
    else:
        try:
            (undo if kind < 0.95 else redo)(asking(version))
        except ValueError:
            return


def test_forty_deeds_with_everything_kept_and_with_nothing_kept_give_the_same_integers() -> None:
    warm = adventure_draft()
    cold = copy_version(warm, "Cold", actor=None)
    forget()
    one, other = random.Random(11), random.Random(11)
    for _deed in range(40):
        deed(warm, one)
        kept = state_of(warm)
        forget()
        deed(cold, other)
        assert (targets_now(warm) == targets_now(cold)).all()
        forget()
        remember(warm, kept)
    assert (targets_now(warm) != kept.desk.baseline).any()
    assert table_of(SYSTEM, warm, Asked()).written(range(9)) == table_of(SYSTEM, cold, Asked()).written(range(9))


def test_what_another_process_did_is_seen_at_once(cast: Cast) -> None:
    version = draft(cast)
    mine = state_of(version)
    forget()  # the other process begins with nothing
    change(asking(version), [CellText("company", "total", "+5%")])
    theirs = targets_now(version)
    forget()
    remember(version, mine)  # and this one has what it had
    assert (state_of(version).amounts == theirs).all()
    shown = table_of(SYSTEM, version, Asked()).written([0])[0]
    assert shown["values"]["target"]["total"] == int(theirs.sum())


def test_an_edit_on_a_kept_state_that_is_old_is_computed_anew(cast: Cast) -> None:
    """Between reading the edition and writing, another process was quicker: the write is refused and tried again."""
    version = draft(cast)
    mine = state_of(version)
    forget()
    change(asking(version), [CellText("company", "3", "+5%")])
    forget()
    remember(version, mine)
    change(asking(version), [CellText("company", "4", "+5%")])
    both = {one.where["month"][0] for one in state_of(version).present.held}
    assert both == {3, 4}


def test_a_version_put_back_from_a_backup_is_not_mistaken_for_the_one_before(cast: Cast) -> None:
    """The same key and edition, but other facts behind it."""
    version = draft(cast)
    before = state_of(version).amounts
    for sheet in Sheet.objects.within(SYSTEM).filter(version=version):
        Sheet.objects.within(SYSTEM).filter(pk=sheet.pk).update(target=bytes(sheet.last_year))
    Version.objects.filter(pk=version.pk).update(fingerprint="another")
    version.refresh_from_db()
    assert (state_of(version).amounts == targets_now(version)).all()
    assert (state_of(version).amounts != before).any()


def test_so_many_are_kept_and_no_more() -> None:
    kept: Kept[int, str] = Kept(2)
    for number in (1, 2, 1, 3):
        assert kept.of(number, lambda number=number: f"made {number}") == f"made {number}"  # type: ignore[misc]  # a default
    assert (kept.get(2), kept.get(1), kept.get(3)) == (None, "made 1", "made 3")


def test_news_are_the_rows_that_changed_since_an_edition_whatever_this_process_remembers(cast: Cast) -> None:
    """What was remembered and what is solved again say the same."""
    version = draft(cast)
    ask = Asker(cast, version)
    sun = f"region:{cast.units['west'].pk}/territory:{cast.units['sichuan'].pk}/rep:{cast.reps['sun'].pk}"
    shown = {row["key"]: row for row in ask("director", "rows/", down=DOWN).json()["rows"]}
    below = [key for key in shown if key.startswith(f"{sun}/")]
    ask("director", "edits/", {"seen": 0, "edits": [{"row": sun, "column": "3", "text": "+9%"}]})
    ask("director", "lock/", {"seen": 1, "row": below[0], "column": "7", "reason": "agreed"})
    now = {row["key"]: row for row in ask("director", "rows/", down=DOWN).json()["rows"]}
    for remembered in (True, False):
        if not remembered:
            forget()
        since = {at: ask("finance", "changes/", since=at, down=DOWN).json() for at in (0, 1, 2)}
        moved = {key for key, row in now.items() if row != shown[key]}
        assert {row["key"]: row for row in since[0]["rows"]} == {key: now[key] for key in moved}
        assert [row["key"] for row in since[1]["rows"]] == [below[0]]
        assert (since[2]["rows"], since[0]["by"], since[0]["edition"]) == ([], ["director"], 2)


def test_news_after_undo_and_redo_know_what_stood_then(cast: Cast) -> None:
    version = draft(cast)
    start = targets_now(version)
    change(asking(version), [CellText("company", "3", "+5%")])
    once = targets_now(version)
    undo(asking(version))
    redo(asking(version))
    forget()
    now = state_of(version)
    stood = [state_at(version, now, edition).amounts for edition in range(4)]
    assert [bool((one == start).all()) for one in stood] == [True, False, True, False]
    assert (stood[1] == once).all()
    assert (stood[3] == once).all()


def test_long_answers_go_packed_to_whoever_takes_it(cast: Cast) -> None:
    client = Asker(cast, version := draft(cast)).client("director")
    address = f"/targets/plans/{version.plan_id}/{version.number}/table/rows/"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert (packed["Content-Encoding"], "Accept-Encoding" in packed["Vary"]) == ("gzip", True)
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3
    short = client.get(address.replace("rows", "changes"), {"since": 0}, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short


def test_a_process_prepares_the_drafts_before_anybody_edits_them(cast: Cast) -> None:
    version = draft(cast)
    forget()
    prepare_drafts()
    kept = state_of(version)
    assert kept is state_of(version)
    assert "solvers" in vars(kept.desk)


def test_asking_what_is_new_prepares_a_process_for_the_next_edit(cast: Cast) -> None:
    version = draft(cast)
    asker = Asker(cast, version)
    forget()
    assert asker("director", "changes/", since="0").json()["rows"] == []
    assert "solvers" in vars(state_of(version).desk)


def test_two_who_make_the_same_at_once_get_one() -> None:
    kept: Kept[str, Lock] = Kept(2)
    both = Barrier(2)

    def make() -> Lock:
        both.wait(30)
        return Lock()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: kept.of("a", make), range(2))
    assert one is other is kept.get("a")
