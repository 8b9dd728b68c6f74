"""Addresses of migrations."""

from __future__ import annotations

from django.urls import include, path

from migrations_app.api.urls import urlpatterns as api
from migrations_app.views import checked, followup, overview, progress, report, tools, tus, undo, wizard

app_name = "migrations"

_pages = [
    path("", overview.overview, name="overview"),
    path("stand/", overview.overview_fragment, name="overview_fragment"),
    path("nieuw/", wizard.new, name="new"),
    path("nieuw/importtype/", wizard.import_type, name="import_type"),
    path("nieuw/bestand/", wizard.file, name="file"),
    path("nieuw/bestand/bekend/", wizard.known_file, name="known_file"),
    path("<uuid:pk>/", report.report, name="report"),
    path("<uuid:pk>/regels/", report.lines, name="report_lines"),
    path("<uuid:pk>/verslag.pdf", report.report_pdf, name="report_pdf"),
    path("<uuid:pk>/verslag.csv", report.report_csv, name="report_csv"),
    path("<uuid:pk>/mislukt.zip", followup.rejected_file, name="rejected_file"),
    path("<uuid:pk>/probeer-opnieuw/", followup.retry, name="retry"),
    path("<uuid:pk>/bestand-vernietigen/", followup.destroy_file, name="destroy_file"),
    path("<uuid:pk>/ongedaan-maken/", undo.undo, name="undo"),
    path("<uuid:pk>/ongedaan-maken/stand/", undo.undo_fragment, name="undo_fragment"),
    path("<uuid:pk>/ongedaan-maken/verdwijnt/", undo.goes, name="undo_goes"),
    path("<uuid:pk>/ongedaan-maken/blijft/", undo.stays, name="undo_stays"),
    path("<uuid:pk>/voortgang/", progress.progress, name="progress"),
    path("<uuid:pk>/voortgang/stand/", progress.progress_fragment, name="progress_fragment"),
    path("<uuid:pk>/controle/", checked.checked, name="checked"),
    path("<uuid:pk>/controle.csv", checked.checked_csv, name="checked_csv"),
    path("<uuid:pk>/opnieuw/", progress.confirm, name="confirm"),
    path("<uuid:pk>/annuleren/", progress.cancel, name="cancel"),
]
urlpatterns = [
    path("instellingen/migratie/", include(_pages)),
    path("tools/migratiebestand/", tools.check, name="tools_check"),
    path("uploads/", tus.uploads, name="uploads"),
    path("uploads/<uuid:pk>/", tus.upload, name="upload"),
    *api,
]
