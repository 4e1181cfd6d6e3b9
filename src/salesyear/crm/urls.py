"""The addresses of customers beyond their lists."""

from __future__ import annotations

from django.urls import path

from salesyear.crm import views

urlpatterns = [path("customers/<int:pk>/contact/", views.unmask, name="customer-unmask")]
