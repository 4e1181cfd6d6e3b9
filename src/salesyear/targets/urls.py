"""The addresses of the targets chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.targets import views

urlpatterns = [
    path("baseline/", views.baseline, name="baseline"),
    path("baseline/runs/", views.compute, name="baseline-run"),
]
