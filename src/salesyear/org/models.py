"""Regions, territories, positions, reps and users, each with the dates between which it holds."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Also, ScopedModel, ScopedQuerySet, Visible


class Dated(models.Model):
    """Holds from `starts_on` to `ends_on`, both days included; an empty end is open."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_ends_after_start",
            )
        ]

    def holds_on(self, day: date) -> bool:
        """Say whether this is in force on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def in_force(day: date, prefix: str = "") -> Q:
    """Return the filter for dated rows in force on a day."""
    open_or_later = Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    return Q(**{f"{prefix}starts_on__lte": day}) & open_or_later


class UnitKind(models.TextChoices):
    """The levels of the sales organisation."""

    COMPANY = "company", _("company")
    REGION = "region", _("region")
    TERRITORY = "territory", _("territory")


class Unit(Dated, ScopedModel):
    """A node of the sales organisation: company → region → territory.

    A unit that moves under another parent ends, and a new row with the same code starts the day after: history
    stays where it was earned, without a table for it.
    """

    visible = Visible(family="structure")

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("level"), max_length=10, choices=UnitKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=400, editable=False, db_index=True)

    class Meta(Dated.Meta):
        ordering: ClassVar = ["path"]
        verbose_name = _("unit")
        verbose_name_plural = _("regions and territories")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["code", "starts_on"], name="unit_once_a_day"),
            models.UniqueConstraint(fields=["code"], condition=Q(ends_on__isnull=True), name="unit_open_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Keep the path of keys from the company down beside the row: `/1/4/12/`."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            self.path = path
            type(self)._base_manager.filter(pk=self.pk).update(path=path)


class PositionKind(models.TextChoices):
    """What a position does."""

    MANAGER = "manager", _("manager")
    REP = "rep", _("salesperson")


class Position(Dated, ScopedModel):
    """A seat in a unit that somebody fills; the seat stays when the person leaves. Seen by whoever filled it."""

    visible = Visible(
        family="people",
        unit="unit",
        also=(Also(column="id", model="org.Assignment", key="position", unit="", rep="rep"),),
    )

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=PositionKind.choices, default=PositionKind.REP)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))

    class Meta(Dated.Meta):
        ordering: ClassVar = ["code"]
        verbose_name = _("position")
        verbose_name_plural = _("positions")

    def __str__(self) -> str:
        return self.title


class Rep(ScopedModel):
    """A person who sells (salesperson or selling manager); `unit` is where the open assignment puts them."""

    visible = Visible(family="people", unit="unit", rep="id")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("present unit"),
        editable=False,
    )
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("manager")
    )
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("salesperson")
        verbose_name_plural = _("salespeople")

    def __str__(self) -> str:
        return self.name


class Assignment(Dated, ScopedModel):
    """Who fills which position from when to when: what a sale of that day counts for."""

    visible = Visible(family="people", unit="position__unit", rep="rep")

    rep = models.ForeignKey(Rep, models.CASCADE, related_name="assignments", verbose_name=_("salesperson"))
    position = models.ForeignKey(Position, models.PROTECT, related_name="assignments", verbose_name=_("position"))

    class Meta(Dated.Meta):
        ordering: ClassVar = ["rep", "starts_on"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["rep", "starts_on"], name="assignment_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rep} – {self.position}"


class Role(models.TextChoices):
    """What somebody may do here; somebody without a role can do nothing."""

    DIRECTOR = "director", _("director")
    REGIONAL_MANAGER = "regional_manager", _("regional manager")
    SALESPERSON = "salesperson", _("salesperson")
    AGENT = "agent", _("agent")
    FINANCE = "finance", _("finance")
    HR = "hr", _("HR")
    MARKETING = "marketing", _("marketing")
    ADMINISTRATOR = "administrator", _("administrator")


class Users(BaseUserManager["User"]):
    """Makes users; people sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:  # noqa: ANN401 - passed on
        """Make a user without any role: one who can do nothing yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """Somebody who signs in. What they may do comes from their grants alone."""

    username = None  # type: ignore[assignment]  # people sign in with their e-mail address
    first_name = None  # type: ignore[assignment]  # one name field serves Chinese and Western names
    last_name = None  # type: ignore[assignment]  # as above
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    rep = models.OneToOneField(
        Rep, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("salesperson")
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[Users] = Users()  # type: ignore[assignment]  # ours asks for no username

    class Meta:
        ordering: ClassVar = ["email"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.email


class Grant(Dated):
    """A role given to a user, for a unit (regional manager) or an agency (agent), from when to when."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    agency = models.ForeignKey(
        "crm.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )

    class Meta(Dated.Meta):
        ordering: ClassVar = ["user", "role"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(role="regional_manager") | Q(unit__isnull=False), name="manager_has_unit"
            ),
            models.CheckConstraint(condition=~Q(role="agent") | Q(agency__isnull=False), name="agent_has_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


__all__ = [
    "Assignment",
    "Dated",
    "Grant",
    "Position",
    "PositionKind",
    "Rep",
    "Role",
    "ScopedQuerySet",
    "Unit",
    "UnitKind",
    "User",
    "in_force",
]
