"""Who may see a run: whoever asked for it, and administrators; for everybody else it does not exist."""

from __future__ import annotations

from django.http import Http404

from salesyear.core.models import Run
from salesyear.core.scope import Scope

_SEES_EVERY_RUN = "administrator"


def find_run(scope: Scope, pk: int) -> Run:
    """Return a run that `scope` may see. Raises Http404 for another's as for one that is not there."""
    rows = Run.objects.select_related("made_by")
    if _SEES_EVERY_RUN not in scope.roles:
        rows = rows.filter(made_by_id=scope.user_id, made_by__isnull=False)
    run = rows.filter(pk=pk).first()
    if run is None:
        raise Http404
    return run
