"""What an import keeps: the file and how it was understood, where its rows went, and what they were before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """How far an import has come."""

    CHECKED = "checked", _("checked")
    SAVED = "saved", _("saved")
    UNDONE = "undone", _("undone")


class Import(models.Model):
    """One file on its way in. Everything it changes happens in one transaction with its own row."""

    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.CharField(max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    layout = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKED, db_index=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    #: What a page shows of the file: how it was read, 20 rows as understood, the first problems.
    shown = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("when"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class Mapping(models.Model):
    """The layout people last chose for files with the same headings."""

    fingerprint = models.CharField(max_length=64, unique=True)
    layout = models.JSONField()
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("remembered mapping")
        verbose_name_plural = _("remembered mappings")

    def __str__(self) -> str:
        return f"{self.layout.get('kind', '')} {self.fingerprint[:8]}"


class Change(models.Model):
    """What an import did to some rows of one table: the keys it created, and what changed rows were before."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="changes")
    table = models.CharField(max_length=60, db_index=True)
    created = models.JSONField(default=list)
    before = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self) -> str:
        return f"{self.of_id} {self.table}"

    def keys(self) -> set[Any]:
        """The primary keys it touched."""
        return {*self.created, *(key for key, _before in self.before)}
