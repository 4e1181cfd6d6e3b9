"""The addresses of the performance chapter."""

from __future__ import annotations

from django.urls import path

from salesyear.performance import alert_views, review_views, views

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("board/", views.board, name="board"),
    path("board/headline/", views.headline, name="board-headline"),
    path("board/standing/", views.board_standing, name="board-standing"),
    path("board/live/", views.board_live, name="board-live"),
    path("board/workbook/", views.board_export, name="board-export"),
    path("review/", review_views.review, name="review"),
    path("review/tasks/<int:pk>/done/", review_views.task_done, name="task-done"),
    path("lessons/<int:pk>/", review_views.lesson, name="lesson"),
    path("alerts/", alert_views.alerts, name="alerts"),
    path("alerts/<int:pk>/acknowledgement/", alert_views.acknowledge, name="alert-acknowledge"),
    path("alerts/rules/new/", alert_views.rule_new, name="alert-rule-new"),
    path("alerts/rules/<int:pk>/", alert_views.rule_edit, name="alert-rule"),
    path("alerts/rules/<int:pk>/switch/", alert_views.rule_switch, name="alert-rule-switch"),
    path("alerts/channels/", alert_views.channel_add, name="alert-channel-add"),
    path("alerts/channels/<int:pk>/removal/", alert_views.channel_drop, name="alert-channel-drop"),
    path("alerts/channels/<int:pk>/trial/", alert_views.channel_try, name="alert-channel-try"),
]
