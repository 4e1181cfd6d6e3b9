"""Versions: copied, compared, handed in, approved, published by a second person; replayed; explained."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils.translation import override

from cast import Cast
from planned import SYSTEM, Asker, draft
from salesyear.org.access import scope_of
from salesyear.plans.frames import sheet_cells
from salesyear.plans.models import Edit, State, Version
from salesyear.targets.editing.desk import targets_now
from salesyear.targets.services import approve, copy_version, publish, replay, send_back, submit
from salesyear.targets.services.versions import AnotherIsPublished, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(cast: Cast) -> Version:
    return draft(cast)


@pytest.fixture
def ask(cast: Cast, version: Version) -> Asker:
    return Asker(cast, version)


def leaf(cast: Cast, rep: str, unit: str, above: str) -> str:
    return f"region:{cast.units[above].pk}/territory:{cast.units[unit].pk}/rep:{cast.reps[rep].pk}"


def approved(cast: Cast, version: Version) -> Version:
    finance, director = cast.users["finance"], cast.users["director"]
    submit(version, actor=finance, scope=scope_of(finance), note="as agreed")
    return approve(version, actor=director, scope=scope_of(director))


def test_a_scenario_has_the_same_amounts_and_goes_its_own_way(ask: Asker, cast: Cast, version: Version) -> None:
    li = leaf(cast, "li", "shanghai", "east")
    ask("director", "edits/", {"seen": 0, "edits": [{"row": li, "column": "1", "text": "500"}]})
    other = copy_version(version, "Bolder", actor=cast.users["director"])
    assert (other.number, other.parent, other.edition) == (2, version, 1)
    columns = ["target", "baseline", "last_year", "prior"]
    assert sheet_cells(SYSTEM, other).select(columns).equals(sheet_cells(SYSTEM, version).select(columns))
    kept = sheet_cells(SYSTEM, version)
    Asker(cast, other)("director", "undo/", {"seen": 1})
    assert sheet_cells(SYSTEM, version).equals(kept)
    page = ask.client("director").get(f"/targets/plans/{version.plan_id}/2/beside/1/?by=rep")
    assert "李娜" in page.content.decode()
    neighbour = ask.client("sun").get(f"/targets/plans/{version.plan_id}/2/beside/1/?by=rep").content.decode()
    assert "李娜" not in neighbour


def test_what_nobody_named_goes_by_its_number_in_each_readers_language(cast: Cast, version: Version) -> None:
    other = copy_version(version, " ", actor=cast.users["director"])
    with override("en"):
        assert str(other) == "Version 2"
    with override("zh-hans"):
        assert str(other) == "第 2 版"


def test_names_that_an_earlier_release_gave_are_taken_away_and_chosen_ones_stay(version: Version) -> None:
    names = ["Draft 7", "草稿 8", "Draft 1", "Bolder"]
    kept = [copy_version(version, "", actor=None) for _name in names]
    for number, (one, name) in enumerate(zip(kept, names, strict=True), start=7):
        Version.objects.filter(pk=one.pk).update(name=name, number=number)
    import_module("salesyear.plans.migrations.0005_versions_without_a_name").forget_given_names(apps, None)
    assert [Version.objects.get(pk=one.pk).name for one in kept] == ["", "", "Draft 1", "Bolder"]


def test_a_copy_has_every_line_of_the_log_in_its_order(ask: Asker, cast: Cast, version: Version) -> None:
    li = leaf(cast, "li", "shanghai", "east")
    for seen, text in enumerate(["500", "+7%", "600"]):
        ask("director", "edits/", {"seen": seen, "edits": [{"row": li, "column": "1", "text": text}]})
    ask("director", "undo/", {"seen": 3})
    other = copy_version(version, "", actor=cast.users["director"])
    said = ["number", "batch", "kind", "where", "amount", "before", "rule", "actor", "at", "undone_at"]
    logs = [list(Edit.objects.within(SYSTEM).filter(version=one).values(*said)) for one in (version, other)]
    assert len(logs[0]) == 4
    assert logs[0] == logs[1]
    assert (replay(other) == targets_now(other)).all()


def test_any_version_is_replayed_to_the_same_integers(ask: Asker, cast: Cast, version: Version) -> None:
    li, sun = leaf(cast, "li", "shanghai", "east"), leaf(cast, "sun", "sichuan", "west")
    for seen, (who, row, text) in enumerate([("director", li, "500"), ("finance", sun, "+7%"), ("wang", li, "-3%")]):
        column = str(seen + 1)
        answer = ask(who, "edits/", {"seen": seen, "edits": [{"row": row, "column": column, "text": text}]})
        assert answer.status_code == 200, answer.content
    version.refresh_from_db()
    assert (replay(version) == targets_now(version)).all()


def test_the_way_to_publication_takes_two_people(cast: Cast, version: Version) -> None:
    finance, director = cast.users["finance"], cast.users["director"]
    approved(cast, version)
    with pytest.raises(Refused, match="second person"):
        publish(version, actor=finance, scope=scope_of(finance), over=None)
    publish(version, actor=director, scope=scope_of(director), over=None)
    assert [step.state for step in version.steps.all()] == ["draft", "submitted", "approved", "published"]


@pytest.mark.parametrize("who", ["wang", "li", "hr"])
def test_roles_that_take_no_step_take_none(cast: Cast, version: Version, who: str) -> None:
    user = cast.users[who]
    with pytest.raises(Refused, match="Your role"):
        submit(version, actor=user, scope=scope_of(user))
    version.refresh_from_db()
    assert version.state == State.DRAFT


def test_what_is_poor_needs_a_reason(ask: Asker, cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesyear.targets.reports import audit

    monkeypatch.setattr(audit, "audit", lambda *_: audit.AuditReport((), 3, "poor"))
    finance = cast.users["finance"]
    with pytest.raises(Refused, match="Say in the note"):
        submit(version, actor=finance, scope=scope_of(finance))
    submit(version, actor=finance, scope=scope_of(finance), note="A new product comes in May")
    assert version.steps.get(state=State.SUBMITTED).note == "A new product comes in May"


def test_sent_back_it_is_a_draft_again_and_says_why(cast: Cast, version: Version) -> None:
    director = cast.users["director"]
    approved(cast, version)
    with pytest.raises(Refused, match="what is to be changed"):
        send_back(version, actor=director, scope=scope_of(director))
    send_back(version, actor=director, scope=scope_of(director), note="West is too high")
    assert version.state == State.DRAFT


def test_two_publish_at_once_and_the_second_sees_the_difference(cast: Cast, version: Version) -> None:
    """Both had looked when nothing was published yet."""
    director, admin = cast.users["director"], cast.users["admin"]
    other = copy_version(version, "Bolder", actor=director)
    for one in (version, other):
        approved(cast, one)
    publish(version, actor=director, scope=scope_of(director), over=None)
    with pytest.raises(AnotherIsPublished) as refused:
        publish(other, actor=admin, scope=scope_of(admin), over=None)
    assert refused.value.version == version
    publish(other, actor=admin, scope=scope_of(admin), over=version.pk)
    version.refresh_from_db()
    assert version.state == State.SUPERSEDED


def test_the_database_itself_holds_one_published_version_a_plan(cast: Cast, version: Version) -> None:
    """The control: without the service, the second is refused by the constraint."""
    other = copy_version(version, "Bolder", actor=None)
    Version.objects.filter(pk=version.pk).update(state=State.PUBLISHED)
    with pytest.raises(IntegrityError):
        Version.objects.filter(pk=other.pk).update(state=State.PUBLISHED)


def test_from_the_form_to_the_draft(cast: Cast, version: Version) -> None:
    from salesyear.core.models import Run
    from salesyear.core.worker import Labour

    client = Asker(cast, version).client("director")
    page = client.get("/targets/plans/new/")
    assert "Expected in 2026 anyway" in page.content.decode()
    typed = {"year": 2026, "month": 1, "growth": "", "total": "12万", "strategic_share": 0, "new_share": 0}
    answer = client.post("/targets/plans/new/", {**typed, "rep_least": "", "token": "t"})
    assert answer.status_code == 303, answer.content.decode()
    Labour(scope_of).work_once()
    run = Run.objects.get()
    assert run.result, run.error
    shown = client.get(run.result["url"]).content.decode()
    assert "120.0K" in shown
    assert Version.objects.get(number=2).inputs["total"] == 120_000_00
    assert "There is no plan" not in client.get("/targets/plans/").content.decode()
    bad = client.post("/targets/plans/new/", {**typed, "total": "much", "token": "u"})
    assert bad.status_code == 422


def test_a_plan_of_one_region_is_chosen_on_the_form(cast: Cast, version: Version) -> None:
    """The region's people and nobody else's; the company's plan stays the one that pages show."""
    from salesyear.core.models import Run
    from salesyear.core.worker import Labour

    east = cast.units["east"]
    client = Asker(cast, version).client("director")
    assert f'<option value="{east.pk}">华东</option>' in client.get("/targets/plans/new/").content.decode()
    typed = {"year": 2026, "month": 1, "growth": "10", "strategic_share": 0, "new_share": 0, "unit": str(east.pk)}
    answer = client.post("/targets/plans/new/", {**typed, "rep_least": "", "token": "r"})
    assert answer.status_code == 303, answer.content.decode()
    Labour(scope_of).work_once()
    run = Run.objects.get()
    assert run.result, run.error
    made = Version.objects.get(pk=run.result["version"])
    assert (made.plan.unit, made.plan.year) == (east, 2026)
    assert {place[0] for place in made.inputs["places"]} == {east.pk}
    assert client.get("/targets/ledger/").context["plan"] == version.plan
    assert client.post("/targets/plans/new/", {**typed, "unit": "999999", "token": "s"}).status_code == 422


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/targets/plans/new/", "/targets/plans/new/"),
        ("/targets/baseline/", "/targets/baseline/runs/"),
        ("/market/customers/", "/market/customers/runs/"),
    ],
)
def test_what_a_form_comes_filled_in_with_is_taken(cast: Cast, version: Version, page: str, address: str) -> None:
    """Nobody types anything: every figure, and the token that makes two clicks one, is as the page gave it."""
    client = Asker(cast, version).client("director")
    shown = client.get(page).content.decode()
    form = re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', shown)
    fields = {**dict(form), **{name: value for value, name in re.findall(r'value="([^"]*)"[^>]*name="([^"]+)"', shown)}}
    fields.pop("strategic", None)
    answer = client.post(address, fields)
    assert answer.status_code == 303, answer.content.decode()
    assert "E+" not in fields.get("strategic_share", "")


