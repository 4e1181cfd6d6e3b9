"""The addresses of background work."""

from __future__ import annotations

from django.urls import path

from salesyear.core import views

urlpatterns = [
    path("runs/<int:pk>/", views.run_status, name="run-status"),
    path("runs/<int:pk>/cancellation/", views.run_cancel, name="run-cancel"),
]
