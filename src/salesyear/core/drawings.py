"""Drawings that need no script: bullets, columns, bridges and bars of variance as plain shapes, in the same notation
as `core.charts` (actual solid dark, last year solid light, plan outlined, forecast hatched, variance in its own tier).

A shape's style is a class of the style sheet, so one drawing serves both themes. Every number is a text already: a page
in any language draws the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MINUS = "−"


@dataclass(frozen=True)
class Rect:
    """A filled or outlined box; `tip` is what hovering says."""

    style: str
    x: str
    y: str
    width: str
    height: str
    tip: str = ""


@dataclass(frozen=True)
class Stroke:
    """A straight line."""

    style: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Words:
    """A text; `anchor` is start, middle or end."""

    style: str
    x: str
    y: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Drawing:
    """Shapes on a ground of so many units; `stretch`: it fills its place in both directions (nothing written in it)."""

    width: int
    height: int
    rects: Sequence[Rect] = field(default_factory=tuple)
    strokes: Sequence[Stroke] = field(default_factory=tuple)
    words: Sequence[Words] = field(default_factory=tuple)
    stretch: bool = False


@dataclass(frozen=True)
class Column:
    """One place on the axis of a column chart: its name, what was, what was planned, what was the year before.

    coming: what is expected of it beyond `actual` (hatched on top). text: what hovering says.
    """

    name: str
    actual: float | None
    plan: float | None = None
    last: float | None = None
    coming: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a bridge: its name, its amount, and whether it is a whole (the two ends) or a change."""

    name: str
    value: float
    label: str
    whole: bool = False
    style: str = "actual"


def bullet(value: float | None, *, plan: float | None, last: float | None = None, most: float = 0.0) -> Drawing:
    """A bar of what is, a mark for what was planned, a thin bar for last year; all on one scale up to `most`."""
    top = max(most, value or 0.0, plan or 0.0, last or 0.0) or 1.0
    rects = [Rect("ground", "0", "0", "100", "16")]
    if last is not None and last > 0:
        rects.append(Rect("last", "0", "1", _n(100 * last / top), "14"))
    if value is not None and value > 0:
        rects.append(Rect("actual", "0", "4", _n(100 * value / top), "8"))
    if plan is not None:
        rects.append(Rect("aim", _n(min(99.0, max(0.0, 100 * plan / top - 0.5))), "0", "1", "16"))
    return Drawing(100, 16, rects, stretch=True)


def variance(value: float | None, most: float, *, better: int = 1) -> Drawing:
    """A bar to the right of the middle for more, to the left for less, `most` being the longest on the page.

    better: 1 where more is better, -1 where less is.
    """
    strokes = [Stroke("axis", "50", "0", "50", "14")]
    if not value or not most:
        return Drawing(100, 14, (), strokes, stretch=True)
    length = max(0.8, 48 * min(1.0, abs(value) / most))
    start = 50.0 if value > 0 else 50 - length
    style = "better" if value * better > 0 else "worse"
    return Drawing(100, 14, [Rect(style, _n(start), "3", _n(length), "8")], strokes, stretch=True)


def columns(places: Sequence[Column], *, labels: Sequence[str] = (), width: int = 420, height: int = 190) -> Drawing:
    """Columns in order of time: last year light behind, the plan outlined, what was solid, what is coming hatched.

    labels: of the greatest value and of nothing, where an axis is wanted.
    """
    foot, head = 18, 14
    tall, floor = height - foot - head, height - foot
    top = max((_greatest(place) for place in places), default=0.0) or 1.0
    slot = width / max(len(places), 1)
    rects: list[Rect] = []
    words: list[Words] = []
    for number, place in enumerate(places):
        left = number * slot
        rects += _column(place, left, slot, floor, tall / top)
        words.append(Words("name", _n(left + slot / 2), _n(height - 4), place.name))
    strokes = [Stroke("axis", "0", _n(floor), str(width), _n(floor))]
    if labels:
        words.append(Words("name", "0", "9", labels[0], "start"))
        strokes.append(Stroke("rule", "0", _n(head), str(width), _n(head)))
    return Drawing(width, height, rects, strokes, words)


def bridge(steps: Sequence[Step], *, better: int = 1, width: int = 420) -> Drawing:
    """What leads from one whole to another, a row each: names to the left, amounts to the right."""
    row, left, right = 22, 96, 74
    spans = _spans(steps)
    low = min((min(span) for span in spans), default=0.0)
    high = max((max(span) for span in spans), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    room = (width - left - right) / ((high - low) or 1.0)
    rects, strokes, words = [], [], []
    for number, (step, (begin, end)) in enumerate(zip(steps, spans, strict=True)):
        y, x = number * row, left + (min(begin, end) - low) * room
        style = step.style if step.whole else ("better" if step.value * better >= 0 else "worse")
        rects.append(Rect(style, _n(x), _n(y + 4), _n(max(abs(end - begin) * room, 0.75)), "14", step.label))
        words.append(Words("total" if step.whole else "name", "0", _n(y + 15), step.name, "start"))
        words.append(Words("total" if step.whole else "value", str(width), _n(y + 15), step.label, "end"))
        if number + 1 < len(steps):
            joint = _n(left + (end - low) * room)
            strokes.append(Stroke("rule", joint, _n(y + 4), joint, _n(y + row + 18)))
    zero = _n(left - low * room)
    strokes.append(Stroke("axis", zero, "0", zero, str(row * len(steps))))
    return Drawing(width, row * max(len(steps), 1), rects, strokes, words)


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """From where to where each step reaches: a whole from nothing, a change from where the one before ended."""
    spans, at = [], 0.0
    for step in steps:
        begin = 0.0 if step.whole else at
        at = begin + step.value
        spans.append((begin, at))
    return spans


def _greatest(place: Column) -> float:
    return max(place.plan or 0.0, place.last or 0.0, (place.actual or 0.0) + (place.coming or 0.0))


def _column(place: Column, left: float, slot: float, floor: float, unit: float) -> list[Rect]:
    """The boxes of one place: last year stands half behind, plan and actual share the front."""
    broad = slot * 0.5
    behind, front = left + slot * 0.14, left + slot * 0.32
    rects = []
    if place.last is not None and place.last > 0:
        rects.append(_standing("last", behind, broad, floor, place.last * unit))
    if place.plan is not None and place.plan > 0:
        rects.append(_standing("plan", front, broad, floor, place.plan * unit))
    solid = max(place.actual or 0.0, 0.0)
    if solid:
        rects.append(_standing("actual", front + broad * 0.14, broad * 0.72, floor, solid * unit))
    if place.coming is not None and place.coming > 0:
        rects.append(
            _standing("forecast", front + broad * 0.14, broad * 0.72, floor - solid * unit, place.coming * unit)
        )
    cover = Rect("cover", _n(left), "0", _n(slot), _n(floor), place.text)
    return [*rects, cover] if place.text else rects


def _standing(style: str, x: float, width: float, floor: float, tall: float) -> Rect:
    return Rect(style, _n(x), _n(floor - tall), _n(width), _n(tall))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
