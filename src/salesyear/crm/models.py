"""Customers, and the agencies (outside firms) that serve some of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Also, ScopedModel, Visible
from salesyear.org.models import Rep, Unit


class Agency(ScopedModel):
    """An outside firm that sells for the company and orders in the portal."""

    visible = Visible(family="customers", unit="unit", agency="id")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.name


class Customer(ScopedModel):
    """Somebody who buys. Seen by the owner and the unit, and by whoever earned a sale there."""

    visible = Visible(
        family="customers",
        unit="unit",
        rep="owner",
        agency="agency",
        also=(
            Also(column="id", model="sales.OrderLine", key="customer"),
            Also(column="id", model="sales.Credit", key="order__customer"),
        ),
    )

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200, db_index=True)
    segment = models.CharField(_("segment"), max_length=80, blank=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=2, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    city_tier = models.PositiveSmallIntegerField(_("city tier"), null=True, blank=True)
    owner = models.ForeignKey(
        Rep, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("salesperson")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name
