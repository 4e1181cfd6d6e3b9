"""Long work is asked for once, done by one worker, and never lost: told inside one process."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import slow_kinds
from cast import Cast
from salesyear.core import runs
from salesyear.core.models import Event, Run, RunState, Worker
from salesyear.core.runs import Cancelled, Halted, KeyUsedOtherwise, Overtaken, Progress, Stopped
from salesyear.core.scope import Scope
from salesyear.core.worker import Labour, do, end, living, take
from salesyear.org import services
from salesyear.org.access import scope_of
from salesyear.org.models import Grant, Role
from salesyear.sales.models import Currency

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(tmp_path: Path) -> str:
    """The file that the work writes its steps to."""
    return str(tmp_path / "steps")


@pytest.fixture
def transactional(transactional_db: None) -> None:
    """A heartbeat is another connection: it sees what is committed only."""


def written() -> int:
    """How many rows the counting work has left."""
    return Currency.objects.within(Scope.system("test")).filter(code__startswith="X").count()


def finish(run: Run) -> Run:
    """Read a run again."""
    run.refresh_from_db()
    return run


def test_the_same_key_gives_the_same_run(note: str) -> None:
    first = runs.ask_for("test.quick", {"file": note}, actor=None, key="k1", seed=7)
    again = runs.ask_for("test.quick", {"file": note}, actor=None, key="k1", seed=7)
    assert first.pk == again.pk
    assert Run.objects.count() == 1
    assert Event.objects.filter(verb="core.run.asked").count() == 1


def test_the_same_key_for_other_work_is_refused(cast: Cast, note: str) -> None:
    runs.ask_for("test.quick", {"file": note}, actor=None, key="k1", seed=7)
    for params, seed, actor in (({"file": "other"}, 7, None), ({"file": note}, 8, None), ({"file": note}, 7, "admin")):
        with pytest.raises(KeyUsedOtherwise, match="k1"):
            runs.ask_for("test.quick", params, actor=cast.users[actor] if actor else None, key="k1", seed=seed)
    assert Run.objects.count() == 1


def test_without_a_key_every_asking_is_a_run_of_its_own(note: str) -> None:
    for _ in range(2):
        runs.ask_for("test.quick", {"file": note}, actor=None)
    assert Run.objects.count() == 2


def test_work_nobody_declared_is_refused_naming_what_there_is() -> None:
    with pytest.raises(runs.UnknownKind, match=r"“test.quik”.*test.quick"):
        runs.ask_for("test.quik", {}, actor=None)


def test_the_oldest_run_is_taken_first_and_only_once(note: str) -> None:
    first, second = (runs.ask_for("test.quick", {"file": note}, actor=None) for _ in range(2))
    taken = [take("a"), take("b"), take("c")]
    assert [run.pk if run else None for run in taken] == [first.pk, second.pk, None]
    assert finish(first).state == RunState.RUNNING
    assert (first.worker, first.attempt) == ("a", 1)


def test_a_run_whose_lease_ran_out_is_taken_again_and_the_first_worker_has_no_say(note: str) -> None:
    runs.ask_for("test.quick", {"file": note}, actor=None)
    old = take("a")
    assert old
    Run.objects.update(lease_until=runs.now() - timedelta(seconds=1))
    new = take("b")
    assert new
    assert (new.pk, new.attempt, new.worker) == (old.pk, 2, "b")
    assert not end(old, RunState.DONE, result={})
    assert finish(new).state == RunState.RUNNING


def test_what_an_overtaken_worker_wrote_is_not_kept(note: str) -> None:
    """The fence: writes and “done” are one transaction that needs the lease; without it both workers' rows stay."""
    runs.ask_for("test.count", {"file": note, "pause": 0}, actor=None)
    old = take("a")
    assert old
    Run.objects.filter(pk=old.pk).update(attempt=2)  # another has taken it meanwhile
    with pytest.raises(Overtaken):
        do(old, runs.kind_of("test.count"), Progress())
    assert written() == 0
    halves = runs.kind_of("test.halves")
    with pytest.raises(Overtaken):
        do(old, halves, Progress())
    assert written() == slow_kinds.STEPS


