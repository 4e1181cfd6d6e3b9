"""What performance stores: which months of which facts have changed; alerts, their rules, and the words about them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MicrosField
from salesyear.core.scope import ScopedModel, Visible
from salesyear.core.sealed import SealedField, mark_of
from salesyear.org.models import Rep, Unit


class FactChange(models.Model):
    """That something changed in a month of some facts, noted by the database itself (`facts.changes`).

    facts: which. month: year × 12 + month − 1 (0 where months make no difference; a version's key for sheets).
    day: of that month, 0 where it is not known. stamp: a random number; the stamp of a month, or of a day, is the sum
    of its rows', and no two states share one.
    """

    facts = models.CharField(_("facts"), max_length=20)
    month = models.BigIntegerField(_("month"))
    day = models.IntegerField(_("day"), default=0)
    stamp = models.BigIntegerField(_("stamp"))

    class Meta:
        verbose_name = _("change of facts")
        verbose_name_plural = _("changes of facts")
        indexes: ClassVar = [models.Index(fields=["facts", "month", "day"], name="change_of_day")]

    def __str__(self) -> str:
        return f"{self.facts} {self.month}"


class ChannelKind(models.TextChoices):
    """By which way a word leaves the site."""

    MAIL = "mail", _("e-mail")
    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    FEISHU = "feishu", _("Feishu group robot")
    WEBHOOK = "webhook", _("webhook")


class Channel(models.Model):
    """Where one person wants to hear of their alerts outside the site. Nobody else sees or uses it.

    address: sealed, for whoever has it can post there; empty when it was sealed under a secret that is no more. mark:
    tells it from that person's others.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("whose"))
    kind = models.CharField(_("kind"), max_length=10, choices=ChannelKind.choices)
    address = SealedField(_("address"))
    mark = models.CharField(_("mark"), max_length=64, editable=False)

    class Meta:
        ordering: ClassVar = ["user", "kind", "pk"]
        verbose_name = _("way out")
        verbose_name_plural = _("ways out")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind", "mark"], name="channel_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Keep the mark with the address."""
        self.mark = mark_of(self.address)
        super().save(*args, **kwargs)

    @property
    def shown(self) -> str:
        """The address as a page shows it: whole for mail, with its secret left out for robots and webhooks."""
        if not self.address:
            return str(_("cannot be read any more"))
        if self.kind == ChannelKind.MAIL:
            return str(self.address)
        start, _sep, rest = self.address.partition("://")
        return f"{start}://{rest.split('/')[0].rpartition('@')[2]}/…" if rest else f"…{self.address[-4:]}"


class RuleKind(models.TextChoices):
    """How a rule looks at a figure."""

    THRESHOLD = "threshold", _("limit")
    TREND = "trend", _("trend")
    CONTROL = "control", _("control chart")
    PACE = "pace", _("pace")
    SIGNAL = "signal", _("signal")


class Side(models.TextChoices):
    """On which side of its limit a figure is worth a word."""

    BELOW = "below", _("below")
    ABOVE = "above", _("above")


class Rule(ScopedModel):
    """What somebody wants to be told: a figure of a region, a salesperson or (both empty) of all that they see.

    limit, back, sigmas: millionths, in the figure's own measure. It is judged by what its owner sees.
    """

    visible = Visible(family="alerts", unit="unit", rep="rep")

    name = models.CharField(_("name"), max_length=200)
    figure = models.CharField(_("figure"), max_length=60)
    kind = models.CharField(_("rule"), max_length=10, choices=RuleKind.choices)
    side = models.CharField(_("side"), max_length=5, choices=Side.choices, default=Side.BELOW)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    limit = MicrosField(_("limit"), default=0)
    back = MicrosField(_("ends at"), null=True, blank=True)
    periods = models.PositiveSmallIntegerField(_("in a row"), default=1)
    sigmas = MicrosField(_("standard deviations"), default=3_000_000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    channels = models.ManyToManyField(Channel, blank=True, related_name="rules", verbose_name=_("told by"))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_at = models.TimeField(_("once a day at"), null=True, blank=True)
    active = models.BooleanField(_("on"), default=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")

    def __str__(self) -> str:
        return self.name


class AlertState(models.TextChoices):
    """Where an alert stands."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    CLOSED = "closed", _("closed")


class Alert(ScopedModel):
    """What a rule found, from the day it began to the day it was over; one that is not over is there once a rule.

    value, limit: the newest judged, millionths. found: what the figure rests on, where a signal names it.
    """

    visible = Visible(family="alerts", unit="unit", rep="rep")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="alerts", verbose_name=_("rule"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    state = models.CharField(_("state"), max_length=12, choices=AlertState.choices, default=AlertState.OPEN)
    value = MicrosField(_("value"), null=True, blank=True)
    limit = MicrosField(_("held against"), null=True, blank=True)
    found = models.JSONField(_("found"), default=list)
    opened_at = models.DateTimeField(_("since"))
    judged_at = models.DateTimeField(_("last looked at"))
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule"], condition=~Q(state="closed"), name="one_open_alert_a_rule")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.opened_at:%Y-%m-%d}"


class AlertStep(models.Model):
    """An alert entered a state: who or what brought it there, when, and what they said. Only ever added."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="steps", verbose_name=_("alert"))
    state = models.CharField(_("state"), max_length=12, choices=AlertState.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering: ClassVar = ["alert", "pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.alert} {self.state}"


class Notice(models.Model):
    """A word about an alert that is to leave the site, once: when it is due, and what became of it."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notices", verbose_name=_("alert"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("told by"))
    state = models.CharField(_("state"), max_length=12, choices=AlertState.choices)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alert", "channel", "state"], name="notice_once_a_state")
        ]
        indexes: ClassVar = [models.Index(fields=["sent_at", "due_at"], name="notice_to_send")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.alert}"


class Task(ScopedModel):
    """What was decided in a month's review: who does what by when, for a region, a salesperson or (both empty) all."""

    visible = Visible(family="alerts", unit="unit", rep="rep")

    month = models.DateField(_("decided in the review of"))
    title = models.CharField(_("task"), max_length=300)
    owner = models.CharField(_("owner"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")

    def __str__(self) -> str:
        return self.title

    def overdue(self, today: date) -> bool:
        """Whether it should be done by now and is not."""
        return self.done_at is None and bool(self.due_on < today)


class Verdict(models.TextChoices):
    """What came of a decision."""

    OPEN = "open", _("not known yet")
    WORKED = "worked", _("worked")
    FAILED = "failed", _("did not work")


class Lesson(ScopedModel):
    """What a review taught about a region, a salesperson or (both empty) all; later, what came of it.

    then, since: the place's attainment in the review's month and in the one it was judged in, millionths.
    """

    visible = Visible(family="alerts", unit="unit", rep="rep")

    month = models.DateField(_("learnt in the review of"))
    title = models.CharField(_("lesson"), max_length=300)
    tags = models.CharField(_("tags"), max_length=200, blank=True)
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="lessons", verbose_name=_("decision")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    verdict = models.CharField(_("what came of it"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    outcome = models.CharField(_("outcome in words"), max_length=500, blank=True)
    then = MicrosField(_("attainment then"), null=True, blank=True)
    since = MicrosField(_("attainment when judged"), null=True, blank=True)
    judged_in = models.DateField(_("judged in the month"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["-month", "-pk"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def __str__(self) -> str:
        return self.title

    @property
    def attained(self) -> str:
        """The attainment of its place then and when it was judged, as “41.7% → 69.4%”; empty until then."""
        if self.then is None or self.since is None:
            return ""
        return f"{self.then / 1e6:.1%} → {self.since / 1e6:.1%}"
