"""Puts a mail in the outbox: a row of the caller's transaction, so that no mail tells what did not happen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr

import css_inline
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from portal.ids import uuid7
from portal.office.models import Office, OutgoingMail
from portal.office.tasks import send_due_mail

# the Migratie Tool names a file by its moment; a name that people chose may hold a client's name
_TOOL_NAME = re.compile(r"[0-9]{14}\.zip\Z", re.IGNORECASE)
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def queue_mail(
    *,
    kind: str,
    office: Office | None,
    recipient: str,
    dedupe_key: str,
    subject: str,
    context: Mapping[str, object],
    thread: str | None = None,
) -> None:
    """Leave a mail, made as `make_mail` says, for the worker; the same `dedupe_key` again changes nothing."""
    row = make_mail(
        kind=kind,
        office=office,
        recipient=recipient,
        dedupe_key=dedupe_key,
        subject=subject,
        context=context,
        thread=thread,
    )
    OutgoingMail.objects.bulk_create([row], ignore_conflicts=True)
    # robust: a broker that is away must not undo what was done; the sweep finds the row
    transaction.on_commit(send_due_mail.delay, robust=True)


def make_mail(
    *,
    kind: str,
    office: Office | None,
    recipient: str,
    dedupe_key: str,
    subject: str,
    context: Mapping[str, object],
    thread: str | None = None,
) -> OutgoingMail:
    """The unsaved mail of templates/mail/<kind>.txt and .html.

    Mails with the same `thread` (such as `MIG-2026-0042`) form one conversation. In `context` only
    references, moments, totals and addresses: never a name, number or amount of a client. `site` (the
    portal's address, for paths), `subject`, `office` and `support_email` are added; a `file_name` that is
    not the tool's own is left out.
    """
    filled = {
        **context,
        "file_name": _harmless(context.get("file_name")),
        "subject": subject,
        "office": office,
        "site": settings.PORTAL_URL,
        "support_email": settings.SUPPORT_EMAIL,
    }
    key, domain = uuid7(), _domain()
    return OutgoingMail(
        id=key,
        office=office,
        kind=kind,
        dedupe_key=dedupe_key,
        recipient=recipient,
        subject=" ".join(str(subject).split()),
        text=render_to_string(f"mail/{kind}.txt", filled).strip() + "\n",
        html=_inliner.inline(render_to_string(f"mail/{kind}.html", filled)),
        message_id=f"<{key}@{domain}>",
        thread_id=f"<{thread}.thread@{domain}>" if thread else "",
    )


def _harmless(file_name: object) -> str:
    return file_name if isinstance(file_name, str) and _TOOL_NAME.match(file_name) else ""


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
