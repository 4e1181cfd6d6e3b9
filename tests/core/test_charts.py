"""Charts as plain values: the unit they are drawn in, bands that add up to their edges, the notation."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from salesyear.core import charts

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("language", "minor", "word", "drawn"),
    [
        ("en", 302_000_000_00, "M", 302.0),
        ("en", 45_600_00, "K", 45.6),
        ("en", 999_00, "", 999.0),
        ("zh-hans", 302_000_000_00, "亿", 3.02),
        ("zh-hans", 45_600_00, "万", 4.56),
    ],
)
def test_amounts_are_drawn_in_the_readers_unit(language: str, minor: int, word: str, drawn: float) -> None:
    with override(language):
        scale = charts.scale_for(minor)
    assert (scale.word, scale.of(minor)) == (word, drawn)
    assert scale.of(None) is None
    assert charts.money_unit("CNY", scale) == f"{word} CNY".strip()


def test_the_bands_of_a_fan_add_up_to_their_edges() -> None:
    """95 % from 1 to 9, 80 % from 3 to 6: steps of 1, 2, 3 and 3 on top of each other; nothing before the forecast."""
    low, high, inner_low, inner_high = [None, 1.0], [None, 9.0], [None, 3.0], [None, 6.0]
    bands = charts.fan([(low, high), (inner_low, inner_high)], (0.2, 0.4))
    assert [band["data"] for band in bands] == [[None, 1.0], [None, 2.0], [None, 3.0], [None, 3.0]]
    assert [band["areaStyle"]["opacity"] for band in bands] == [0.0, 0.2, 0.4, 0.2]


def test_the_notation_is_the_same_everywhere() -> None:
    """IBCS: actual dark, last year light, plan outlined, forecast hatched; colours are tokens, not values."""
    fills = {style: charts.bars("x", [1], style)["itemStyle"] for style in ("actual", "last", "plan", "forecast")}
    assert fills["actual"] == {"color": "--chart-actual"}
    assert fills["last"] == {"color": "--chart-last"}
    assert "decal" not in fills["plan"]
    assert fills["plan"]["borderColor"] == "--chart-actual"
    assert fills["forecast"]["decal"]["color"] == "--chart-actual"
    assert "#" not in json.dumps(charts.frame(["a"], ["b"]) | fills)


def test_nothing_moves_and_words_on_hovering_are_plain_text() -> None:
    """Reduced motion for everybody; case 31: a name with a script in it is drawn as text."""
    option = charts.frame(["1"], ["<script>"], top=4)
    assert option["animation"] is False
    assert option["tooltip"]["renderMode"] == "richText"
    assert (option["yAxis"]["max"], option["yAxis"]["interval"]) == (4, 1)
