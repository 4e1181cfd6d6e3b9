"""Every address of the site. The words are those of the plan's chapters."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from salesyear.core.registers import addresses
from salesyear.plans.chapters import CHAPTERS
from salesyear.web import views
from salesyear.web.registers import REGISTERS, may_open

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("language/", set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("settings/", views.preferences, name="preferences"),
    path("data/", views.data, name="data"),
    path("imports/", include("salesyear.importing.urls")),
    path("data/", include("salesyear.crm.urls")),
    path("users/", include("salesyear.org.urls")),
    path("data/", include([one for register in REGISTERS.values() for one in addresses(register, may_open)])),
    path("targets/", include("salesyear.targets.urls")),
    path("targets/", include("salesyear.plans.urls")),
    path("papers/", include("salesyear.documents.urls")),
    path("market/", include("salesyear.market.urls")),
    path("performance/", include("salesyear.performance.urls")),
    *(path(f"{chapter.slug}/", views.chapter, {"slug": chapter.slug}, name=chapter.slug) for chapter in CHAPTERS),
    path("", include("salesyear.core.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]

handler500 = "salesyear.web.outage.handler500"
