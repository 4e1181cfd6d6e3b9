"""Fields for money: integers only, because SQLite silently loses the cents of decimals."""

from __future__ import annotations

from django.db import models


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """An amount that must add up: whole minor units (分, cents) of the row's currency."""


class MicrosField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A figure with more decimals than money has (unit price, stated amount, rate): millionths of one."""


class ShareField(models.IntegerField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A share or rate in parts per million: 30 % is 300,000."""
