"""The addresses of the targets chapter."""

from __future__ import annotations

from django.urls import include, path

from salesyear.targets import views
from salesyear.targets.views import table

TABLE = [
    path("", table.page, name="plan-table"),
    path("rows/", table.rows, name="plan-table-rows"),
    path("changes/", table.changes, name="plan-table-changes"),
    path("edits/", table.edits, name="plan-table-edits"),
    path("undo/", table.undo, name="plan-table-undo"),
    path("redo/", table.redo, name="plan-table-redo"),
    path("lock/", table.lock, name="plan-table-lock"),
    path("lift/", table.lift, name="plan-table-lift"),
    path("comment/", table.comment, name="plan-table-comment"),
]

urlpatterns = [
    path("baseline/", views.baseline, name="baseline"),
    path("baseline/runs/", views.compute, name="baseline-run"),
    path("plans/<int:plan>/<int:number>/table/", include(TABLE)),
]
