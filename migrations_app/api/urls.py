"""Addresses of /api/v1/migrations/."""

from __future__ import annotations

from django.urls import path

from migrations_app.api import endpoints

_BASE = "api/v1/migrations/"
urlpatterns = [
    path(_BASE, endpoints.Migrations.as_view(), name="api"),
    path(f"{_BASE}<uuid:pk>/", endpoints.OneMigration.as_view(), name="api_one"),
    path(f"{_BASE}<uuid:pk>/report/", endpoints.Report.as_view(), name="api_report"),
    path(f"{_BASE}<uuid:pk>/problems/", endpoints.Problems.as_view(), name="api_problems"),
    path(f"{_BASE}<uuid:pk>/cancel/", endpoints.Cancel.as_view(), name="api_cancel"),
]
