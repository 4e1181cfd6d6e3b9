"""The list of events: who did what, when. Not scoped by rows: the policy table says who may read it at all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from salesyear.core.models import Event
from salesyear.core.registers import Choice, Column, Period, Register
from salesyear.core.scope import Scope
from salesyear.web.policy import POLICY


class EventRegister(Register):
    """Everything that was done, newest first."""

    name = "events"
    model: ClassVar[Any] = Event
    title = _("history")
    question = _("Who did what, and when?")
    why_empty = _("Nothing has been done yet.")
    columns = (
        Column("number"),
        Column("at"),
        Column("actor_name", _("who")),
        Column("verb"),
        Column("subject"),
        Column("detail", listed=False),
        Column("digest", listed=False),
    )
    filters = (Choice("verb"), Period("at"))
    search = ("actor_name", "subject", "verb")
    order = ("-number",)

    @classmethod
    def opens_for(cls, scope: Scope) -> bool:
        """Let in whom the policy table lets in."""
        return POLICY[cls.name].allows("GET", scope.roles)

    def seen(self) -> Any:  # noqa: ANN401 - rows of events
        """Return every event."""
        return Event.objects.all()
