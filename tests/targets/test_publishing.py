"""Case 26 for a publication, and two at once: real processes, really killed, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live import Installation, installation

SCRIPT = Path(__file__).parents[1] / "publishing.py"
BEFORE, AFTER = ["published", "approved"], ["superseded", "published"]


@pytest.fixture
def site() -> Iterator[Installation]:
    made = installation()
    yield made
    made.end()


def found(site: Installation, *words: str) -> list[dict[str, Any]]:
    done = subprocess.run(  # our own script
        [sys.executable, str(SCRIPT), *words], env=site.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return said


def whole(one: dict[str, Any]) -> bool:
    """Nothing done at all, or everything: both versions moved, two steps and two events more, the chain unbroken."""
    before, after = one["before"], one["after"]
    done = [*AFTER, before[2] + 2, before[3] + 2, True]
    return before[:2] == BEFORE and after in (before, done)


def test_killed_before_any_write_of_a_publication_it_is_done_or_not_begun(site: Installation) -> None:
    swept = found(site, "sweep")
    assert len(swept) > 10
    assert [one["signal"] for one in swept] == [9] * (len(swept) - 1) + [0]
    assert all(whole(one) for one in swept), [one for one in swept if not whole(one)]
    assert swept[0]["after"][:2] == BEFORE
    assert [one["after"][:2] for one in swept[-2:]] == [AFTER, AFTER]  # dead right after the commit: done


def test_the_control_a_publication_in_pieces_is_found_in_pieces(site: Installation) -> None:
    swept = found(site, "sweep", "--bare")
    assert not all(whole(one) for one in swept)
    assert any(one["after"][:2] == ["superseded", "approved"] for one in swept)  # nobody has a published plan


def test_of_two_publications_at_once_one_wins_and_the_other_is_told_which(site: Installation) -> None:
    for one in found(site, "race"):
        winner = one["states"].index("published")
        assert sorted(one["states"]) == ["approved", "published"]
        assert one["said"][winner] == "published"
        assert one["said"][1 - winner] == f"another: {one['keys'][winner]}"


def test_the_control_without_lock_and_constraint_both_are_published(site: Installation) -> None:
    assert any(one["states"] == ["published", "published"] for one in found(site, "race", "--bare"))
