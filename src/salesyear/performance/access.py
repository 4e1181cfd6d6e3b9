"""Who may touch which alert, rule and way out: found, or 404 for another's as for one that is not there."""

from __future__ import annotations

from django.http import Http404

from salesyear.core.scope import Scope
from salesyear.performance.models import Alert, Channel, Rule


def find_alert(scope: Scope, pk: int) -> Alert:
    """Return an alert that `scope` sees. Raises Http404."""
    found = Alert.objects.within(scope).select_related("rule").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_rule(scope: Scope, pk: int) -> Rule:
    """Return a rule of one's own: others' are read and not touched. Raises Http404."""
    found = Rule.objects.within(scope).filter(pk=pk, owner_id=scope.user_id).first()
    if found is None:
        raise Http404
    return found


def find_channel(scope: Scope, pk: int) -> Channel:
    """Return a way out of one's own. Raises Http404."""
    found = Channel.objects.filter(pk=pk, user_id=scope.user_id or 0).first()
    if found is None:
        raise Http404
    return found
