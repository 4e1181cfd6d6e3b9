"""What of the plan has a date, as a calendar file: whole days, a reminder by which all is to be ready."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from salesyear.documents.content.model import Happening, Paper


def write_calendar(paper: Paper, path: Path) -> None:
    """Write the reviews and events of a paper as an ICS file, the same bytes for the same paper."""
    with translation.override(paper.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Salesyear//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", paper.cover.title)
        for one in paper.happenings:
            calendar.add_component(_event(one, paper))
            if one.lead:
                calendar.add_component(_ready(one, paper))
    path.write_bytes(calendar.to_ical())


def _event(one: Happening, paper: Paper) -> Event:
    event = _dated(one.key, one.title, paper)
    event.add("dtstart", one.starts)
    event.add("dtend", one.ends + timedelta(days=1))
    if one.said:
        event.add("description", one.said)
    return event


def _ready(one: Happening, paper: Paper) -> Event:
    """The day by which material and training are to be ready, with a reminder on its morning."""
    day = one.starts - timedelta(days=one.lead)
    event = _dated(f"{one.key}-ready", _("All ready: %(title)s") % {"title": one.title}, paper)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one.title)
    alarm.add("trigger", timedelta(hours=9))
    event.add_component(alarm)
    return event


def _dated(key: str, title: str, paper: Paper) -> Event:
    event = Event()
    mark = hashlib.sha256(f"{paper.cover.organisation}/{paper.months[0]}/{key}".encode()).hexdigest()[:32]
    event.add("uid", f"{mark}@salesyear")
    event.add("dtstamp", paper.moment)
    event.add("summary", title)
    return event
