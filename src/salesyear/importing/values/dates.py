"""Dates as people type them: 2026/1/5, 11/8/2016, 2026年1月5日, 二〇二六年一月五日, spreadsheet serials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.values.figures import narrow
from salesyear.importing.values.problems import Problem, problem

#: Day 0 of the spreadsheet serials (the 1900 system counts a 29 February 1900 that never was).
SERIAL_ZERO: Final = date(1899, 12, 30)
#: Serials taken for dates: 1954-10-03 to 2119-01-10. Other bare numbers are no dates.
SERIALS: Final = range(20_000, 80_001)
_MONTHS: Final = "january february march april may june july august september october november december"
MONTHS: Final = {
    name: number for number, whole in enumerate(_MONTHS.split(), start=1) for name in (whole, whole[:3], whole[:4])
}
_CHINESE: Final = dict(zip("〇零○一二三四五六七八九", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))

_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TWO_ORDERS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NAMED: Final = re.compile(r"(?:(\d{1,2})[- ]([a-z]+)|([a-z]+)[ -](\d{1,2}))(?:st|nd|rd|th)?[,.]?[- ](\d{4})")
_HAN: Final = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_CLOCK: Final = re.compile(
    r"(?P<date>.*?\S)(?:\s+|(?<=\d)t)(?P<half>上午|下午)?(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?P<part>\.\d{1,9})?)?\s*(?P<noon>am|pm)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?"
)


def read_date(text: str, order: str = "", zone: tzinfo | None = None) -> date | Problem:
    """The day a cell names.

    `order` is how the column writes 11/8/2016: "mdy", "dmy", or "" when its values do not tell (then such a
    cell is a problem, unless day and month are the same number). A time of day is dropped; one that carries
    an offset is first taken to `zone`, the company's, so that 23:59 on 31 December stays in its year.
    """
    plain = narrow(text).casefold()
    clock = _CLOCK.fullmatch(plain)
    if clock is None:
        return _day(text, plain, order)
    day = _day(text, clock["date"].rstrip("t"), order)
    return day if isinstance(day, Problem) else _at_home(text, day, clock, zone)


def _day(text: str, plain: str, order: str) -> date | Problem:
    """The day itself, clock taken off."""
    if year_first := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return _made(text, *(int(part) for part in year_first.groups()))
    if either := _TWO_ORDERS.fullmatch(plain):
        return _either_order(text, int(either[1]), int(either[2]), int(either[3]), order)
    if (named := _NAMED.fullmatch(plain)) and (named[2] or named[3]) in MONTHS:
        return _made(text, int(named[5]), MONTHS[named[2] or named[3]], int(named[1] or named[4]))
    if han := _HAN.fullmatch(plain):
        return _made(text, int("".join(str(_CHINESE[c]) for c in han[1])), _han(han[2]), _han(han[3]))
    return _serial(text, plain)


def _serial(text: str, plain: str) -> date | Problem:
    """A spreadsheet's day number, or the reason why a cell is no date."""
    if re.fullmatch(r"\d{5}(\.\d+)?", plain) and int(float(plain)) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(float(plain)))
    if _SHORT_YEAR.fullmatch(plain):
        rule = noop("“%(value)s” has a year of two digits.")
        return problem(rule, noop("Write the year with four digits."), value=text)
    rule = noop("“%(value)s” is not a date.")
    return problem(rule, noop("Write it like 2026-01-05, 2026/1/5 or 2026年1月5日."), value=text)


def _either_order(text: str, first: int, second: int, year: int, order: str) -> date | Problem:
    """A day written with the year last, in the column's order."""
    if order == "dmy":
        return _made(text, year, second, first)
    if order == "mdy" or first == second:
        return _made(text, year, first, second)
    return problem(
        noop("“%(value)s” may be day/month or month/day: the column does not tell which."),
        noop("Choose how the dates of this column are written, or write them like 2026-01-05."),
        value=text,
    )


def _made(text: str, year: int, month: int, day: int) -> date | Problem:
    """The date, when the calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        rule = noop("“%(value)s” is a day that the calendar does not have.")
        return problem(rule, noop("Check day and month."), value=text)


def _at_home(text: str, day: date, clock: re.Match[str], zone: tzinfo | None) -> date | Problem:
    """The day in the company's time zone."""
    hour = int(clock["hour"])
    afternoon = clock["half"] == "下午" or clock["noon"] == "pm"
    if (clock["half"] or clock["noon"]) and 1 <= hour <= 12:
        hour = hour % 12 + 12 * afternoon
    try:
        moment = datetime(day.year, day.month, day.day, hour, int(clock["minute"]), int(clock["second"] or 0))  # noqa: DTZ001 (the offset, if any, is put on below)
    except ValueError:
        rule = noop("“%(value)s” has a time of day that no clock shows.")
        return problem(rule, noop("Write it like 2026-01-05 14:30:00."), value=text)
    if not clock["zone"] or zone is None:
        return day
    return moment.replace(tzinfo=_offset(clock["zone"])).astimezone(zone).date()


def _offset(typed: str) -> timezone:
    """`z`, `+08:00` or `+0800` as an offset."""
    if typed == "z":
        return UTC
    hours, minutes = int(typed[1:3]), int(typed[-2:])
    return timezone((1 if typed[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _han(typed: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = typed.rpartition("十")
    if not ten:
        return _CHINESE[typed] if len(typed) == 1 else 0
    return 10 * (_CHINESE[tens] if tens else 1) + (_CHINESE[ones] if ones else 0)


def order_of(texts: Iterable[str]) -> str:
    """How a column writes 11/8/2016: "dmy", "mdy", or "" when its values do not tell or contradict each other."""
    pairs = [(int(match[1]), int(match[2])) for match in map(_leading_two, texts) if match]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first == month_first:
        return ""
    return "dmy" if day_first else "mdy"


def _leading_two(text: str) -> re.Match[str] | None:
    """The two numbers before a year at the end, of a date with or without a clock."""
    return re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)", narrow(text))
