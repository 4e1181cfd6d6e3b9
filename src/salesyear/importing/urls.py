"""The addresses of imports."""

from __future__ import annotations

from django.urls import path

from salesyear.importing import commitment_views, views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("commitments/", commitment_views.commitments, name="commitments-import"),
    path("<int:pk>/", views.import_, name="import"),
    path("<int:pk>/columns/", views.columns, name="import-columns"),
    path("<int:pk>/saving/", views.save, name="import-save"),
    path("<int:pk>/undoing/", views.undo, name="import-undo"),
    path("<int:pk>/problems.xlsx", views.problems, name="import-problems"),
]