def test_the_pages_steps_and_the_history_of_changes(ask: Asker, cast: Cast, version: Version) -> None:
    li = leaf(cast, "li", "shanghai", "east")
    edit = {"row": li, "column": "1", "text": "500"}
    ask("director", "edits/", {"seen": 0, "reason": "promised", "edits": [edit]})
    address = f"/targets/plans/{version.plan_id}/{version.number}/"
    finance, director = ask.client("finance"), ask.client("director")
    assert finance.post(f"{address}steps/submit/", {"note": "fine"}).status_code == 303
    assert director.post(f"{address}steps/approve/", {"note": ""}).status_code == 303
    assert director.post(f"{address}steps/publish/", {"note": "", "over": ""}).status_code == 303
    version.refresh_from_db()
    assert version.state == State.PUBLISHED
    assert "promised" in director.get(address).content.decode()
    assert "promised" not in ask.client("sun").get(address).content.decode()
    assert director.post(f"{address}steps/burn/", {}).status_code == 404
    assert director.post(f"{address}copies/", {"name": "Next"}).status_code == 303


def test_why_a_number_adds_up_to_the_unit(ask: Asker, cast: Cast, version: Version) -> None:
    from salesyear.targets.reports.why import why

    li = leaf(cast, "li", "shanghai", "east")
    ask("director", "edits/", {"seen": 0, "reason": "promised", "edits": [{"row": li, "column": "3", "text": "+10%"}]})
    for row, column in (("company", "total"), (li, "3"), (li, "total")):
        found = why(scope_of(cast.users["director"]), version, row, column)
        assert found.prior + sum(part.amount for part in found.parts) == found.target
    assert {part.name for part in why(scope_of(cast.users["director"]), version, li, "3").parts} & {"Changes by hand"}
    part = ask("director", "why/", row=li, column="3").content.decode()
    assert "promised" in part
    assert ask("sun", "why/", row=li, column="3").status_code == 404
    assert ask("director", "audit/").status_code == 200
    assert Edit.objects.within(SYSTEM).count() == 1