def test_a_run_that_died_too_often_is_failed_with_its_reason(note: str, settings: Any) -> None:
    settings.RUN_ATTEMPTS = 2
    run = runs.ask_for("test.quick", {"file": note}, actor=None)
    for _ in range(2):
        assert take("unlucky")
        Run.objects.update(lease_until=runs.now() - timedelta(seconds=1))
    assert take("next") is None
    assert finish(run).state == RunState.FAILED
    assert run.error == "The worker unlucky died while doing this, in attempt 2 of 2."


def test_progress_tells_and_stops() -> None:
    progress = Progress()
    progress(3, 10, "reading")
    progress(4, 10)
    assert progress.said == (4, 10, "reading")
    progress.halt(Cancelled())
    progress.halt(Stopped())
    with pytest.raises(Cancelled):
        progress(5, 10)


@pytest.mark.usefixtures("transactional")
def test_a_worker_does_what_waits(note: str) -> None:
    run = runs.ask_for("test.quick", {"file": note}, actor=None, seed=42)
    assert Labour(scope_of, name="w").work_once()
    assert finish(run).state == RunState.DONE
    assert run.result == {"seed": 42}
    assert run.lease_until is None
    assert Path(note).read_text() == f"{run.pk} w\n"


@pytest.mark.usefixtures("transactional")
def test_what_the_work_raises_is_the_runs_answer(caplog: pytest.LogCaptureFixture) -> None:
    run = runs.ask_for("test.wrong", {}, actor=None)
    Labour(scope_of, name="w").work_once()
    assert finish(run).state == RunState.FAILED
    assert run.error == "ZeroDivisionError: one by none"
    assert "Traceback" in caplog.text  # for the log, not for the page


@pytest.mark.usefixtures("transactional")
def test_a_worker_told_to_stop_puts_its_run_back(note: str) -> None:
    run = runs.ask_for("test.count", {"file": note, "pause": 0.3}, actor=None)
    labour = Labour(scope_of, name="w")
    labour.stop.set()
    labour.work_once()
    assert finish(run).state == RunState.WAITING
    assert run.attempt == 0
    assert written() == 0


def test_a_waiting_run_is_cancelled_at_once_and_stays_so(cast: Cast, note: str) -> None:
    run = runs.ask_for("test.quick", {"file": note}, actor=cast.users["director"])
    for _ in range(2):
        assert runs.cancel(run, actor=cast.users["director"]).state == RunState.CANCELLED
    assert take("a") is None
    assert Event.objects.filter(verb="core.run.cancelled").count() == 1


@pytest.mark.parametrize("loss", ["account", "role", "none"])
def test_who_may_no_longer_have_it_done_is_refused_when_it_is_taken(
    transactional_db: None, cast: Cast, note: str, loss: str
) -> None:
    """Case 32, workers: what was asked for before the role went is not done after it. “none” is the control."""
    director = cast.users["director"]
    run = runs.ask_for("test.count", {"file": note, "pause": 0}, actor=director)
    if loss == "account":
        services.deactivate_user(director)
    if loss == "role":
        services.take_role(Grant.objects.get(user=director))
        services.give_role(director, Role.MARKETING)  # still somebody, but not for this
    Labour(scope_of, name="w").work_once()
    done = loss == "none"
    assert finish(run).state == (RunState.DONE if done else RunState.FAILED)
    assert written() == (slow_kinds.STEPS if done else 0)
    assert ("closed" in run.error) is (loss == "account")
    assert ("no longer has a role" in run.error) is (loss == "role")
    assert Event.objects.filter(verb="core.run.refused").count() == (0 if done else 1)


def test_workers_that_were_not_seen_for_long_do_not_count() -> None:
    Worker.objects.create(name="old", started_at=runs.now(), seen_at=runs.now() - timedelta(minutes=5))
    assert living() == 0
    Worker.objects.create(name="new", started_at=runs.now(), seen_at=runs.now())
    assert living() == 1


