"""Addresses that alerts go to: readable with the installation's secret alone, before and after it changes."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from cast import Cast
from salesyear.core import sealed
from salesyear.performance import delivery, services
from salesyear.performance.models import Channel

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings as SettingsWrapper

HOOK = "https://example.com/hook/s3cret"


def kept() -> list[str]:
    """What stands in the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM performance_channel ORDER BY id")
        return [address for (address,) in cursor.fetchall()]


def test_the_table_tells_nobody_where_to_post(cast: Cast) -> None:
    channel = services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    assert services.keep_channel("webhook", HOOK, actor=cast.users["wang"]) == channel
    (token,) = kept()
    assert "example" not in token
    assert "s3cret" not in token
    assert Channel.objects.get().address == HOOK
    with pytest.raises(FieldError):  # sealed again, the same text is another: it could never be found
        Channel.objects.filter(address=HOOK).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.create(user=cast.users["wang"], kind="webhook", address=HOOK)


def test_a_changed_secret_opens_what_the_one_before_it_sealed(cast: Cast, settings: SettingsWrapper) -> None:
    before = settings.SECRET_KEY
    services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    old = kept()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [before]
    assert Channel.objects.get().address == HOOK
    assert services.reseal() == (1, 0)
    assert kept() != old
    settings.SECRET_KEY_FALLBACKS = []
    assert Channel.objects.get().address == HOOK
    assert services.keep_channel("webhook", HOOK, actor=cast.users["wang"]) == Channel.objects.get()


def test_without_the_secret_it_says_so_and_sends_nothing(cast: Cast, settings: SettingsWrapper) -> None:
    services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    settings.SECRET_KEY = "n" * 60
    channel = Channel.objects.get()
    with override("en"):
        assert channel.shown == "cannot be read any more"
    with override("zh-hans"):
        assert channel.shown == "已无法读取"
    with pytest.raises(delivery.NotSent, match="give it again"):
        delivery.send(channel.kind, channel.address, "title", "body")
    assert services.reseal() == (0, 1)
    assert sealed.opened(kept()[0]) == ""


def test_what_was_typed_before_is_sealed_by_the_migration(cast: Cast) -> None:
    channel = services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE performance_channel SET address = %s, mark = ''", [HOOK])
    migration = importlib.import_module("salesyear.performance.migrations.0006_sealed_addresses")
    migration.seal(apps, SimpleNamespace(connection=connection))
    assert "example" not in kept()[0]
    assert Channel.objects.get() == channel
    assert Channel.objects.get().address == HOOK
    assert services.keep_channel("webhook", HOOK, actor=cast.users["wang"]) == channel


def test_an_address_given_again_under_the_new_secret_does_not_stop_the_sealing(
    cast: Cast, settings: SettingsWrapper
) -> None:
    """Until it is sealed again, the old one is not known for the same: both stay, and both can be read."""
    before = settings.SECRET_KEY
    services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    settings.SECRET_KEY = "n" * 60
    services.keep_channel("webhook", HOOK, actor=cast.users["wang"])
    settings.SECRET_KEY_FALLBACKS = [before]
    assert services.reseal() == (2, 0)
    settings.SECRET_KEY_FALLBACKS = []
    assert [one.address for one in Channel.objects.all()] == [HOOK, HOOK]
