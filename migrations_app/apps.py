"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MigrationsConfig(AppConfig):
    name = "migrations_app"
    label = "migrations_app"
    verbose_name = _("Migraties")
