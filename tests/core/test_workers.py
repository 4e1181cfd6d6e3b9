"""Real workers, really killed: on both databases a run is done once, resumed, or failed with its reason."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from live import Installation, installation, wait_for

STEPS = 10


@pytest.fixture
def site() -> Iterator[Installation]:
    """An installation of its own."""
    made = installation(SALESYEAR_RUN_ATTEMPTS="2")
    yield made
    made.end()


def worker(site: Installation) -> subprocess.Popen[str]:
    """Start a worker that knows the tests' slow work."""
    return site.start("work", "--pause", "0.05", module="slow_kinds")


def ask(site: Installation, kind: str, number: int = 1, **params: object) -> None:
    """Put work into the queue, of which the file `steps` says how far it is."""
    asked = json.dumps({"file": str(site.home / "steps"), **params})
    for seed in range(number):
        site.write(
            "INSERT INTO core_run (kind, params, seed, fingerprint, made_at, state, done, total, message, worker, "
            "attempt, cancel_asked, error) VALUES "
            f"('{kind}', '{asked}', {seed}, '', '2026-01-05 00:00:00+00:00', 'waiting', 0, 0, '', '', 0, false, '')"
        )


def steps(site: Installation) -> int:
    """How many steps the work has made, over all attempts."""
    path: Path = site.home / "steps"
    return len(path.read_text().split()) if path.exists() else 0


def state(site: Installation) -> tuple[str, int, str]:
    """State, attempt and reason of the only run."""
    ((state, attempt, error),) = site.rows("SELECT state, attempt, error FROM core_run")
    return state, attempt, error


def kept(site: Installation) -> int:
    """How many rows the work has left in the database."""
    ((number,),) = site.rows("SELECT count(*) FROM sales_currency")
    return int(number)


@pytest.mark.parametrize("moment", [1, 5, STEPS])
def test_killed_at_any_moment_it_is_done_once_by_another(site: Installation, moment: int) -> None:
    """Case 26: before or after, never between; the first worker dies by kill -9 after 1, 5 or all 10 writes."""
    ask(site, "test.count")
    first = worker(site)
    wait_for(lambda: steps(site) >= moment, what=f"step {moment}")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert kept(site) in {0, STEPS}
    worker(site)
    wait_for(lambda: state(site)[0] == "done", what="the second worker")
    assert kept(site) == STEPS
    if moment < STEPS:
        assert state(site)[1] == 2


def test_the_control_without_the_protection_leaves_halves(site: Installation) -> None:
    """The same kill with work that is not kept in one piece: this is what the test above would see."""
    ask(site, "test.halves", pause=0.3)
    first = worker(site)
    wait_for(lambda: steps(site) >= 3, what="step 3")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert 0 < kept(site) < STEPS


def test_killed_in_every_attempt_it_is_failed_with_its_reason(site: Installation) -> None:
    ask(site, "test.count", pause=0.2)
    for attempt in (1, 2):
        victim = worker(site)
        wait_for(lambda: state(site)[1] == attempt and steps(site) >= 2 * attempt, what=f"attempt {attempt}")  # noqa: B023 - asked at once
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    worker(site)
    wait_for(lambda: state(site)[0] == "failed", what="the last word")
    assert "died while doing this, in attempt 2 of 2" in state(site)[2]
    assert kept(site) == 0


def test_two_workers_never_take_one_run(site: Installation) -> None:
    ask(site, "test.quick", number=40)
    crew = [worker(site) for _ in range(3)]
    wait_for(lambda: not site.rows("SELECT 1 FROM core_run WHERE state <> 'done'"), what="40 runs")
    done = [line.split() for line in (site.home / "steps").read_text().splitlines()]
    assert Counter(run for run, _worker in done).most_common(1)[0][1] == 1
    assert len(done) == 40
    assert {attempt for (attempt,) in site.rows("SELECT attempt FROM core_run")} == {1}
    assert all(process.poll() is None for process in crew)


def test_a_frozen_worker_is_overtaken_and_says_nothing_when_it_thaws(site: Installation) -> None:
    """A worker that sleeps past its lease wakes up after another took its run: its rows must not be kept as well."""
    ask(site, "test.count", pause=0.2)
    first = worker(site)
    wait_for(lambda: steps(site) >= 1, what="step 1")
    first.send_signal(signal.SIGSTOP)
    worker(site)
    if site.url:
        wait_for(lambda: state(site)[1] == 2, what="the second worker")
    else:
        time.sleep(2.5)  # on SQLite the frozen one holds the only right to write: nobody can overtake it
    first.send_signal(signal.SIGCONT)
    wait_for(lambda: state(site)[0] == "done", what="the end")
    assert state(site)[1] == (2 if site.url else 1)
    assert kept(site) == STEPS


def test_a_cancelled_run_stops_and_leaves_nothing(site: Installation) -> None:
    ask(site, "test.count" if site.url else "test.halves", pause=2)  # long enough for the other process to start
    worker(site)
    wait_for(lambda: steps(site) >= 1, what="step 1")
    site.python("from salesyear.core import models, runs\nruns.cancel(models.Run.objects.get(), actor=None)")
    wait_for(lambda: state(site)[0] == "cancelled", what="the cancelling")
    assert steps(site) < STEPS
    assert kept(site) == 0 or not site.url


def test_asked_to_stop_a_worker_puts_its_run_back(site: Installation) -> None:
    ask(site, "test.count", pause=0.3)
    first = worker(site)
    wait_for(lambda: steps(site) >= 1, what="step 1")
    first.send_signal(signal.SIGTERM)
    assert first.wait(15) == 0
    assert state(site) == ("waiting", 0, "")
    assert kept(site) == 0
    assert site.rows("SELECT count(*) FROM core_worker") == [(0,)]


def test_once_does_what_waits_and_ends(site: Installation) -> None:
    ask(site, "test.quick", number=3)
    process = site.start("work", "--once", module="slow_kinds")
    assert process.wait(30) == 0
    assert [json.loads(result) if isinstance(result, str) else result for (result,) in site.rows(
        "SELECT result FROM core_run ORDER BY id"
    )] == [{"seed": 0}, {"seed": 1}, {"seed": 2}]  # fmt: skip


def test_progress_is_seen_while_it_runs(site: Installation) -> None:
    """On SQLite work in one piece keeps others from writing: there only work in many pieces shows its progress."""
    ask(site, "test.count" if site.url else "test.halves", pause=0.4)
    worker(site)
    started = time.monotonic()
    wait_for(lambda: site.rows("SELECT 1 FROM core_run WHERE done > 0 AND message LIKE 'step%'"), what="progress")
    assert time.monotonic() - started < 20
    assert state(site)[0] == "running"
