"""A month's review on paper: how it went, what moved sales, who is behind, what is late, where the year will end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from salesyear.documents.content import lessons
from salesyear.documents.content.model import (
    Bullets,
    Chart,
    Column,
    Form,
    Kind,
    Look,
    Money,
    Part,
    Row,
    Series,
    Slide,
    Table,
)
from salesyear.documents.content.words import brief, month_name, share_of, whole_percent
from salesyear.performance.models import Alert
from salesyear.performance.pages import AlertRow
from salesyear.performance.review import Review, Standing, Steps
from salesyear.plans.months import months_of

STEPS: Final = ("price", "volume", "mix", "new", "lost")
SHOWN: Final = 12  # alerts that are named


@dataclass(frozen=True)
class Telling:
    """A review with the currency and language it is told in."""

    review: Review
    money: Money
    language: str

    def short(self, minor: int) -> str:
        """An amount for a sentence."""
        return brief(minor, self.money, self.language)

    def signed(self, minor: int) -> str:
        """A change for a sentence, with its sign."""
        return f"{'+' if minor >= 0 else '−'}{self.short(abs(minor))}"

    @property
    def month(self) -> str:
        """The month with its year."""
        return month_name(self.review.month, self.language, short=False)


def slides(told: Telling) -> Iterator[Slide]:
    """Every slide in the order of the meeting."""
    review = told.review
    yield _the_month(told)
    if any(review.steps[name] for name in STEPS):
        yield _bridge(told, review.steps, _("From the month a year before to this one, %(unit)s"))
    if any(review.steps_to_date[name] for name in STEPS) and review.steps_to_date != review.steps:
        yield _bridge(told, review.steps_to_date, _("From last year's months so far to this year's, %(unit)s"))
    if len(review.regions) > 1:
        yield _places(told, review.regions, _("Region"))
    if len(review.reps) > 1:
        yield _places(told, review.reps, _("Salesperson"))
    yield _year_end(told)
    yield _late(told)
    if alerts := list(review.alerts):
        yield _alerts(alerts)
    yield _decided(told)
    yield from lessons.slides(review.lessons)


def _the_month(told: Telling) -> Slide:
    total = told.review.total
    values = {
        "month": told.month,
        "sold": told.short(total.sold),
        "share": whole_percent(total.attainment),
        "to_date": whole_percent(total.attainment_to_date),
    }
    title = _("%(month)s: %(sold)s, %(share)s of the month's plan; the year so far stands at %(to_date)s.") % values
    sold, target, before = zip(*told.review.months, strict=True)
    chart = Chart(
        Form.COLUMNS,
        _("Sales by month, %(unit)s") % {"unit": told.money.code},
        title,
        tuple(month_name(month, told.language) for month in months_of(told.review.plan)),
        (
            Series(_("Year before"), Look.LAST_YEAR, before),
            Series(_("Plan"), Look.PLAN, target),
            Series(_("Sold"), Look.ACTUAL, sold),
        ),
    )
    return Slide(title, (chart, _two_lines(told, total)), (_says("attainment"), _says("sold")), "P5")


def _two_lines(told: Telling, total: Standing) -> Table:
    columns = (
        Column("", share=2),
        Column(_("Sold"), Kind.MONEY, 1.3),
        Column(_("Plan"), Kind.MONEY, 1.3),
        Column(_("Difference"), Kind.MONEY, 1.3),
        Column(_("Attainment"), Kind.SHARE),
    )
    rows = (
        Row((told.month, total.sold, total.target, total.sold - total.target, total.attainment)),
        Row(
            (
                _("Year to date"),
                total.sold_to_date,
                total.target_to_date,
                total.sold_to_date - total.target_to_date,
                total.attainment_to_date,
            ),
            strong=True,
        ),
    )
    return Table(columns, rows, told.money.code)


def _bridge(told: Telling, steps: Steps, heading: str) -> Slide:
    """From the year before to now, a step each for price, volume, mix, new and lost customers; they add up exactly."""
    names = step_names()
    most = max(STEPS, key=lambda name: abs(steps[name]))
    values = {
        "change": told.signed(steps["after"] - steps["before"]),
        "step": names[most],
        "amount": told.signed(steps[most]),
    }
    title = _("%(change)s on the year before; the largest step is %(step)s with %(amount)s.") % values
    level, feet = steps["before"], []
    for name in STEPS:
        feet.append(min(level, level + steps[name]))
        level += steps[name]
    ups = [max(steps[name], 0) or None for name in STEPS]
    downs = [max(-steps[name], 0) or None for name in STEPS]
    none = (None,) * len(STEPS)
    chart = Chart(
        Form.STACK,
        heading % {"unit": told.money.code},
        title,
        (_("Year before"), *(names[name] for name in STEPS), _("Sold")),
        (
            Series(_("Foot"), Look.NOTHING, (None, *feet, None)),
            Series(_("Year before"), Look.LAST_YEAR, (steps["before"], *none, None)),
            Series(_("More"), Look.GOOD, (None, *ups, None)),
            Series(_("Less"), Look.BAD, (None, *downs, None)),
            Series(_("Sold"), Look.ACTUAL, (None, *none, steps["after"])),
        ),
    )
    return Slide(title, (chart,), (_says("price"), _says("volume"), _says("mix"), _says("new")), "P5")


def step_names() -> dict[str, str]:
    """The steps of a bridge in words."""
    return {
        "price": _("price"),
        "volume": _("volume"),
        "mix": _("mix"),
        "new": _("new customers"),
        "lost": _("lost customers"),
    }


def _places(told: Telling, places: Sequence[Standing], heading: str) -> Slide:
    first = places[0]
    behind = first.sold_to_date - first.target_to_date
    values = {"name": first.name, "amount": told.short(abs(behind)), "share": whole_percent(first.attainment_to_date)}
    title = _("%(name)s is the furthest behind: %(amount)s less than planned so far (%(share)s).") % values
    if behind >= 0:
        title = _("Nobody is behind the plan so far; %(name)s is the closest to it (%(share)s).") % values
    columns = (
        Column(heading, share=1.9),
        Column(_("Sold"), Kind.MONEY, 1.15),
        Column(_("Plan"), Kind.MONEY, 1.15),
        Column(_("Attainment"), Kind.SHARE, 1.1),
        Column(_("Year to date"), Kind.MONEY, 1.2),
        Column(_("Plan to date"), Kind.MONEY, 1.2),
        Column(_("Attainment"), Kind.SHARE, 1.1),
        Column(_("Forecast to year end"), Kind.MONEY, 1.25),
        Column(_("Target of the year"), Kind.MONEY, 1.25),
    )
    rows = tuple(map(_standing_row, places))
    return Slide(title, (Table(columns, rows, told.money.code),), (_says("attainment"), _says("forecast")), "P5")


def _standing_row(one: Standing) -> Row:
    return Row(
        (
            one.name,
            one.sold,
            one.target,
            one.attainment,
            one.sold_to_date,
            one.target_to_date,
            one.attainment_to_date,
            one.forecast,
            one.target_year,
        )
    )


def _year_end(told: Telling) -> Slide:
    total = told.review.total
    gap = total.forecast - total.target_year
    values = {
        "forecast": told.short(total.forecast),
        "gap": told.short(abs(gap)),
        "share": whole_percent(share_of(total.forecast, total.target_year)),
    }
    title = _("The year is on its way to %(forecast)s, %(share)s of its target; %(gap)s are missing.") % values
    if gap >= 0:
        title = _("The year is on its way to %(forecast)s, %(share)s of its target.") % values
    columns = (Column("", share=2.6), Column(told.money.code, Kind.MONEY, 1.3), Column(_("Of the target"), Kind.SHARE))
    whole = total.target_year
    lines = (
        (_("Sold so far"), total.sold_to_date),
        (_("Baseline of the months left"), total.baseline_to_go),
        (_("Expected of initiatives in the months left"), total.expected_to_go),
    )
    rows = [Row((name, amount, share_of(amount, whole))) for name, amount in lines]
    rows.append(Row((_("Forecast to year end"), total.forecast, share_of(total.forecast, whole)), strong=True))
    if total.at_this_pace is not None:
        rows.append(Row((_("At this pace"), total.at_this_pace, share_of(total.at_this_pace, whole))))
    rows.append(Row((_("Target of the year"), whole, share_of(whole, whole))))
    return Slide(title, (Table(columns, tuple(rows), told.money.code),), (_says("forecast"), _says("pace")), "P9")


def _late(told: Telling) -> Slide:
    review = told.review
    rows = [
        *(Row((_("task"), one.title, one.owner, one.due_on, _("not done"))) for one in review.late),
        *(Row((_("initiative"), one.title, one.owner, one.starts_on, _("not begun"))) for one in review.unbegun),
        *(Row((_("initiative"), one.title, one.owner, one.ends_on, _("not finished"))) for one in review.unfinished),
    ]
    if not rows:
        return Slide(_("No task and no initiative is late."), (Bullets((_says("late"),)),), (), "A6")
    title = ngettext("%(count)d task or initiative is late.", "%(count)d tasks and initiatives are late.", len(rows))
    columns = (
        Column(_("Kind"), share=0.8),
        Column(_("Task or initiative"), share=3),
        Column(_("Owner"), share=1.2),
        Column(_("Day"), Kind.DAY),
        Column(_("State"), share=0.9),
    )
    return Slide(title % {"count": len(rows)}, (Table(columns, tuple(rows)),), (_says("late"),), "A6")


def _alerts(alerts: Sequence[Alert]) -> Slide:
    title = ngettext("%(count)d alert is open.", "%(count)d alerts are open.", len(alerts)) % {"count": len(alerts)}
    columns = (Column(_("Since"), share=0.8), Column(_("Alert"), share=3.6), Column(_("State"), share=0.9))
    rows = [
        Row((f"{one.opened_at:%Y-%m-%d}", AlertRow(one).said, str(one.get_state_display()))) for one in alerts[:SHOWN]
    ]
    parts: tuple[Part, ...] = (Table(columns, tuple(rows)),)
    if len(alerts) > SHOWN:
        parts = (*parts, Bullets((_("%(count)d more are on the alerts page.") % {"count": len(alerts) - SHOWN},)))
    return Slide(title, parts, (), "P6")


def _decided(told: Telling) -> Slide:
    tasks = told.review.decided
    if not tasks:
        said = _("Enter what the meeting decides on the review page; each becomes a task with its owner and day.")
        return Slide(_("What do we decide?"), (Bullets((said,)),), (), "A6")
    title = ngettext("%(count)d decision was taken.", "%(count)d decisions were taken.", len(tasks))
    columns = (
        Column(_("What was decided"), share=3),
        Column(_("Who does it"), share=1.2),
        Column(_("By when"), Kind.DAY),
        Column(_("For"), share=1.2),
        Column(_("State"), share=0.8),
    )
    rows = [
        Row(
            (
                one.title,
                one.owner,
                one.due_on,
                str(one.rep or one.unit or ""),
                _("done") if one.done_at else pgettext("task", "open"),
            )
        )
        for one in tasks
    ]
    return Slide(title % {"count": len(tasks)}, (Table(columns, tuple(rows)),), (), "A6")


def definitions() -> list[tuple[str, str]]:
    """What the words of a review mean."""
    parted = (_says(name).replace("：", ":").partition(":") for name in _meanings())
    return [(word.strip(), meaning.strip()) for word, _colon, meaning in parted]


def _says(name: str) -> str:
    return _meanings()[name]


def _meanings() -> dict[str, str]:
    return {
        "sold": _(
            "Sold: ordered, net of discount and returns, before tax; a return counts in the month it is booked in."
        ),
        "attainment": _("Attainment: sold ÷ plan of the same months; of several places sum ÷ sum."),
        "price": _("Price: what was sold to the same customers costs more or less than at last year's prices."),
        "volume": _("Volume: what all quantities together grew, at last year's shares."),
        "mix": _("Mix: other products and other customers among those who bought in both periods."),
        "new": _("New and lost customers: who bought in one of the two periods only."),
        "forecast": _(
            "Forecast to year end: sold so far, and what the baseline and the initiatives bring in the months left."
        ),
        "pace": _("At this pace: the year's target × attainment to date."),
        "late": _(
            "Late: a task past its day, an initiative still proposed past its first day or not done past its last."
        ),
    }
