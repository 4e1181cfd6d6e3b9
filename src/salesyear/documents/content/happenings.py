"""What of the plan has a date: reviews of every month and quarter, initiatives with the days to get ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from salesyear.documents.content.model import Happening
from salesyear.plans.models import Initiative, InitiativeKind, InitiativeState

REVIEW_AFTER: Final = 5  # days of a month before last month's figures are looked at
#: Kinds that need material, training or places booked before they begin.
PREPARED: Final = frozenset({InitiativeKind.CAMPAIGN, InitiativeKind.PROMOTION, InitiativeKind.CHANNEL})


def happenings(months: Sequence[date], initiatives: Sequence[Initiative], lead: int) -> Iterator[Happening]:
    """Every review of the year, then every initiative that counts. lead: days before an event that all is ready."""
    for place, month in enumerate(months, start=1):
        day = _working(_after(month) + timedelta(days=REVIEW_AFTER))
        name = pgettext("month of a review", "%(month)d/%(year)d") % {"month": month.month, "year": month.year}
        yield Happening(f"review-{month:%Y-%m}", _("Monthly review: %(month)s") % {"month": name}, day, day)
        if place % 3 == 0:
            quarter = _working(day + timedelta(days=2))
            title = _("Quarterly review: quarter %(number)d") % {"number": place // 3}
            yield Happening(f"quarter-{place // 3}", title, quarter, quarter, said=_("Targets and strategy adjusted."))
    for one in sorted(initiatives, key=lambda row: (row.starts_on, row.pk)):
        if one.state != InitiativeState.DROPPED:
            ready = lead if one.kind in PREPARED else 0
            place_name = str(one.rep or one.unit or "")
            yield Happening(f"initiative-{one.pk}", one.title, one.starts_on, one.starts_on, ready, place_name)


def _after(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _working(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)
