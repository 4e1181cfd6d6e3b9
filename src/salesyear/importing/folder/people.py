"""The salespeople of a folder: their names, their places from day to day, and who is without one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from salesyear.importing.folder.days import days_of, moved
from salesyear.importing.folder.joining import Rows, height_of
from salesyear.importing.folder.places import COMPANY, Places


@dataclass(frozen=True, slots=True)
class Seat:
    """One salesperson's place for a time; empty days: always."""

    rep: str
    unit: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass
class People:
    """Everybody who sells: rows for the import, seats, who had no territory, and how seats were found."""

    register: Rows
    seats: list[Seat] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        """Their codes."""
        return set(self.register.get("code", []))


def people_of(
    register: Rows, links: Rows, places: Places, sellers: Iterable[str], sold_in: Iterable[tuple[str, str]], years: int
) -> People:
    """Give everybody who sells a seat: by the file that says so, else where most of their sales are.

    sellers: codes named by orders and customers. sold_in: (salesperson, unit) of each sale.
    """
    people = People(_with_strangers(register, sellers))
    told = _told(people.register, links, places, years)
    sold: dict[str, Counter[str]] = defaultdict(Counter)
    for rep, unit in sold_in:
        if rep and unit:
            sold[rep][unit] += 1
    selling = set(sellers) | set(told)
    for rep in people.register.get("code", []):
        if rep in selling:
            _seat(people, rep, told.get(rep, []), sold[rep], places)
    return people


def _with_strangers(register: Rows, sellers: Iterable[str]) -> Rows:
    """The register with a row for everybody the sales name and it does not."""
    known = set(register.get("code", []))
    strangers = sorted({rep for rep in sellers if rep} - known)
    height = height_of(register)
    names = {**dict.fromkeys(register), "code": None, "name": None}
    made = {name: list(register.get(name, [""] * height)) + [""] * len(strangers) for name in names}
    made["code"][height:] = strangers
    made["name"] = [name or code for name, code in zip(made["name"], made["code"], strict=True)]
    made["name"][height:] = strangers
    return made


def _told(register: Rows, links: Rows, places: Places, years: int) -> dict[str, list[Seat]]:
    """Seats that files tell: those of a file of links, else of the salespeople's own."""
    seats: dict[str, list[Seat]] = defaultdict(list)
    source = links if height_of(links) else {**register, "rep": register.get("code", [])}
    if not places.understands(source.get("unit", [])):
        return {}
    nothing = [""] * height_of(source)
    starts, ends = (days_of(source.get(name, nothing)) for name in ("starts_on", "ends_on"))
    for rep, unit, start, end in zip(source["rep"], source["unit"], starts, ends, strict=True):
        if code := places.code_of(unit):
            days = (day and moved(day, years) for day in (start, end))
            seats[rep].append(Seat(rep, code, *days))
    return dict(seats)


def _seat(people: People, rep: str, told: list[Seat], sold: Counter[str], places: Places) -> None:
    dated = sorted((one for one in told if one.starts_on), key=lambda one: (one.starts_on or date.min, one.unit))
    if dated:
        people.seats += _in_turn(dated)
        return
    if told:
        if len({one.unit for one in told}) > 1:
            people.shared.append(rep)
        people.seats.append(Seat(rep, places.common(one.unit for one in told) or told[0].unit))
        return
    if sold:
        people.guessed.append(rep)
        people.seats.append(Seat(rep, min(sold, key=lambda unit: (-sold[unit], unit))))
        return
    people.without.append(rep)
    people.seats.append(Seat(rep, COMPANY))


def _in_turn(seats: list[Seat]) -> Iterator[Seat]:
    """Seats that follow each other: of those that begin on one day the last counts; the first holds from ever."""
    by_day = {one.starts_on: one for one in seats}
    kept = list(by_day.values())
    for place, one in enumerate(kept):
        after = kept[place + 1].starts_on if place + 1 < len(kept) else None
        ends = one.ends_on if after is None or (one.ends_on and one.ends_on < after) else None
        if after is not None and ends is None:
            ends = date.fromordinal(after.toordinal() - 1)
        yield Seat(one.rep, one.unit, one.starts_on if place else None, ends)
