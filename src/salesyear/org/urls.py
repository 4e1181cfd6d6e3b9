"""The addresses of users and their roles."""

from __future__ import annotations

from django.urls import path

from salesyear.org import views

urlpatterns = [
    path("", views.users, name="users"),
    path("add/", views.user_add, name="user-add"),
    path("<int:pk>/", views.user, name="user"),
    path("<int:pk>/roles/", views.role_give, name="user-role-give"),
    path("<int:pk>/roles/<int:grant>/end/", views.role_take, name="user-role-take"),
    path("<int:pk>/deactivation/", views.deactivate, name="user-deactivate"),
]
