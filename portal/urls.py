"""Every address of the portal. The apps' own modules hold full paths, as interfaces name them."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from portal import health
from portal.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
urlpatterns += [
    path("", include(module))
    for module in ("portal.office.urls", "portal.dossiers.urls", "certificates.urls", "migrations_app.urls")
    if find_spec(module)
]
# after the apps: portal.office leads /admin/login/ to the one login
urlpatterns += [path("admin/", admin.site.urls)]
