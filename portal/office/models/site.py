"""What Nextens administrators set for all offices: addresses outside the portal."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ONLY = 1
_https = URLValidator(schemes=["https"])


class SiteSettings(models.Model):
    """One row. An empty address: the portal does not mention what would be there."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    migration_tool_url = models.URLField(
        _("adres van de Migratie Tool"),
        blank=True,
        validators=[_https],
        help_text=_("Staat op de pagina Help. Begint met https://."),
    )
    fiscaal_totaal_url = models.URLField(
        _("adres van FiscaalTotaal"),
        blank=True,
        validators=[_https],
        help_text=_("Staat in het hoofdmenu zolang het is ingevuld."),
    )
    naslag_url = models.URLField(
        _("adres van Naslag"),
        blank=True,
        validators=[_https],
        help_text=_("Staat in het hoofdmenu zolang het is ingevuld."),
    )

    class Meta:
        verbose_name = _("adressen buiten het portaal")
        verbose_name_plural = _("adressen buiten het portaal")
        constraints = (models.CheckConstraint(name="site_settings_one_row", condition=Q(id=ONLY)),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
