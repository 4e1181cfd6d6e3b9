"""What all slices keep: the history of who did what, and the long work that is done in the background."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One thing that happened: never changed, never deleted, chained by hash to the one before."""

    number = models.BigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_name = models.CharField(_("name"), max_length=200)
    verb = models.CharField(_("what"), max_length=100, db_index=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    detail = models.JSONField(_("details"), default=dict)
    previous = models.CharField(_("previous hash"), max_length=64)
    digest = models.CharField(_("hash"), max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Keep a new event; an old one cannot be written again."""
        if self.pk:
            self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:  # noqa: ANN401 - Django's own signature
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("The history is only ever added to.")


class RunState(models.TextChoices):
    """Where a run stands; the last three are final."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Run(models.Model):
    """Long work asked for once: what, with which parameters, by whom, how far it is and what came out.

    A worker that takes a run leases it: it is the worker's until `lease_until`, which its heartbeat moves on.
    `attempt` counts the takings and fences the one before: what an overtaken worker says is not kept.
    """

    kind = models.CharField(_("what"), max_length=100)
    params = models.JSONField(_("parameters"), default=dict)
    seed = models.BigIntegerField(_("seed"), default=0)
    fingerprint = models.CharField(_("fingerprint of the facts"), max_length=64, blank=True)
    key = models.CharField(_("idempotency key"), max_length=100, null=True, blank=True, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    made_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.WAITING)
    done = models.BigIntegerField(_("done so far"), default=0)
    total = models.BigIntegerField(_("in all"), default=0)
    message = models.CharField(_("doing now"), max_length=300, blank=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    cancel_asked = models.BooleanField(_("cancelling"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    error = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="run_to_take")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def ended(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.state in {RunState.DONE, RunState.FAILED, RunState.CANCELLED}

    @property
    def percent(self) -> int | None:
        """Return how much is done, in whole per cent; None while nobody knows how much there is."""
        return min(100, 100 * self.done // self.total) if self.total > 0 else None


class Worker(models.Model):
    """A process that takes runs; one that has not been seen for a while is dead."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
