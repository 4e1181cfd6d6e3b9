"""The background work of papers: one file for whoever asked, made within what they may see."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from salesyear.core.models import Run
from salesyear.core.runs import Progress, run_kind
from salesyear.documents.content.building import NothingToPrint, PaperParams
from salesyear.documents.content.model import Paper
from salesyear.documents.making import paper_about, write_paper
from salesyear.documents.queries import KIND
from salesyear.documents.reviewing import review_about
from salesyear.engine.messages import EngineError, noop
from salesyear.org.access import scope_of
from salesyear.plans.models import Version
from salesyear.targets.access import READERS


# Not atomic: it writes a file, and one made twice is the same file.
@run_kind(KIND, label=gettext_lazy("paper of the plan"), roles=READERS, atomic=False)
def make_paper(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the paper; what the person sees today counts, not what they saw when they asked."""
    progress(0, 3, noop("Gathering the figures"))
    version = Version.objects.select_related("plan", "plan__currency").get(pk=params["version"])
    try:
        paper = _paper(run, version, params)
        if paper is None:
            raise NothingToPrint(_("You see no part of this version of the plan, so there is nothing to print."))
        progress(1, 3, noop("Writing the papers"))
        write_paper(paper, path_of(run))
    except EngineError as refused:
        raise NothingToPrint(_(refused.text) % refused.values) from refused
    progress(3, 3)
    with override(params["language"]):
        name = f"{paper.cover.title} · {paper.cover.subtitle}" if params.get("month") else paper.cover.subtitle
        return {"url": reverse("paper-file", args=[run.pk]), "about": name}


def _paper(run: Run, version: Version, params: dict[str, Any]) -> Paper | None:
    """The plan, or the review of a month; None where the person sees nothing of it."""
    if run.made_by is None:
        return None
    scope, wanted = scope_of(run.made_by), PaperParams(params["language"], presenter=str(run.made_by))
    if not params.get("month"):
        return paper_about(scope, version, params["about"], wanted)
    month = date.fromisoformat(f"{params['month']}-01")
    return review_about(scope, version, params["about"], month, wanted, timezone.localdate())


def path_of(run: Run) -> Path:
    """Where the file of a run is kept, for its owner alone."""
    folder = Path(settings.MEDIA_ROOT) / "papers"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{run.pk}.{run.params['form']}"
