"""Lines of a log read in one go are those that the ORM reads one by one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import Cast
from planned import draft
from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, Version
from salesyear.targets.editing.lines import NAMES, lines_of, new_line
from salesyear.targets.editing.outcomes import Asking, CellText, Changed
from salesyear.targets.services import change, lock, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(cast: Cast) -> Version:
    """A draft in which somebody set, locked and took back."""
    version = draft(cast)
    asking = Asking(version, Scope.system("test"), cast.users["director"], 10**6)
    for text in ("+4%", "+1%"):
        assert isinstance(change(asking, [CellText("company", "q3", text)]), Changed)
    assert isinstance(lock(asking, "company", "q1", reason="agreed"), Changed)
    assert isinstance(undo(asking), Changed)
    return version


def test_lines_are_those_of_the_orm(version: Version) -> None:
    plain = list(Edit.objects.within(Scope.system("test")).filter(version=version).order_by("number"))
    found = lines_of(version, after=0, until=10**6)
    assert len(plain) == 4
    assert [{name: getattr(edit, name) for name in NAMES} for edit in found] == [
        {name: getattr(edit, name) for name in NAMES} for edit in plain
    ]
    assert found == plain
    assert [type(edit.where) for edit in found] == [dict] * 4
    assert sum(edit.undone_at is not None for edit in found) == 1


def test_some_lines_alone_and_their_authors_without_a_question_each(version: Version) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = lines_of(version, after=1, until=3)
        assert {str(edit.actor) for edit in found} == {str(found[0].actor)} != {"None"}
    assert [edit.number for edit in found] == [2, 3]
    assert len(asked) == 2


def test_a_new_line_is_what_the_orm_would_make(version: Version) -> None:
    author = Edit.objects.within(Scope.system("test")).filter(version=version)[0].actor
    said = {"version_id": version.pk, "where": {"rep": [1]}, "amount": 5, "rule": {}, "batch": "b"}
    found, plain = new_line(said, author), Edit(**said, actor=author)
    assert found._state.adding
    assert found.actor is author
    for name in NAMES:
        assert getattr(found, name) == getattr(plain, name), name


def test_lines_of_which_nothing_is_said_share_nothing(version: Version) -> None:
    one, other = new_line({"version_id": version.pk}, None), new_line({"version_id": version.pk}, None)
    one.where["rep"] = [1]
    assert (other.where, other.rule, other.reason, other.actor) == ({}, {}, "", None)
