"""Charts in one notation: actual solid dark, last year solid light, plan outlined, forecast hatched (IBCS).

An option is a plain dict for ECharts. A colour is the name of a token of the style sheet (`--ink`): the page's own
element looks it up, so that one option serves the light and the dark theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext, pgettext

Option = dict[str, Any]
Values = Sequence[float | None]


@dataclass(frozen=True)
class Scale:
    """The unit that amounts are drawn in: what they are divided by, and its name in the reader's language."""

    size: int
    word: str

    def of(self, minor: int | None, digits: int = 2) -> float | None:
        """Return an amount of minor units on this scale, to four significant places after the point."""
        return None if minor is None else round(minor / 10**digits / self.size, 4)


@dataclass(frozen=True)
class Table:
    """What a chart shows, as a table: headings, and rows of texts, the first of each naming it."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Mark:
    """An entry of the key: the style it is drawn in (a class of the style sheet) and its words."""

    style: str
    words: str


@dataclass(frozen=True)
class Chart:
    """A chart as a page shows it.

    name: its id on the page. title: what it shows. unit: of its figures. period: from when to when. said: what it says
    in one sentence, for whoever does not see it.
    """

    name: str
    title: str
    unit: str
    period: str
    said: str
    option: Option
    table: Table
    marks: Sequence[Mark] = field(default_factory=tuple)


def scale_for(most: int, digits: int = 2) -> Scale:
    """Return the unit in which the greatest of some amounts of minor units has one to four digits before the point."""
    whole = most / 10**digits
    steps = (
        ((10**8, "亿"), (10**4, "万"))
        if (get_language() or "").startswith("zh")
        else ((10**9, "B"), (10**6, "M"), (10**3, "K"))
    )
    return next((Scale(size, word) for size, word in steps if whole >= size), Scale(1, ""))


def money_unit(currency: str, scale: Scale) -> str:
    """Name the unit of an axis: 万 CNY, or M CNY."""
    return f"{scale.word} {currency}".strip()


def frame(categories: Sequence[str], tips: Sequence[str], *, top: float | None = None) -> Option:
    """Return what all our charts have in common: no motion, thin lines, words on hovering that were made here.

    tips: for each category what is said of it, in plain text. top: where the axis of values ends, for charts that
    share a unit.
    """
    quiet = {"color": "--quiet", "fontFamily": "--sans", "fontSize": 12}
    return {
        "animation": False,
        "textStyle": {"fontFamily": "--sans"},
        "grid": {"left": 4, "right": 12, "top": 16, "bottom": 4, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "confine": True,
            "backgroundColor": "--paper",
            "borderColor": "--edge",
            "textStyle": {"color": "--ink", "fontFamily": "--sans", "fontSize": 13},
            "axisPointer": {"type": "line", "lineStyle": {"color": "--edge", "type": "solid"}},
        },
        "tips": list(tips),
        "xAxis": {
            "type": "category",
            "data": list(categories),
            "axisLine": {"lineStyle": {"color": "--edge"}},
            "axisTick": {"show": False},
            "axisLabel": quiet | {"hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "max": top,
            "interval": top / 4 if top else None,
            "axisLabel": quiet,
            "splitLine": {"lineStyle": {"color": "--line"}},
        },
        "series": [],
    }


def line(name: str, values: Values, style: str, *, dashed: bool = False) -> Option:
    """A line of figures: actual, last year or forecast, by its style."""
    stroke = {"color": f"--chart-{style}", "width": 2, "type": [6, 4] if dashed else "solid"}
    return {
        "type": "line",
        "name": name,
        "data": list(values),
        "symbol": "none",
        "lineStyle": stroke,
        "itemStyle": {"color": f"--chart-{style}"},
        "z": 4,
    }


def bars(name: str, values: Values, style: str, *, slot: str = "") -> Option:
    """Columns of one scenario; two with the same `slot` stand in the same place."""
    series: Option = {"type": "bar", "name": name, "data": list(values), "barGap": "8%", "barCategoryGap": "30%"}
    if slot:
        series["stack"] = slot
    return series | {"itemStyle": _FILLS[style]}


def fan(bands: Sequence[tuple[Values, Values]], opacities: Sequence[float]) -> list[Option]:
    """Bands of chances around a forecast, the widest first, one within the other.

    bands: for each its lower and its upper edge, None where there is no forecast.
    """
    edges = [low for low, _high in bands] + [high for _low, high in reversed(bands)]
    shades = [0.0, *opacities, *reversed(opacities[:-1])]
    floor: Values = [None if one is None else 0.0 for one in edges[0]]
    series = []
    for edge, shade in zip(edges, shades, strict=True):
        steps = [None if a is None or b is None else a - b for a, b in zip(edge, floor, strict=True)]
        series.append(_band(steps, shade))
        floor = edge
    return series


def _band(steps: Values, shade: float) -> Option:
    return {
        "type": "line",
        "data": list(steps),
        "stack": "fan",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"width": 0, "opacity": 0},
        "areaStyle": {"color": "--chart-forecast", "opacity": shade},
        "z": 1,
    }


def _hatched(style: str) -> Option:
    lines = {
        "symbol": "rect",
        "dashArrayX": [1, 0],
        "dashArrayY": [2, 4],
        "rotation": -0.785,
        "color": f"--chart-{style}",
    }
    return {"color": "--paper", "borderColor": f"--chart-{style}", "borderWidth": 1.5, "decal": lines}


_FILLS: Mapping[str, Option] = {
    "actual": {"color": "--chart-actual"},
    "last": {"color": "--chart-last"},
    "plan": {"color": "--paper", "borderColor": "--chart-actual", "borderWidth": 1.5},
    "forecast": _hatched("actual"),
    "last-forecast": _hatched("last"),
}


def key_of(*styles: str) -> list[Mark]:
    """Return the key of a chart: what each style of drawing stands for."""
    words = {
        "actual": gettext("actual"),
        "last": gettext("last year"),
        "plan": gettext("plan"),
        "forecast": gettext("forecast"),
        "line": gettext("forecast"),
        "band-80": pgettext("interval", "holds 80 % of the possible outcomes"),
        "band-95": pgettext("interval", "holds 95 % of them"),
    }
    return [Mark(style, words[style]) for style in styles]
