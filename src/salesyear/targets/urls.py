"""The addresses of the targets chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.targets import views
from salesyear.targets.views import suggestions

urlpatterns = [
    path("baseline/", views.baseline, name="baseline"),
    path("baseline/runs/", views.compute, name="baseline-run"),
    path("suggestions/", suggestions.page, name="suggestions"),
    path("suggestions/taking/", suggestions.take, name="suggestion-take"),
    path("suggestions/<int:pk>/putting-back/", suggestions.put_back, name="suggestion-put-back"),
]
