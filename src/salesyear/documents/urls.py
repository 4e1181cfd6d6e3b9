"""The addresses of the papers."""

from __future__ import annotations

from django.urls import path

from salesyear.documents import views

urlpatterns = [
    path("", views.papers, name="papers"),
    path("making/", views.make, name="paper-make"),
    path("<int:pk>/file/", views.file, name="paper-file"),
]
