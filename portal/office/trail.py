"""The audit trail in Dutch: a sentence for each act, and words for the facts that belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.office.models import AuditEvent, Office, Role, Scope, Tax, User

# a test sees to it that none is missing that the code records
ACTS = {
    "administrator.created": gettext_lazy("Nextens-beheerder aangemaakt"),
    "certificate.activated": gettext_lazy("Certificaat actief gemaakt"),
    "certificate.deactivated": gettext_lazy("Certificaat inactief gemaakt"),
    "certificate.deleted": gettext_lazy("Certificaat verwijderd"),
    "certificate.resealed": gettext_lazy("Sleutel van het certificaat opnieuw verzegeld"),
    "certificate.revoked": gettext_lazy("Certificaat blijkt ingetrokken"),
    "certificate.uploaded": gettext_lazy("Certificaat geüpload"),
    "certificate.used": gettext_lazy("Sleutel van het certificaat gebruikt"),
    "demo.created": gettext_lazy("Demokantoor aangemaakt"),
    "document.downloaded": gettext_lazy("Document gedownload"),
    "mail.sent_again": gettext_lazy("Mail opnieuw verzonden"),
    "migration.cancelled": gettext_lazy("Migratie geannuleerd"),
    "migration.completed": gettext_lazy("Migratie voltooid"),
    "migration.completed_with_warnings": gettext_lazy("Migratie voltooid met waarschuwingen"),
    "migration.confirmed": gettext_lazy("Migratie van een eerder geüpload bestand bevestigd"),
    "migration.failed": gettext_lazy("Migratie niet gelukt"),
    "migration.paused": gettext_lazy("Migratie gepauzeerd"),
    "migration.file_destroyed": gettext_lazy("Migratiebestand vernietigd"),
    "migration.queued": gettext_lazy("Migratie in de wachtrij geplaatst"),
    "migration.refused": gettext_lazy("Migratiebestand geweigerd"),
    "migration.rejected_retried": gettext_lazy("Mislukte gegevens opnieuw geprobeerd"),
    "migration.rejected_taken": gettext_lazy("Mislukte gegevens gedownload"),
    "migration.undo_approved": gettext_lazy("Ongedaan maken van een migratie bevestigd"),
    "migration.undo_stopped": gettext_lazy("Ongedaan maken van een migratie onderbroken"),
    "migration.undone": gettext_lazy("Migratie ongedaan gemaakt"),
    "migration.resumed": gettext_lazy("Migratie hervat"),
    "migration.retried": gettext_lazy("Migratie opnieuw in de wachtrij geplaatst"),
    "migration.started_now": gettext_lazy("Migratie meteen gestart"),
    "migration.uploaded": gettext_lazy("Migratiebestand geüpload"),
    "office.changed": gettext_lazy("Kantoorgegevens gewijzigd"),
    "office.disabled": gettext_lazy("Kantoor uitgeschakeld"),
    "office.enabled": gettext_lazy("Kantoor ingeschakeld"),
    "office.deleted": gettext_lazy("Kantoor verwijderd"),
    "office.logo_removed": gettext_lazy("Logo verwijderd"),
    "office.logo_set": gettext_lazy("Logo gewijzigd"),
    "office.opening_hours_set": gettext_lazy("Kantoortijden gewijzigd"),
    "office.products_set": gettext_lazy("Producten gewijzigd"),
    "queue.paused": gettext_lazy("Wachtrij gepauzeerd"),
    "queue.resumed": gettext_lazy("Wachtrij hervat"),
    "support.looked": gettext_lazy("Bekeken door Nextens"),
    "site.changed": gettext_lazy("Adressen buiten het portaal gewijzigd"),
    "tax_return.unlocked": gettext_lazy("Aangifte ontgrendeld"),
    "token.created": gettext_lazy("API-token gemaakt"),
    "token.revoked": gettext_lazy("API-token ingetrokken"),
    "user.accepted": gettext_lazy("Uitnodiging aangenomen"),
    "user.app_added": gettext_lazy("Authenticator-app gekoppeld"),
    "user.app_removed": gettext_lazy("Authenticator-app losgekoppeld"),
    "user.disabled": gettext_lazy("Gebruiker uitgeschakeld"),
    "user.email_changed": gettext_lazy("E-mailadres gewijzigd"),
    "user.enabled": gettext_lazy("Gebruiker ingeschakeld"),
    "user.invited": gettext_lazy("Gebruiker uitgenodigd"),
    "user.invited_again": gettext_lazy("Gebruiker opnieuw uitgenodigd"),
    "user.link_sent": gettext_lazy("Wachtwoordlink gestuurd door Nextens"),
    "user.logged_in": gettext_lazy("Ingelogd"),
    "user.name_changed": gettext_lazy("Naam gewijzigd"),
    "user.passkey_added": gettext_lazy("Passkey toegevoegd"),
    "user.passkey_removed": gettext_lazy("Passkey verwijderd"),
    "user.password_changed": gettext_lazy("Wachtwoord gewijzigd"),
    "user.password_reset": gettext_lazy("Wachtwoord opnieuw ingesteld"),
    "user.recovery_codes_renewed": gettext_lazy("Nieuwe herstelcodes gemaakt"),
    "user.reset_agreed": gettext_lazy("Tweestapsverificatie verwijderd door Nextens"),
    "user.reset_asked": gettext_lazy("Gevraagd om tweestapsverificatie te verwijderen"),
    "user.reset_declined": gettext_lazy("Verzoek om tweestapsverificatie te verwijderen afgewezen"),
    "user.role_changed": gettext_lazy("Rol gewijzigd"),
    "user.sessions_ended": gettext_lazy("Uitgelogd in andere browsers"),
}
# an act that no code records any longer
_ANOTHER_ACT = gettext_lazy("Andere handeling")
# facts without a word here, such as fingerprints and codes, are for who reads the trail in the administration
_FACTS = {
    "certificate_required": gettext_lazy("certificaat verplicht bij het uploaden"),
    "changed": gettext_lazy("gewijzigd"),
    "mfa_required": gettext_lazy("tweestapsverificatie verplicht"),
    "name": gettext_lazy("naam"),
    "open_days": gettext_lazy("dagen open"),
    "prefix": gettext_lazy("begin"),
    "purpose": gettext_lazy("doel"),
    "reference": gettext_lazy("verwijzing"),
    "role": gettext_lazy("rol"),
    "scopes": gettext_lazy("rechten"),
    "subject": gettext_lazy("verleend aan"),
    "taxes": gettext_lazy("producten"),
    "tax_consultant_number": gettext_lazy("beconnummer"),
    "what": gettext_lazy("onderdeel"),
}
# facts that are values of these, with commas between
_CHOICES: dict[str, type[TextChoices]] = {"role": Role, "scopes": Scope, "taxes": Tax}
# why a key was used
PURPOSES = {"proof": gettext_lazy("proef of de sleutel werkt")}

# from each actor to the next in the index: a step for each of them, not for each of a million events;
# ordered as the index of the office is, so that the one of actors alone is not taken for it
_ACTORS = """
WITH RECURSIVE found (actor_id) AS (
    (SELECT actor_id FROM office_auditevent WHERE office_id = %s ORDER BY actor_id, at DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT next.actor_id FROM office_auditevent AS next
            WHERE next.office_id = %s AND next.actor_id > found.actor_id
            ORDER BY next.actor_id, next.at DESC LIMIT 1)
    FROM found WHERE found.actor_id IS NOT NULL
)
SELECT actor_id FROM found WHERE actor_id IS NOT NULL
"""


def events_of(office: Office) -> QuerySet[AuditEvent]:
    """The office's events, newest first, each with its actor and (`whom`) whom it was done to."""
    target = User.objects.filter(pk=OuterRef("target_id")).values("email")
    return AuditEvent.objects.filter(office=office).select_related("actor").annotate(whom=Subquery(target))


