"""The background work of this chapter: looking whether alerts are due, sending what they say, trying a way out."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salesyear.core.models import Run
from salesyear.core.runs import Progress, run_kind
from salesyear.core.scope import Scope
from salesyear.performance import delivery, services
from salesyear.performance.facts import FILES, facts_of
from salesyear.performance.models import Channel
from salesyear.performance.readings import Readings

TRY = "performance.channel.try"


# Not atomic: what was sent stays sent, and each alert is kept by itself. Running it again finds what is left to do.
@run_kind("performance.alerts", label=gettext_lazy("looking after alerts"), atomic=False, every="ALERT_SECONDS")
def look_after_alerts(_run: Run, _params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Judge every rule by what its owner sees, then send what is due."""
    moment = timezone.now()
    progress(0, 2)
    changed = services.judge_rules(Readings(timezone.localdate(moment)).of, moment)
    progress(1, 2)
    sent = services.send_due(moment)
    return {"changed": changed, "sent": sent}


# Not atomic: files are no rows, and made a second time they are the same files.
@run_kind(FILES, label=gettext_lazy("making files of the facts"), atomic=False, every="ALERT_SECONDS")
def make_files(_run: Run, _params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the columnar files of months that changed, so that nobody's page has to (after an import, or the first)."""
    facts_of(Scope.system("files of the facts, made beforehand"), told=progress)
    return {}


@run_kind(TRY, label=gettext_lazy("trying a way out"), atomic=False)
def try_channel(run: Run, params: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Send a word to somebody's own address, to see whether it arrives."""
    channel = Channel.objects.get(pk=params["channel"], user=run.made_by)
    delivery.send(channel.kind, channel.address, "丰年 Salesyear", _("This is a trial: alerts will arrive here."))
    return {"text": _("It was sent to %(channel)s.") % {"channel": channel}, "url": reverse("alerts")}
