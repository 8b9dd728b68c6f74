"""What somebody chose on page 2 of the wizard, kept so that going back or logging out does not lose it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.job import ImportType
from portal.dossiers.models import MessageStatus
from portal.office.models import Office, User


class WizardChoices(models.Model):
    """One row for a person; `kinds` are the ticked parts, whatever `import_type` makes of them."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    import_type = models.CharField(max_length=20, choices=ImportType)
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    message_status = models.CharField(max_length=20, choices=MessageStatus)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("keuzes")
        verbose_name_plural = _("keuzes")
        constraints = (
            models.CheckConstraint(
                name="wizard_import_type_known", condition=Q(import_type__in=ImportType.values)
            ),
            models.CheckConstraint(
                name="wizard_message_status_known", condition=Q(message_status__in=MessageStatus.values)
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
