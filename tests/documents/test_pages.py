"""The page of papers: each has their own part made, follows it, takes the file; nobody takes another's."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from cast import Cast
from paper_cast import printed_plan, totals
from salesyear.core.models import Run, RunState
from salesyear.core.runs import Progress
from salesyear.documents.content.building import NothingToPrint
from salesyear.documents.queries import parts_of
from salesyear.documents.runs import make_paper
from salesyear.org.access import scope_of
from salesyear.plans.models import Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(cast: Cast, settings: Settings, tmp_path: Path) -> Version:
    settings.MEDIA_ROOT = tmp_path
    return printed_plan(cast)


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def asked(cast: Cast, name: str, version: Version, about: str = "", form: str = "xlsx") -> Run:
    """Ask for a paper on the page, and do the worker's work."""
    said = {"version": version.pk, "about": about, "form": form, "language": "en", "token": f"{name}{about}{form}"}
    answer = client_of(cast, name).post("/papers/making/", said)
    assert answer.status_code == 303
    run = Run.objects.latest("pk")
    run.result = dict(make_paper(run, run.params, Progress()))
    run.state = RunState.DONE
    run.save()
    return run


def test_a_manager_gets_the_regions_workbook(cast: Cast, version: Version) -> None:
    run = asked(cast, "wang", version)
    answer = client_of(cast, "wang").get(f"/papers/{run.pk}/file/")
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()), data_only=True)
    by_rep = totals(version)
    assert round(book["Targets"]["N5"].value * 100) == by_rep["li"] + by_rep["zhao"]
    assert client_of(cast, "wang").get("/papers/").content.count(b"/file/") == 1


def test_the_neighbour_takes_nothing(cast: Cast, version: Version) -> None:
    """Another's paper is not there, for the administrator neither; what one does not see cannot be asked for."""
    run = asked(cast, "wang", version)
    for name in ("li", "sun", "admin", "director"):
        assert client_of(cast, name).get(f"/papers/{run.pk}/file/").status_code == 404
    west = f"unit:{cast.units['west'].pk}"
    said = {"version": version.pk, "about": west, "form": "pdf", "language": "en", "token": "x"}
    assert client_of(cast, "wang").post("/papers/making/", said).status_code == 400
    offered = {key for key, _name in parts_of(scope_of(cast.users["wang"]), version)}
    assert offered == {"", f"unit:{cast.units['east'].pk}", f"rep:{cast.reps['li'].pk}", f"rep:{cast.reps['zhao'].pk}"}
    assert parts_of(scope_of(cast.users["agent"]), version) == []


def test_a_run_does_not_trust_what_was_asked(cast: Cast, version: Version) -> None:
    """The control: a run that names the neighbour's region, as if the form had let it through, prints nothing."""
    run = asked(cast, "wang", version)
    for about in (f"unit:{cast.units['west'].pk}", f"rep:{cast.reps['sun'].pk}", "unit:x", "rep:"):
        with pytest.raises(NothingToPrint):
            make_paper(run, {**run.params, "about": about}, Progress())


def test_asked_twice_is_made_once(cast: Cast, version: Version) -> None:
    said = {"version": version.pk, "about": "", "form": "ics", "language": "en", "token": "same"}
    client = client_of(cast, "li")
    places = {client.post("/papers/making/", said).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert re.search(r"/\d+/", places.pop())


def test_without_a_plan_the_page_says_why(cast: Cast) -> None:
    assert "There is nothing to print yet." in client_of(cast, "director").get("/papers/").content.decode()


def test_few_queries_whatever_is_there(cast: Cast, version: Version) -> None:
    asked(cast, "director", version, form="ics")
    client = client_of(cast, "director")
    client.get("/papers/")
    with CaptureQueriesContext(
        connection,
    ) as taken:
        assert client.get("/papers/").status_code == 200
    assert len(taken) <= 12
