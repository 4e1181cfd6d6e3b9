"""Charts as rectangles and words in fractions of a box, so that the page only has to place them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesyear.documents.content.model import Chart, Form, Look, Money, Series
from salesyear.documents.scale import label_of, scale_of, titled

Drawn = dict[str, Any]
LABEL_ROOM: Final = 0.1  # of the height, above the tallest bar
TICK_ROOM: Final = 0.1  # below the axis
NAME_ROOM: Final = 0.2  # of the width, for the names beside horizontal bars
MOST_LABELS: Final = 16
FEW: Final = 2  # so many series are all labelled: their bars are as wide as a label


def drawn(chart: Chart, money: Money, language: str) -> Drawn:
    """A chart as the page draws it."""
    across = chart.form is Form.BARS
    together = chart.form is Form.STACK or all(sum(v is not None for v in one.values) <= 1 for one in chart.series)
    bars = list(_bars(chart, together=together))
    least = min(0, *(bar["low"] for bar in bars)) if bars else 0
    most = max(1, *(bar["high"] for bar in bars)) if bars else 1
    labelled = {one.name for one in chart.series if _labelled(one, chart)}
    place = _across if across else _up
    chinese = language.startswith("zh")
    scale = scale_of(chart, money, chinese=chinese)
    shapes = [place(bar, least, most, len(chart.categories)) for bar in bars]
    labels = [
        _label(shape, label_of(bar["value"], money, scale), across=across)
        for bar, shape in zip(bars, shapes, strict=True)
        if bar["series"] in labelled and bar["value"]
    ]
    legend = [(one.look.value, one.name) for one in chart.series if one.look is not Look.NOTHING]
    return {
        "title": titled(chart, scale, chinese=chinese),
        "said": chart.said,
        "height": max(3.0, 0.75 * len(chart.categories)) if across else 5.6,
        "rects": [shape for shape, bar in zip(shapes, bars, strict=True) if bar["look"] != Look.NOTHING],
        "texts": [*labels, *_ticks(chart, across=across)],
        "legend": [{"look": look, "name": name} for look, name in legend]
        if len(legend) > 1 and not _single(chart)
        else [],
    }


def _single(chart: Chart) -> bool:
    """Whether each category is one bar, so that its name says all."""
    return chart.form is not Form.STACK and all(sum(v is not None for v in one.values) <= 1 for one in chart.series)


def _told_by(chart: Chart) -> Look:
    """Which of three series or more is labelled, so that none lies over a neighbour: what was sold, else the plan."""
    return Look.ACTUAL if any(one.look is Look.ACTUAL for one in chart.series) else Look.PLAN


def _labelled(series: Series, chart: Chart) -> bool:
    if series.look is Look.NOTHING or len(chart.categories) > MOST_LABELS:
        return False
    alone = sum(value is not None for value in series.values) <= 1
    return len(chart.series) <= FEW or alone or series.look in (Look.GOOD, Look.BAD, _told_by(chart))


def _bars(chart: Chart, *, together: bool) -> Iterator[Drawn]:
    """Every bar: its category, its slot among those of one category, from where to where."""
    slots = 1 if together else len(chart.series)
    for place in range(len(chart.categories)):
        foot = 0
        for number, series in enumerate(chart.series):
            value = series.values[place]
            if value is None:
                continue
            low = foot if chart.form is Form.STACK else 0
            foot = low + value if chart.form is Form.STACK else 0
            ends = sorted((low, low + value))
            yield {
                "place": place,
                "slot": 0 if together else number,
                "slots": slots,
                "low": ends[0],
                "high": ends[1],
                "value": value,
                "look": series.look,
                "series": series.name,
            }


def _up(bar: Drawn, least: int, most: int, count: int) -> Drawn:
    step = 1 / count
    width = step * 0.84 / bar["slots"]
    room = 1 - LABEL_ROOM - TICK_ROOM
    top = LABEL_ROOM + room * (most - bar["high"]) / (most - least)
    height = room * (bar["high"] - bar["low"]) / (most - least)
    left = step * (bar["place"] + 0.08) + width * bar["slot"]
    return {"x": left, "y": top, "w": width, "h": height, "look": bar["look"].value}


def _across(bar: Drawn, least: int, most: int, count: int) -> Drawn:
    step = 1 / count
    height = step * 0.76 / bar["slots"]
    room = 1 - NAME_ROOM - 0.1
    left = NAME_ROOM + room * (bar["low"] - least) / (most - least)
    width = room * (bar["high"] - bar["low"]) / (most - least)
    top = step * (bar["place"] + 0.12) + height * bar["slot"]
    return {"x": left, "y": top, "w": width, "h": height, "look": bar["look"].value}


def _label(shape: Drawn, text: str, *, across: bool) -> Drawn:
    if across:
        return {"x": shape["x"] + shape["w"] + 0.006, "y": shape["y"] + shape["h"] / 2, "text": text, "at": "left"}
    return {"x": shape["x"] + shape["w"] / 2, "y": shape["y"] - 0.03, "text": text, "at": "middle"}


def _ticks(chart: Chart, *, across: bool) -> Iterator[Drawn]:
    step = 1 / max(1, len(chart.categories))
    for place, name in enumerate(chart.categories):
        middle = step * (place + 0.5)
        if across:
            yield {"x": NAME_ROOM - 0.01, "y": middle, "text": name, "at": "right"}
        else:
            yield {"x": middle, "y": 1 - TICK_ROOM / 2 + 0.01, "text": name, "at": "middle"}
