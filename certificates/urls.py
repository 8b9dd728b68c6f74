"""Addresses of the certificates' pages."""

from __future__ import annotations

from django.urls import path

from certificates import api, views

app_name = "certificates"
_BASE = "instellingen/certificaten/"

urlpatterns = [
    path("tools/certificaat/", views.check, name="check"),
    path(_BASE, views.overview, name="overview"),
    path(f"{_BASE}upload/", views.upload, name="upload"),
    path(f"{_BASE}<uuid:pk>/", views.detail, name="detail"),
    path(f"{_BASE}<uuid:pk>/maak-actief/", views.activate, name="activate"),
    path(f"{_BASE}<uuid:pk>/maak-inactief/", views.deactivate, name="deactivate"),
    path(f"{_BASE}<uuid:pk>/verwijder/", views.delete, name="delete"),
    *api.urlpatterns,
]
