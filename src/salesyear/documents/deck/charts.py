"""Native, editable charts in the IBCS notation: actual solid dark, last year light, plan outlined, forecast hatched."""

from __future__ import annotations

from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_PATTERN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from salesyear.core.numbers import major
from salesyear.documents.content.model import Chart, Form, Look, Money, Series
from salesyear.documents.deck.template import BAD, GOOD, INCH, INK, LIGHT, QUIET, describe, dress
from salesyear.documents.scale import scale_of, titled

TYPES: Final = {
    Form.COLUMNS: XL_CHART_TYPE.COLUMN_CLUSTERED,
    Form.BARS: XL_CHART_TYPE.BAR_CLUSTERED,
    Form.STACK: XL_CHART_TYPE.COLUMN_STACKED,
}
SOLID: Final = {Look.ACTUAL: INK, Look.LAST_YEAR: LIGHT, Look.GOOD: GOOD, Look.BAD: BAD}
MOST_LABELS: Final = 16
FEW: Final = 2  # so many series are all labelled: their bars are as wide as a label


def add_chart(slide: Any, chart: Chart, box: tuple[float, float, float, float], money: Money, *, chinese: bool) -> None:  # noqa: ANN401
    """Put a chart on a slide; box: left, top, width, height in inches. Its sheet holds the exact amounts."""
    data = CategoryChartData(number_format=_exact(money))
    data.categories = list(chart.categories)
    for series in chart.series:
        data.add_series(
            series.name, [None if one is None else float(major(one, money.digits)) for one in series.values]
        )
    left, top, width, height = (Emu(int(one * INCH)) for one in box)
    frame = slide.shapes.add_chart(TYPES[chart.form], left, top, width, height, data)
    frame.name = chart.title
    describe(frame, chart.said)
    _style(frame.chart, chart, money, chinese=chinese)


def _exact(money: Money) -> str:
    return "#,##0" if money.places == 0 else "#,##0." + "0" * money.places


def _style(native: Any, chart: Chart, money: Money, *, chinese: bool) -> None:  # noqa: ANN401
    dress(native.font, 11)
    plot = native.plots[0]
    together = chart.form is Form.STACK or all(len(_filled(one)) <= 1 for one in chart.series)
    plot.overlap, plot.gap_width = (100, 45) if together else (0, 40)
    native.has_title = True
    frame = native.chart_title.text_frame
    run = frame.paragraphs[0].add_run()
    scale = scale_of(chart, money, chinese=chinese)
    run.text = titled(chart, scale, chinese=chinese)
    dress(run.font, 12, colour=QUIET)
    native.chart_title.include_in_layout = False
    _style_axes(native, chart)
    for series, drawn in zip(chart.series, plot.series, strict=True):
        _style_series(drawn, series.look)
        if _labelled(series, chart):
            _label(drawn, scale.form, chart)
    _style_legend(native, chart, hidden=together and chart.form is not Form.STACK)


def _filled(series: Series) -> list[int]:
    return [one for one in series.values if one is not None]


def _told_by(chart: Chart) -> Look:
    """Which of three series or more is labelled, so that none lies over a neighbour: what was sold, else the plan."""
    return Look.ACTUAL if any(one.look is Look.ACTUAL for one in chart.series) else Look.PLAN


def _labelled(series: Series, chart: Chart) -> bool:
    if series.look is Look.NOTHING or len(chart.categories) > MOST_LABELS:
        return False
    alone = sum(value is not None for value in series.values) <= 1
    return len(chart.series) <= FEW or alone or series.look in (Look.GOOD, Look.BAD, _told_by(chart))


def _style_axes(native: Any, chart: Chart) -> None:  # noqa: ANN401
    across, up = native.category_axis, native.value_axis
    up.visible, up.has_major_gridlines = False, False
    if all(one >= 0 for series in chart.series for one in _filled(series)):
        up.minimum_scale = 0  # bars are compared by their length
    across.major_tick_mark = XL_TICK_MARK.NONE
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = RGBColor.from_string(INK)
    if chart.form is Form.BARS:
        across.reverse_order = True  # the greatest on top
    dress(across.tick_labels.font, 10)


def _style_series(drawn: Any, look: Look) -> None:  # noqa: ANN401
    fill, line = drawn.format.fill, drawn.format.line
    drawn.invert_if_negative = False
    if look in SOLID:
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(SOLID[look])
        line.fill.background()
    elif look is Look.NOTHING:
        fill.background()
        line.fill.background()
    else:
        if look is Look.FORECAST:
            fill.patterned()
            fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
            fill.fore_color.rgb = RGBColor.from_string(QUIET)
            fill.back_color.rgb = RGBColor.from_string("FFFFFF")
        else:
            fill.solid()
            fill.fore_color.rgb = RGBColor.from_string("FFFFFF")
        line.color.rgb = RGBColor.from_string(INK)
        line.width = Pt(1.25)


def _label(drawn: Any, form: str, chart: Chart) -> None:  # noqa: ANN401
    labels = drawn.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = form, False
    if chart.form is Form.STACK:
        _on_white(labels)
    else:
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
    narrow = chart.form is Form.COLUMNS and len(chart.categories) * len(chart.series) > MOST_LABELS
    dress(labels.font, 8 if narrow else 9)


def _on_white(labels: Any) -> None:  # noqa: ANN401
    """A label in the middle of a step on a ground of its own: a step may be dark, or lower than its label."""
    look = labels._element.makeelement(qn("c:spPr"), {})
    fill = look.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": "FFFFFF"}))
    look.append(fill)
    labels._element.find(qn("c:numFmt")).addnext(look)


def _style_legend(native: Any, chart: Chart, *, hidden: bool) -> None:  # noqa: ANN401
    native.has_legend = len(chart.series) > 1 and not hidden
    if not native.has_legend:
        return
    legend = native.legend
    legend.position, legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    dress(legend.font, 10)
    for place, series in enumerate(chart.series):
        if series.look is Look.NOTHING:
            entry = legend._element.makeelement(qn("c:legendEntry"), {})
            entry.append(entry.makeelement(qn("c:idx"), {"val": str(place)}))
            entry.append(entry.makeelement(qn("c:delete"), {"val": "1"}))
            legend._element.find(qn("c:legendPos")).addnext(entry)
