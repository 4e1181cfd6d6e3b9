"""The addresses of the market chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.market import views

urlpatterns = [
    path("customers/", views.customers, name="customer-grades"),
    path("customers/runs/", views.compute, name="customer-grades-run"),
    path("potential/", views.potential, name="market-potential"),
    path("white-space/", views.white_space, name="white-space"),
    path("coverage/", views.coverage, name="tier-coverage"),
    path("new-customers/", views.new_customers, name="new-customers"),
    path("shifts/", views.shifts, name="buying-shifts"),
    path("studies/", views.study, name="market-study-run"),
]
