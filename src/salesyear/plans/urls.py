"""The addresses of a plan's ledger, policy and commitments; they stand under the targets chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.plans.views import commitments, ledger, policy

urlpatterns = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/<str:form>/", ledger.ledger_export, name="ledger-export"),
    path("ledger/initiatives/", ledger.add, name="initiative-add"),
    path("ledger/initiatives/<int:pk>/", ledger.initiative, name="initiative"),
    path("ledger/initiatives/<int:pk>/dropping/", ledger.drop, name="initiative-drop"),
    path("ledger/initiatives/<int:pk>/resuming/", ledger.resume, name="initiative-resume"),
    path("commitments/", commitments.overview, name="commitments"),
    path("commitments/<int:pk>/", commitments.commitments, name="commitments-of"),
    path("policy/", policy.figures, name="policy"),
    path("policy/<slug:name>/", policy.figure, name="policy-value"),
]
