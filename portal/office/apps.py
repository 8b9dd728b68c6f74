"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as administration
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "portal.office"
    label = "office"
    verbose_name = _("Kantoren")
    default = True


class AdministrationConfig(administration.AdminConfig):
    """Django's administration, with a site of our own."""

    default = False
    default_site = "portal.office.administration.site.Site"
