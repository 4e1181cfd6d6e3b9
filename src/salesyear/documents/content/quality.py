"""Whether the targets are fair and reachable, on paper: each measure with its verdict, the worst in the title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Column, Row, Slide, Table
from salesyear.documents.content.targets import DEFINITIONS

if TYPE_CHECKING:
    from salesyear.targets.reports.audit import AuditReport


def slides(audit: AuditReport) -> Iterator[Slide]:
    """The audit of a version's targets; nothing for one salesperson alone, of whom nothing can be compared."""
    if audit.reps < 2:
        return
    columns = (
        Column(_("Measure"), share=1.5),
        Column(_("Verdict"), share=0.8),
        Column(_("What it says"), share=3),
        Column(_("What would mend it"), share=3),
    )
    rows = tuple(Row((one.name, one.words, one.says, one.mend)) for one in audit.lines)
    yield Slide(said_of(audit), (Table(columns, rows),), (DEFINITIONS["quality"](),), "T1")


def said_of(audit: AuditReport) -> str:
    """The audit in one sentence: how many measures are good, and what the worst one is called."""
    from salesyear.engine.targets.quality import Verdict

    good = sum(1 for one in audit.lines if one.verdict == Verdict.GOOD)
    known = [one for one in audit.lines if one.verdict != Verdict.UNKNOWN]
    values: dict[str, object] = {"good": good, "count": len(known)}
    if not known:
        return _("Quota quality: there are too few salespeople with known chances to say anything.")
    worst = next((one for one in known if one.verdict == audit.worst), known[0])
    if audit.worst == Verdict.GOOD:
        return _("Quota quality: all %(count)d measures that can be taken are good.") % values
    values |= {"name": worst.name, "words": worst.words}
    return _("Quota quality: %(good)d of %(count)d measures are good; “%(name)s” is %(words)s.") % values
