"""The lists of this chapter: alerts and the rules behind them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Choice, Column, Period, Register, Tree
from salesyear.performance import figures
from salesyear.performance.models import Alert, Lesson, Rule, Task


class AlertRegister(Register):
    """Every alert there was: what, where, since when, how it stands."""

    name = "alertlist"
    model = Alert
    title = _("alerts")
    question = _("What was worth a word, since when, and is it over?")
    why_empty = _("No rule has found anything yet.")
    columns = (
        Column("opened_at"),
        Column("rule__name", _("rule"), link=("alertrules", "rule_id")),
        Column("rule__figure", _("figure"), words=figures.choices),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("state"),
        Column("value"),
        Column("limit"),
        Column("closed_at"),
        Column("rule__owner__name", _("owner")),
    )
    filters = (Choice("state"), Tree("unit"))
    search = ("rule__name",)
    order = ("-opened_at", "-pk")


class RuleRegister(Register):
    """Every rule: which figure, where, when it is worth a word, whose it is."""

    name = "alertrules"
    model = Rule
    title = _("alert rules")
    question = _("Which figures are watched, by whom, and when is one worth a word?")
    why_empty = _("Nobody has made a rule yet.")
    columns = (
        Column("name"),
        Column("figure", words=figures.choices),
        Column("kind"),
        Column("side"),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("limit"),
        Column("back", listed=False),
        Column("periods", listed=False),
        Column("owner__name", _("owner")),
        Column("active"),
        Column("made_at", listed=False),
    )
    filters = (Choice("kind"), Tree("unit"))
    search = ("name", "figure")
    order = ("name", "pk")


class TaskRegister(Register):
    """Everything that was decided in a review: what, who, by when, done or not."""

    name = "tasks"
    model = Task
    title = _("tasks")
    question = _("What was decided in the monthly reviews, who does it, by when, and is it done?")
    why_empty = _("Nothing has been decided in a review yet.")
    columns = (
        Column("title"),
        Column("owner"),
        Column("due_on"),
        Column("done_at"),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("month"),
        Column("made_at", listed=False),
    )
    filters = (Tree("unit"), Period("due_on"))
    search = ("title", "owner")
    order = ("-due_on", "-pk")


class LessonRegister(Register):
    """The library of lessons: what reviews taught, and what came of it."""

    name = "lessons"
    model = Lesson
    title = _("lessons")
    question = _("What did reviews teach, where, and what came of it?")
    why_empty = _("No review has taught anything yet.")
    columns = (
        Column("title"),
        Column("tags"),
        Column("verdict"),
        Column("outcome"),
        Column("task__title", _("decision"), link=("tasks", "task_id")),
        Column("unit__name", link=("units", "unit_id")),
        Column("rep__name", link=("reps", "rep_id")),
        Column("month"),
        Column("then", listed=False),
        Column("since", listed=False),
        Column("judged_in", listed=False),
        Column("made_at", listed=False),
    )
    filters = (Choice("verdict"), Tree("unit"), Period("month"))
    search = ("title", "tags", "outcome")
    order = ("-month", "-pk")
