"""Makes lines of a version's log, read or new: tens of thousands, most saying the same, so each text is read once."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.db.models import JSONField, TextField
from django.db.models.base import ModelState
from django.db.models.functions import Cast

from salesyear.core.scope import Scope
from salesyear.org.models import User
from salesyear.plans.models import Edit, Version

FIELDS = [field for field in Edit._meta.concrete_fields if not isinstance(field, JSONField)]
WORDS = [field for field in Edit._meta.concrete_fields if isinstance(field, JSONField)]
NAMES = [*(field.attname for field in FIELDS), *(field.attname for field in WORDS)]
UNSAID = {field.attname: field.get_default() for field in FIELDS}  # what the model says where nobody says anything
TEXTS = 65_536  # decoded ones, kept while lines are read: whoever pastes again names the same cells


def lines_of(version: Version, *, after: int, until: int) -> list[Edit]:
    """Return the lines numbered after one and until another, in order, each with its author.

    Lines that say the same share one value: `where` and `rule` are read, never changed in their place.
    """
    scope = Scope.system("changing a plan")
    asked = Edit.objects.within(scope).filter(version=version, number__gt=after, number__lte=until).order_by("number")
    texts = (Cast(field.attname, TextField()) for field in WORDS)
    rows = asked.values_list(*(field.attname for field in FIELDS), *texts).iterator(10_000)
    decoded = lru_cache(TEXTS)(json.loads)
    split = len(FIELDS)
    said = [dict(zip(NAMES, (*row[:split], *map(decoded, row[split:])), strict=True)) for row in rows]
    authors = User.objects.in_bulk({one["actor_id"] for one in said if one["actor_id"]})
    return [_line(one, authors.get(one["actor_id"]), asked.db) for one in said]


def new_line(said: dict[str, Any], author: User | None) -> Edit:
    """Return a line that is not kept yet; what is not said of it is as the model has it."""
    words = {
        field.attname: field.get_default() for field in WORDS
    }  # values that could be changed: of each line its own
    return _line(UNSAID | words | {"actor_id": author.pk if author else None} | said, author, None)


def _line(said: dict[str, Any], author: User | None, database: str | None) -> Edit:
    """A line as Django's own unpickling makes it: without the signals and descriptors of every single value."""
    edit = Edit.__new__(Edit)
    state = ModelState()
    state.db, state.adding = database, database is None
    state.fields_cache["actor"] = author
    edit.__dict__.update(said, _state=state)
    return edit
