"""Addresses of migrations."""

from __future__ import annotations

from django.urls import include, path

from migrations_app.views import overview, progress, report, tus, wizard

app_name = "migrations"

_pages = [
    path("", overview.overview, name="overview"),
    path("nieuw/", wizard.new, name="new"),
    path("nieuw/importtype/", wizard.import_type, name="import_type"),
    path("nieuw/bestand/", wizard.file, name="file"),
    path("<uuid:pk>/", report.report, name="report"),
    path("<uuid:pk>/verslag.csv", report.report_csv, name="report_csv"),
    path("<uuid:pk>/voortgang/", progress.progress, name="progress"),
    path("<uuid:pk>/voortgang/stand/", progress.progress_fragment, name="progress_fragment"),
    path("<uuid:pk>/opnieuw/", progress.confirm, name="confirm"),
    path("<uuid:pk>/annuleren/", progress.cancel, name="cancel"),
]
urlpatterns = [
    path("instellingen/migratie/", include(_pages)),
    path("uploads/", tus.uploads, name="uploads"),
    path("uploads/<uuid:pk>/", tus.upload, name="upload"),
]
