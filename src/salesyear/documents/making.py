"""All papers of a version at once: written beside each other in a folder of their own, and only then put in place."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from salesyear.core.scope import Scope
from salesyear.documents.calendar import write_calendar
from salesyear.documents.content.building import NothingToPrint, PaperParams, paper_of
from salesyear.documents.content.gathering import Node, facts_of
from salesyear.documents.content.model import Paper
from salesyear.engine.messages import noop
from salesyear.org.access import narrowed_to_rep, narrowed_to_unit
from salesyear.plans.models import Initiative, Sheet, Version

Told = Callable[[str, float], None]
REGIONS: Final = "regions"
REPS: Final = "reps"


@dataclass(frozen=True)
class Wanted:
    """Which papers: of the whole scope always; a deck for each region, a sheet for each salesperson when asked."""

    params: PaperParams
    suffix: str = ""
    regions: bool = True
    reps: bool = True
    formats: Sequence[str] = field(default=("pptx", "xlsx", "pdf", "ics"))


def write_paper(paper: Paper, path: Path) -> Path:
    """Write a paper in the format that the name ends in: pptx, xlsx, pdf or ics."""
    from salesyear.documents.deck import write_deck
    from salesyear.documents.pdf import write_pdf
    from salesyear.documents.workbook import write_workbook

    writers = {".pptx": write_deck, ".xlsx": write_workbook, ".pdf": write_pdf, ".ics": write_calendar}
    path.parent.mkdir(parents=True, exist_ok=True)
    writers[path.suffix](paper, path)
    return path


def write_papers(scope: Scope, version: Version, wanted: Wanted, folder: Path, told: Told) -> list[Path]:
    """Write everything wanted into a folder; returns the files in the order they were written."""
    told(noop("Gathering the figures"), 0.0)
    whole = paper_of(scope, version, wanted.params)
    year = version.plan.year
    jobs = [(f"plan-{year}{wanted.suffix}.{one}", whole) for one in wanted.formats]
    made: list[Path] = []
    parts = list(_parts(scope, version, wanted))
    for place, (name, paper) in enumerate([*jobs, *parts]):
        told(noop("Writing the papers"), (place + 1) / (len(jobs) + len(parts) + 1))
        made.append(write_paper(paper, folder / name))
    return made


def _parts(scope: Scope, version: Version, wanted: Wanted) -> Iterator[tuple[str, Paper]]:
    """A deck for each region and a sheet for each salesperson, from the same code as the whole."""
    company = facts_of(scope, version).company
    if wanted.regions and len(company.below) > 1:
        for node in company.below:
            if node.key and (paper := region_paper(scope, version, node, wanted.params)):
                yield f"{REGIONS}/{file_name(node.name)}{wanted.suffix}.pptx", paper
    if wanted.reps:
        people = {node.key: node for node in company.all_below("rep") if node.key and any(node.sums.year)}
        for key, node in people.items():
            if paper := rep_paper(scope, version, node, wanted.params):
                yield f"{REPS}/{file_name(node.name)}-{key}{wanted.suffix}.pdf", paper


def region_paper(scope: Scope, version: Version, region: Node, params: PaperParams) -> Paper | None:
    """The paper of one region as its manager would see it; None where nothing of it is seen."""
    return _narrowed(scope, narrowed_to_unit(scope, region.key), version, replace(params, about=region.name))


def rep_paper(scope: Scope, version: Version, rep: Node, params: PaperParams) -> Paper | None:
    """A salesperson's own sheet; None where nothing of it is seen, or not all of it."""
    return _narrowed(scope, narrowed_to_rep(scope, rep.key), version, replace(params, about=rep.name, brief=True))


def paper_about(scope: Scope, version: Version, about: str, params: PaperParams) -> Paper | None:
    """The paper of all that a scope sees, of one region (`unit:3`) or of one salesperson (`rep:5`); None: nothing."""
    if not about:
        return paper_of(scope, version, params)
    found = _node_about(scope, version, about)
    if found is None:
        return None
    return (rep_paper if found.level == "rep" else region_paper)(scope, version, found, params)


def scope_about(scope: Scope, version: Version, about: str) -> tuple[Scope, str] | None:
    """The narrower scope of one region or salesperson with its name; None where it is not wholly seen."""
    found = _node_about(scope, version, about)
    if found is None:
        return None
    narrow = (narrowed_to_rep if found.level == "rep" else narrowed_to_unit)(scope, found.key)
    return (narrow, found.name) if _inside(scope, narrow, version) else None


def _node_about(scope: Scope, version: Version, about: str) -> Node | None:
    kind, _colon, key = about.partition(":")
    nodes = facts_of(scope, version).company.all_below("rep" if kind == "rep" else "region")
    return next((one for one in nodes if str(one.key) == key), None)


def _narrowed(scope: Scope, narrow: Scope, version: Version, params: PaperParams) -> Paper | None:
    if not _inside(scope, narrow, version):
        return None
    try:
        return paper_of(narrow, version, params)
    except NothingToPrint:
        return None


def _inside(scope: Scope, narrow: Scope, version: Version) -> bool:
    """Whether the narrower scope sees nothing that the wider one does not, such as a salesperson's other region."""
    sheets = (Sheet.objects.within(one).filter(version=version) for one in (narrow, scope))
    initiatives = (Initiative.objects.within(one).filter(plan=version.plan_id) for one in (narrow, scope))
    narrower, wider = zip(
        *((set(a.values_list("pk")), set(b.values_list("pk"))) for a, b in (sheets, initiatives)), strict=True
    )
    return all(few <= many for few, many in zip(narrower, wider, strict=True))


def file_name(name: str) -> str:
    """A name as a file may be called anywhere: no slash, no colon, no leading point."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).strip(" .")
    return plain[:60] or "_"


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """A new folder to write into; its files take the place of those of the same name when all went well, else none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield fresh
        for path in sorted(one for one in fresh.rglob("*") if one.is_file()):
            place = folder / path.relative_to(fresh)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
