"""The addresses of the targets chapter."""

from __future__ import annotations

from django.urls import include, path

from salesyear.targets import views
from salesyear.targets.rows import REPORTS
from salesyear.targets.views import effects, plans, quarters, rows, suggestions, table

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
    path("why/", table.why, name="plan-table-why"),
    path("audit/", table.audit, name="plan-table-audit"),
    path("coverage/", table.coverage, name="plan-table-coverage"),
    path("export/<str:form>/", table.export, name="plan-table-export"),
]

ROWS = [
    one
    for code in REPORTS
    for one in (
        path(f"{code.lower()}/", rows.row, {"code": code}, name=f"row-{code.lower()}"),
        path(f"{code.lower()}/export/<str:form>/", rows.row_export, {"code": code}, name=f"row-{code.lower()}-export"),
    )
]

urlpatterns = [
    *ROWS,
    path("baseline/", views.baseline, name="baseline"),
    path("prior/", views.prior, name="prior"),
    path("baseline/runs/", views.compute, name="baseline-run"),
    path("ledger/effects/", effects.measure, name="effects-run"),
    path("quarters/", quarters.quarters, name="quarters"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan_new, name="plan-new"),
    path("plans/<int:plan>/<int:number>/", plans.version, name="plan-version"),
    path("plans/<int:plan>/<int:number>/beside/<int:other>/", plans.difference, name="plan-difference"),
    path("plans/<int:plan>/<int:number>/copies/", plans.copy, name="plan-copy"),
    path("plans/<int:plan>/<int:number>/rest/", plans.rest, name="plan-rest"),
    path("plans/<int:plan>/<int:number>/steps/<slug:deed>/", plans.step, name="plan-step"),
    path("suggestions/", suggestions.page, name="suggestions"),
    path("suggestions/taking/", suggestions.take, name="suggestion-take"),
    path("suggestions/<int:pk>/putting-back/", suggestions.put_back, name="suggestion-put-back"),
    path("plans/<int:plan>/<int:number>/table/", include(TABLE)),
]
