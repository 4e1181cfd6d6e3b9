"""Texts that whoever has only the database cannot read: sealed with the installation's secret."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

_PURPOSE = b"salesyear: sealed texts"


def seal(text: str) -> str:
    """Return a text as it is kept: sealed with the present secret, different each time."""
    return _keys(_secrets()).encrypt(text.encode()).decode("ascii")


def opened(token: str) -> str:
    """Return the text of what was sealed, with the present secret or one before it; empty when none of them fits."""
    try:
        return _keys(_secrets()).decrypt(token.encode()).decode()
    except InvalidToken:
        return ""


def mark_of(text: str) -> str:
    """Return by what a text can be told from others without opening any: its keyed hash, 64 characters."""
    return hmac.new(_key(settings.SECRET_KEY, b" marks"), text.encode(), hashlib.sha256).hexdigest()


class SealedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A text kept sealed; empty when it was sealed under a secret that is no more. Nothing can be looked up by it."""

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Seal what is written."""
        return value if value is None else seal(str(value))

    def from_db_value(self, value: Any, *_: object) -> Any:  # noqa: ANN401 - Django's own signature
        """Open what is read."""
        return value if value is None else opened(value)

    def get_lookup(self, lookup_name: str) -> Any:  # noqa: ANN401 - Django's own signature
        """Only whether there is one can be asked: sealed again, the same text is another."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_key(secret))) for secret in secrets])


def _key(secret: str, purpose: bytes = b"") -> bytes:
    """The secret has many bits already: one keyed hash makes a key of it (RFC 5869's extract)."""
    return hmac.new(_PURPOSE + purpose, secret.encode(), hashlib.sha256).digest()
