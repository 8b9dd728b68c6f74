"""What the wizard asks before the file: as typed choices, and remembered for whoever made them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from migrations_app import accepting
from migrations_app.models import ImportType, PartKind, WizardChoices
from portal.dossiers.models import MessageStatus
from portal.office.models import Office, User


@dataclass(frozen=True)
class Choices:
    """`kinds` are the ticked parts."""

    import_type: ImportType
    kinds: Sequence[PartKind]
    message_status: MessageStatus

    @property
    def left_out(self) -> list[PartKind]:
        """The parts that belong to this type of import and were not ticked."""
        whole = accepting.kinds_of(self.import_type, accepting.TICKED_KINDS)
        return [kind for kind in whole if kind in accepting.TICKED_KINDS and kind not in self.kinds]

    def as_fields(self) -> dict[str, object]:
        """As rows of uploads and jobs keep them."""
        return {
            "import_type": self.import_type,
            "selected_kinds": accepting.kinds_of(self.import_type, self.kinds),
            "default_message_status": self.message_status,
        }

    def as_form(self) -> dict[str, object]:
        """As the form of page 2 names them."""
        return {
            "import_type": self.import_type.value,
            "kinds": [kind.value for kind in self.kinds],
            "message_status": self.message_status.value,
        }


def remember(choices: Choices, *, office: Office, user: User) -> None:
    """For as long as an upload waits; what was chosen before is forgotten."""
    WizardChoices.objects.update_or_create(user=user, defaults={"office": office, **choices.as_form()})


def remembered(*, office: Office, user: User) -> Choices | None:
    """What this person chose last, also in an earlier session; None when that is too long ago."""
    since = timezone.now() - dt.timedelta(hours=settings.UPLOAD_KEEP_HOURS)
    row = WizardChoices.objects.filter(user=user, office=office, made_at__gt=since).first()
    if row is None:
        return None
    kinds = [PartKind(kind) for kind in row.kinds]
    return Choices(ImportType(row.import_type), kinds, MessageStatus(row.message_status))
