"""What all slices keep: the history of who did what."""

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
