"""Every address of the site. The words are those of the plan's chapters."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from salesyear.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]
