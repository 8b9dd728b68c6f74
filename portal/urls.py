"""Every address of the portal. The apps' own modules hold full paths, as interfaces name them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from portal import api, health, mails, metrics, system, tools
from portal.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("tools/", tools.tools, name="tools"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", api.reference, name="api_reference"),
    path("api/v1/schema/", api.SchemaView.as_view(), name="api_schema"),
    path("api/v1/office/", api.OfficeView.as_view(), name="api_office"),
    path("admin/systeem/", system.system, name="system"),
    path("admin/mails/voorbeelden/", mails.examples, name="mail_examples"),
    path("admin/mails/voorbeelden/<slug:name>/", mails.example, name="mail_example"),
    path("", include("portal.office.urls")),
    path("", include("portal.dossiers.urls")),
    path("", include("certificates.urls")),
    path("", include("migrations_app.urls")),
    # after the apps: portal.office leads /admin/login/ to the one login
    path("admin/", admin.site.urls),
]
