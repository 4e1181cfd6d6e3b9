"""Loads a sample company through the ordinary import, and makes one sign-in for each role it has people for."""

from __future__ import annotations

import csv
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from salesyear.core import events
from salesyear.core.models import Event
from salesyear.core.scope import Scope
from salesyear.crm.models import Agency
from salesyear.importing import services as importing
from salesyear.importing.layouts import Layout
from salesyear.org import services as org
from salesyear.org.models import Rep, Role, Unit, UnitKind, User
from salesyear.sales.models import OrderLine
from salesyear.samples import adventureworks, superstore_zh
from salesyear.samples.tables import Sample, Table

SAMPLES = {sample.name: sample for sample in (adventureworks.SAMPLE, superstore_zh.SAMPLE)}
LOADED = "samples.company.loaded"
Told = Callable[[str, int, int], None]


class NotLoaded(ValueError):
    """A sample that was not loaded; nothing has changed."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account made for the sample; `note` says what its holder will find missing."""

    role: str
    email: str
    password: str
    note: str = ""


def loaded() -> str:
    """Return the name of the sample in the database, empty when there is none."""
    event = Event.objects.filter(verb=LOADED).last()
    return event.subject if event else ""


def load(sample: Sample, today: date, told: Told, *, years: int | None = None) -> list[SignIn]:
    """Load a sample into an empty database, all or nothing; dates move by `years`, else to the last full year.

    Raises NotLoaded when there are sales already.
    """
    if OrderLine.objects.within(_system()).exists():
        raise NotLoaded("There are sales here already. A sample goes into an empty database: set SALESYEAR_HOME anew.")
    move = sample.years_to(today) if years is None else years
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        for table in sample.tables(move):
            _import(table, Path(folder), told)
        made = list(_people(sample))
        events.record(LOADED, subject=sample.name, detail={"years": move})
    keep_sign_ins(made)
    return made


def sign_ins() -> list[SignIn]:
    """Return the sign-ins made when the sample was loaded, as kept beside the database."""
    path = _kept()
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [SignIn(**row) for row in csv.DictReader(file, delimiter="\t")]


def _import(table: Table, folder: Path, told: Told) -> None:
    path = folder / f"{table.kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows(table.rows)
    layout = Layout(table.kind, {name: (name,) for name in table.columns})
    taken = importing.take_in(path, path.name, actor=None, scope=_system(), layout=layout)

    def progress(doing: str, done: int, of: int) -> None:
        told(f"{table.kind}: {doing}", done, of)

    importing.save_import(taken, scope=_system(), progress=progress)


def _people(sample: Sample) -> Iterator[SignIn]:
    region = Unit.objects.within(_system()).filter(kind=UnitKind.REGION).order_by("path").first()
    selling = Rep.objects.within(_system()).filter(unit__kind=UnitKind.TERRITORY, left_on__isnull=True)
    rep = selling.order_by("code").first()
    agency = Agency.objects.create(code="SAMPLE", name=f"{sample.title}: no agency in the sample")
    of: dict[str, dict[str, Any]] = {
        Role.REGIONAL_MANAGER: {"unit": region, "note": str(region)},
        Role.SALESPERSON: {"rep": rep, "note": rep.name if rep else ""},
        Role.AGENT: {"agency": agency, "note": "sees an empty portal: the sample has no agencies"},
    }
    for role in Role:
        if rep or role != Role.SALESPERSON:
            yield sign_in(role, **of.get(role, {}))


def sign_in(role: Role, *, rep: Rep | None = None, note: str = "", **of: Any) -> SignIn:  # noqa: ANN401 - unit=, agency=
    """Make an account with a role and a password of its own."""
    email = f"{role.value.replace('_', '.')}@example.com"
    password = secrets.token_urlsafe(9)
    user: User = org.add_user(
        email=email, name=rep.name if rep else str(role.label).title(), password=password, rep=rep
    )
    org.give_role(user, role, starts_on=org.PAST, **of)
    return SignIn(role.value, email, password, note)


def keep_sign_ins(made: list[SignIn]) -> None:
    """Keep them beside the database, for the owner of the files alone."""
    path = _kept()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(("role", "email", "password", "note"))
        writer.writerows((one.role, one.email, one.password, one.note) for one in made)


def _kept() -> Path:
    return Path(settings.HOME) / "sign-ins.tsv"


def _system() -> Scope:
    return Scope.system("loading a sample company")