def tell_whom(events: Iterable[AuditEvent]) -> None:
    """Set `whom` as `events_of` does: one query for all of a page, where a list joins no other table."""
    at_people = [(event, event.target_id) for event in events if event.target_type == User._meta.label_lower]
    ids = {pk for _event, pk in at_people if pk}
    emails = dict(User.objects.filter(pk__in=ids).values_list("pk", "email")) if ids else {}
    for event, pk in at_people:
        event.whom = emails.get(pk) if pk else None  # type: ignore[attr-defined]  # an annotation elsewhere


def people_of(office: Office) -> QuerySet[User]:
    """Who works there; and who once did something there, and works elsewhere now."""
    acted = RawSQL(_ACTORS, (office.pk, office.pk))  # noqa: S611 - a constant of this module
    return User.objects.filter(Q(membership__office=office) | Q(pk__in=acted)).order_by("email")


def timeline(target_id: UUID) -> list[tuple[datetime, str, str]]:
    """What was done to one object, oldest first: when, what, by whom. Looks at it are left out. One query."""
    events = AuditEvent.objects.filter(target_id=target_id).exclude(act="support.looked")
    return [
        (event.at, sentence(event), actor(event))
        for event in events.select_related("actor").order_by("at", "id")
    ]


def sentence(event: AuditEvent) -> str:
    """What was done."""
    return str(ACTS.get(event.act, _ANOTHER_ACT))


def actor(event: AuditEvent) -> str:
    """Who did it; the portal itself when nobody did."""
    return event.actor.email if event.actor else _("Nextens (automatisch)")


def details(event: AuditEvent) -> str:
    """What says something to people of the office: `naam: Proef; rechten: Certificaten beheren`."""
    words = {**_FACTS, "subject": gettext_lazy("onderwerp")} if event.act == "mail.sent_again" else _FACTS
    shown = [(word, _shown(fact, event.facts.get(fact))) for fact, word in words.items()]
    whom = getattr(event, "whom", None)
    if whom and event.target_id != event.actor_id:
        shown.insert(0, (gettext_lazy("gebruiker"), whom))
    return "; ".join(f"{word}: {value}" for word, value in shown if value)


def _shown(fact: str, value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    text = "" if value is None else str(value)
    if fact == "purpose":
        return str(PURPOSES.get(text, ""))
    if fact in _CHOICES:
        words = {each.value: str(each.label) for each in _CHOICES[fact]}
        return ", ".join(words.get(each, each) for each in text.split(", "))
    return text
