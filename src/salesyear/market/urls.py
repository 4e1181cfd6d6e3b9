"""The addresses of the market chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.market import views

urlpatterns = [
    path("customers/", views.customers, name="customer-grades"),
    path("customers/runs/", views.compute, name="customer-grades-run"),
]
