"""A plan for a year: versions that are only ever added, sheets of amounts, edits, policy values, the gap ledger.

A version's amounts stand in sheets, one for each leaf of the organisation (a unit and a salesperson): twelve months of
every slot (key customer or the others, product line, new or not) packed side by side, so that an edit which moves a
hundred thousand cells rewrites a few hundred rows. `plans.frames` turns them into tables.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salesyear.core.fields import MicrosField, MoneyField, ShareField
from salesyear.core.scope import ScopedModel, Visible
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit
from salesyear.plans.words import suggested_words
from salesyear.sales.models import Currency, Line


class Plan(models.Model):
    """The plan of a company or of one region for twelve months. It holds no amount of anybody's."""

    name = models.CharField(_("name"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for"))
    year = models.PositiveSmallIntegerField(_("plan year"))
    starts_on = models.DateField(_("first day"))
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["-year", "pk"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints: ClassVar = [
            # An empty key equals no other, in SQLite always: what is empty has a rule of its own.
            models.UniqueConstraint(fields=["unit", "starts_on"], name="plan_once_a_year"),
            models.UniqueConstraint(
                fields=["starts_on"], condition=models.Q(unit=None), name="company_plan_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyValue(models.Model):
    """A figure of the policy as somebody set it; the newest of a name counts, the others are its history."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="policy_values", verbose_name=_("plan"))
    name = models.CharField(_("name"), max_length=60)
    micros = MicrosField(_("value"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering: ClassVar = ["plan", "name", "-pk"]
        verbose_name = _("policy value")
        verbose_name_plural = _("policy values")
        indexes: ClassVar = [models.Index(fields=["plan", "name"], name="policy_of_plan")]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """Where a version stands; a draft is worked on, everything later is frozen."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("superseded")


class Version(models.Model):
    """One version or scenario of a plan: what it started from and how far it is. Its amounts are in its sheets.

    inputs: everything but the edits that a replay needs (baseline and its fingerprint, blend, distance, unit, seed).
    edition: number of the last edit that its sheets contain; who writes must have seen it.
    name: as somebody named it; without one it goes by its number, in the reader's language.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="versions", verbose_name=_("plan"))
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made from")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    inputs = models.JSONField(_("inputs"), default=dict)
    fingerprint = models.CharField(_("fingerprint of the facts"), max_length=64, blank=True)
    edition = models.PositiveIntegerField(_("edition"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["plan", "-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="published"), name="one_published_version_a_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})" if self.name else _("Version %(number)d") % {"number": self.number}

    @property
    def mark(self) -> str:
        """What the history calls it: the same in every language."""
        return f"{self.plan.name} #{self.number} {self.name}".strip()

    @property
    def frozen(self) -> bool:
        """Whether nothing in it changes any more."""
        return self.state != State.DRAFT


class Step(models.Model):
    """A version entered a state: who brought it there, when, and what they said. Only ever added."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="steps", verbose_name=_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    note = models.TextField(_("note"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering: ClassVar = ["version", "pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.version} {self.state}"


class Sheet(ScopedModel):
    """All amounts of one leaf in one version: slots × 12 months, row after row, little-endian 64-bit numbers.

    slots: one [customer key or 0, line key or 0, 1 if for new customers] each. last_year, baseline, target: integers,
    minor units. prior: floats, what the solve starts from. cash: integers, what is to be collected each month (12).
    The `…_total` are the sums of the packed ones, so that the database alone can add up.
    """

    visible = Visible(family="targets", unit="unit", rep="rep")

    version = models.ForeignKey(Version, models.CASCADE, related_name="sheets", verbose_name=_("version"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    slots = models.JSONField(_("slots"), default=list)
    last_year = models.BinaryField(_("last year"), default=bytes)
    baseline = models.BinaryField(_("baseline"), default=bytes)
    prior = models.BinaryField(_("prior"), default=bytes)
    target = models.BinaryField(_("target"), default=bytes)
    cash = models.BinaryField(_("to collect"), default=bytes)
    last_year_total = MoneyField(_("last year, in all"), default=0)
    baseline_total = MoneyField(_("baseline, in all"), default=0)
    target_total = MoneyField(_("target, in all"), default=0)
    cash_total = MoneyField(_("to collect, in all"), default=0)

    class Meta:
        ordering: ClassVar = ["version", "unit", "rep"]
        verbose_name = _("sheet of a plan")
        verbose_name_plural = _("sheets of a plan")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "unit", "rep"], name="sheet_once"),
            models.UniqueConstraint(fields=["version", "unit"], condition=models.Q(rep=None), name="vacant_sheet_once"),
        ]

    def __str__(self) -> str:
        return str(self.rep or self.unit or "")


class EditKind(models.TextChoices):
    """What somebody did to a draft."""

    SET = "set", _("set an amount")
    LOCK = "lock", _("locked")
    RULE = "rule", _("added a rule")
    LIFT = "lift", _("lifted a lock or rule")


class Edit(ScopedModel):
    """One thing done to a draft, in order. Taking it back marks it, so that the log only ever grows.

    where: which cells, as column → values (region, territory, rep, customer, line, new, month); rule: the rule as
    `engine.targets` writes it. batch: edits of one paste share it and are undone together. unit, rep: whose rows it
    is about, and so who sees it (both empty: the whole company's).
    """

    visible = Visible(family="targets", unit="unit", rep="rep")

    version = models.ForeignKey(Version, models.CASCADE, related_name="edits", verbose_name=_("version"))
    number = models.PositiveIntegerField(_("number"))
    batch = models.CharField(_("batch"), max_length=40)
    kind = models.CharField(_("what"), max_length=10, choices=EditKind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    where = models.JSONField(_("where"), default=dict)
    amount = MoneyField(_("amount"), null=True, blank=True)
    before = MoneyField(_("before"), null=True, blank=True)
    rule = models.JSONField(_("rule"), default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["version", "number"]
        verbose_name = _("edit")
        verbose_name_plural = _("edits")
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "number"], name="edit_once")]
        indexes: ClassVar = [models.Index(fields=["version", "batch"], name="edits_of_a_batch")]

    def __str__(self) -> str:
        return f"{self.version} #{self.number}"


class Comment(ScopedModel):
    """What somebody said about a cell or a subtotal of a version."""

    visible = Visible(family="targets", unit="unit", rep="rep")

    version = models.ForeignKey(Version, models.CASCADE, related_name="comments", verbose_name=_("version"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    where = models.JSONField(_("where"), default=dict)
    text = models.TextField(_("comment"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering: ClassVar = ["version", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.text[:60]


class Commitment(ScopedModel):
    """What a salesperson says they will sell to a customer, of a line, or (neither named) to all other customers.

    Rows are only ever added; the newest of its place counts and carries all that stands. amount: 0 is an answer, empty
    is none. offered: what the manager asks for instead. accepted: what was agreed on in the end.
    """

    visible = Visible(family="targets", unit="unit", rep="rep")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="commitments", verbose_name=_("plan"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="+", verbose_name=_("salesperson"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product line")
    )
    amount = MoneyField(_("commitment"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    offered = MoneyField(_("counter-offer"), null=True, blank=True)
    accepted = MoneyField(_("agreed"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering: ClassVar = ["plan", "rep", "-pk"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")

    def __str__(self) -> str:
        return f"{self.rep} {self.customer or self.line or ''}".strip()


class InitiativeKind(models.TextChoices):
    """What somebody means to do about the gap."""

    NEW_CUSTOMERS = "new_customers", _("new customers")
    CROSS_SELL = "cross_sell", _("cross-selling")
    WIN_BACK = "win_back", _("win-back")
    WHITE_SPACE = "white_space", _("white space")
    CHANNEL = "channel", _("channel opening")
    KEY_ACCOUNT = "key_account", _("key accounts")
    PRICE = "price", _("price")
    PROMOTION = "promotion", _("promotion")
    CAMPAIGN = "campaign", _("campaign")
    HIRE = "hire", _("hire")
    SATISFACTION = "satisfaction", _("customer satisfaction")
    OTHER = "other", _("other")


class InitiativeState(models.TextChoices):
    """Whether an initiative counts."""

    PROPOSED = "proposed", _("proposed")
    ACTIVE = "active", _("under way")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class Initiative(ScopedModel):
    """Something that is to close a part of the gap: what it should bring by month, its chance, cost, owner, date.

    where: the cells it lifts, as in `Edit`. source: what it was suggested from, `T8:5:2` by row, unit and salesperson.
    named: what somebody called it; empty while it is called what was suggested, in each reader's language.

    effect, effect_low, effect_high: what was measured of it up to `measured_until`, which then counts in place of the
    estimate; effect_months: the same by month of the plan's year, empty for months not measured.
    """

    visible = Visible(family="targets", unit="unit", rep="rep")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="initiatives", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=20, choices=InitiativeKind.choices)
    named = models.CharField(_("title"), max_length=300, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    rep = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("salesperson"))
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    chance = ShareField(_("chance"))
    cost = MoneyField(_("cost"), default=0)
    months = models.JSONField(_("expected by month"), default=list)
    expected = MoneyField(_("expected"))
    where = models.JSONField(_("cells it lifts"), default=dict)
    source = models.CharField(_("suggested from"), max_length=100, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=InitiativeState.choices, default=InitiativeState.PROPOSED
    )
    effect = MoneyField(_("measured effect"), null=True, blank=True)
    effect_months = models.JSONField(_("measured by month"), default=list)
    effect_low = MoneyField(_("at least"), null=True, blank=True)
    effect_high = MoneyField(_("at most"), null=True, blank=True)
    measured_until = models.DateField(_("measured until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar = ["plan", "starts_on", "pk"]
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "source"], condition=~Q(source=""), name="a_suggestion_is_taken_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What it is called, in the reader's language where it is still called what was suggested."""
        who = str(self.rep or self.unit or "")
        return self.named or suggested_words(self.source.partition(":")[0], who, len(self.where.get("customer", ())))

    @title.setter
    def title(self, words: str) -> None:
        if words != self.title:
            self.named = words

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Keep the sum of the months beside them."""
        self.expected = sum(self.months)
        super().save(*args, **kwargs)


class QuarterPlan(ScopedModel):
    """A region's plan of a quarter as its manager signed it off: what the quarter owed and what was to be done then.

    figures: the amounts and the initiatives due, as they were shown. Only ever added; the newest counts.
    """

    visible = Visible(family="targets", unit="unit")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="quarter_plans", verbose_name=_("plan"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    figures = models.JSONField(_("figures"), default=dict)
    note = models.TextField(_("note"), blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        ordering: ClassVar = ["plan", "unit", "quarter", "-pk"]
        verbose_name = _("quarter plan")
        verbose_name_plural = _("quarter plans")

    def __str__(self) -> str:
        return f"{self.unit} Q{self.quarter}"
