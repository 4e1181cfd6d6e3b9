"""Saving a large file in the background: the same service as on the page, in one piece, followed on its run's page."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salesyear.core.models import Run
from salesyear.core.runs import Progress, ask_for, run_kind
from salesyear.core.scope import NOBODY
from salesyear.importing import services
from salesyear.importing.models import Import
from salesyear.org.access import scope_of
from salesyear.org.models import Role, User

SAVE: Final = "importing.save"
#: A file of more rows is not saved while the browser waits.
MANY_ROWS: Final = 5_000
IMPORTERS: Final = (Role.DIRECTOR, Role.FINANCE, Role.ADMINISTRATOR)


def ask_to_save(import_: Import, *, actor: User, good_rows_only: bool) -> Run:
    """Put the saving of an import into the queue; asked for twice it is the same run."""
    params = {"import": import_.pk, "good_rows_only": good_rows_only}
    # The layout is part of the key: after choosing other columns it is other work.
    key = f"{SAVE}-{import_.pk}-{good_rows_only}-{hash_of(import_)}"
    return ask_for(SAVE, params, actor=actor, key=key)


def hash_of(import_: Import) -> str:
    """A short digest of the file and of how it is understood."""
    said = json.dumps([import_.sha256, import_.layout], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@run_kind(SAVE, label=gettext_lazy("saving a file"), roles=IMPORTERS, atomic=True)
def save(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Save an import for the person who asked; params: `import` (its key), `good_rows_only`."""
    import_ = services.save_import(
        Import.objects.get(pk=params["import"]),
        scope=scope_of(run.made_by) if run.made_by else NOBODY,
        actor=run.made_by,
        good_rows_only=params["good_rows_only"],
        progress=lambda doing, done, of: progress(done, of, _(doing)),
    )
    text = _("Saved: %(created)s new, %(changed)s changed, %(unchanged)s unchanged, %(rejected)s refused.") % {
        name: getattr(import_, name) for name in ("created", "changed", "unchanged", "rejected")
    }
    return {"text": text, "url": reverse("import", args=[import_.pk])}
