"""When a word may be said: quiet hours, and a digest once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from salesyear.engine.messages import EngineError, noop


class NeverTold(EngineError):
    """Quiet hours that leave no time to say anything."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody wants to hear of something. quiet: from–until, over midnight too; digest: the hour of the one
    message a day, None for each as it comes.
    """

    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None


def check(hours: Hours) -> Hours:
    """Return hours in which something can be said. Raises NeverTold for those in which nothing ever could."""
    if (hours.quiet_from is None) != (hours.quiet_until is None):
        raise NeverTold(noop("Quiet hours need a beginning and an end."))
    if hours.quiet_from is not None and hours.quiet_from == hours.quiet_until:
        raise NeverTold(
            noop("Quiet from %(at)s until the same hour is quiet for ever."), at=f"{hours.quiet_from:%H:%M}"
        )
    if hours.digest_at is not None and is_quiet(hours, hours.digest_at):
        raise NeverTold(
            noop("The daily message at %(at)s would fall into the quiet hours."), at=f"{hours.digest_at:%H:%M}"
        )
    return hours


def is_quiet(hours: Hours, at: time) -> bool:
    """Say whether a time of day lies in the quiet hours; their end does not."""
    begin, end = hours.quiet_from, hours.quiet_until
    if begin is None or end is None:
        return False
    return begin <= at < end if begin < end else at >= begin or at < end


def due(hours: Hours, moment: datetime) -> datetime:
    """Return when something that came up at `moment` is to be said: now, after the quiet hours, or with the digest."""
    if hours.digest_at is not None:
        return _next(moment, hours.digest_at)
    if hours.quiet_until is not None and is_quiet(hours, moment.time()):
        return _next(moment, hours.quiet_until)
    return moment


def _next(moment: datetime, at: time) -> datetime:
    today = moment.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today >= moment else today + timedelta(days=1)