def told(page: str, key: int) -> str:
    """Return a page without its own address and the token that is new on every page."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(f"/runs/{key}/", "")


def sign_in(cast: Cast, name: str) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


class TestPage:
    """The page that follows a run."""

    def test_it_says_how_far_it_is(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        director = sign_in(cast, "director")
        assert "It waits for a worker." in director.get(reverse("run-status", args=[run.pk])).content.decode()
        take("w")
        Run.objects.update(done=3, total=12, message="reading <b>rows</b>")
        page = director.get(reverse("run-status", args=[run.pk])).content.decode()
        assert "25%" in page
        assert "reading &lt;b&gt;rows&lt;/b&gt;" in page
        assert f'hx-get="/runs/{run.pk}/"' in page
        assert f'<a href="/runs/{run.pk}/">' in page  # without JavaScript

    def test_an_ended_run_is_no_longer_asked_for(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        result = {"text": "Ten were written.", "url": "/data/"}
        Run.objects.update(state=RunState.DONE, result=result, ended_at=runs.now())
        page = sign_in(cast, "director").get(reverse("run-status", args=[run.pk])).content.decode()
        assert "hx-get" not in page.partition("<section")[2]
        assert "Ten were written." in page
        assert '<a href="/data/">' in page

    @pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
    def test_a_result_leads_nowhere_else(self, cast: Cast, note: str, url: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        Run.objects.update(state=RunState.DONE, result={"url": url}, ended_at=runs.now())
        assert url not in sign_in(cast, "director").get(reverse("run-status", args=[run.pk])).content.decode()

    def test_htmx_gets_the_part_alone(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        part = sign_in(cast, "director").get(reverse("run-status", args=[run.pk]), headers={"HX-Request": "true"})
        assert part.content.decode().startswith(f'<section id="run-{run.pk}"')
        assert part["Cache-Control"] == "no-store"

    def test_why_it_failed(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        Run.objects.update(state=RunState.FAILED, error="The disk is full.", ended_at=runs.now())
        page = sign_in(cast, "director").get(reverse("run-status", args=[run.pk])).content.decode()
        assert "It failed, and nothing of it was kept: The disk is full." in page

    @pytest.mark.parametrize(("name", "sees"), [("director", True), ("admin", True), ("wang", False), ("li", False)])
    def test_the_neighbour_sees_nothing(self, cast: Cast, note: str, name: str, sees: bool) -> None:
        """Case 22: another's run and one that is not there give the same answer, byte for byte."""
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        client = sign_in(cast, name)
        status, absent = (client.get(reverse("run-status", args=[key])) for key in (run.pk, 999_999))
        assert status.status_code == (200 if sees else 404)
        assert absent.status_code == 404
        if not sees:
            assert told(status.content.decode(), run.pk) == told(absent.content.decode(), 999_999)
            assert client.post(reverse("run-cancel", args=[run.pk])).status_code == 404
            assert finish(run).state == RunState.WAITING

    def test_work_of_a_command_is_for_administrators(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.quick", {"file": note}, actor=None)
        answers = {
            name: sign_in(cast, name).get(reverse("run-status", args=[run.pk])).status_code
            for name in ("admin", "director", "nobody")
        }
        assert answers == {"admin": 200, "director": 404, "nobody": 403}

    def test_cancelling(self, cast: Cast, note: str) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        take("w")
        client = sign_in(cast, "director")
        answer = client.post(reverse("run-cancel", args=[run.pk]))
        assert (answer.status_code, answer["Location"]) == (303, f"/runs/{run.pk}/")
        assert "It is being cancelled." in client.get(answer["Location"]).content.decode()
        Run.objects.update(lease_until=runs.now() - timedelta(seconds=1))  # its worker died before it heard
        assert take("next") is None
        assert finish(run).state == RunState.CANCELLED

    @pytest.mark.parametrize("others", [0, 300])
    def test_it_takes_as_many_queries_whatever_else_runs(
        self, cast: Cast, note: str, others: int, django_assert_max_num_queries: Any
    ) -> None:
        run = runs.ask_for("test.count", {"file": note}, actor=cast.users["director"])
        Run.objects.bulk_create(Run(kind="test.quick", made_at=runs.now()) for _ in range(others))
        client = sign_in(cast, "director")
        with django_assert_max_num_queries(12):
            client.get(reverse("run-status", args=[run.pk]))


def test_every_way_to_halt_is_told_apart() -> None:
    assert {kind.__name__ for kind in Halted.__subclasses__()} == {"Cancelled", "Overtaken", "Stopped"}
