"""Pages where Nextens administrators look at every kind of mail, and send one to themselves."""

from __future__ import annotations

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.ids import uuid7
from portal.mail_examples import EXAMPLES, Example
from portal.office.models import Office, OutgoingMail, User
from portal.office.outbox import make_mail, queue_mail
from portal.office.sending import message

_WIDTHS = ("600", "320")
_DARK_RULE = "@media (prefers-color-scheme: dark)"
_COLOURS = {"licht": "@media not all", "donker": "@media all"}
_OFFICE = Office(name="Nextens Demo")


@require_safe
@admin.site.admin_view
def examples(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Voorbeelden van mails"), "examples": EXAMPLES}
    return render(request, "admin/mail_examples.html", context)


# the mail's own styles are inline, and a frame without an address of its own obeys the page's policy
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # its hints know no arguments
@require_http_methods(["GET", "HEAD", "POST"])
@admin.site.admin_view
def example(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as it would go out; by POST it goes out, to who asks."""
    if name not in EXAMPLES:
        raise Http404
    if request.method == "POST":
        return _send(request, EXAMPLES[name])
    width = request.GET.get("breedte", _WIDTHS[0])
    colour = request.GET.get("kleur", "licht")
    if width not in _WIDTHS or colour not in _COLOURS:
        raise Http404
    mail = made(EXAMPLES[name], "gebruiker@kantoor.example")
    context = {
        **admin.site.each_context(request),
        "title": EXAMPLES[name].title,
        "mail": mail,
        "headers": message(mail).message().items(),
        "html": mail.html.replace(_DARK_RULE, _COLOURS[colour]),
        "width": width,
        "widths": _WIDTHS,
        "colour": colour,
        "colours": _COLOURS,
    }
    return render(request, "admin/mail_example.html", context)


def made(shown: Example, recipient: str) -> OutgoingMail:
    """The unsaved mail of this example."""
    return make_mail(
        kind=shown.kind,
        office=_OFFICE,
        recipient=recipient,
        dedupe_key="",
        subject=shown.subject,
        context=shown.context,
        thread=shown.thread,
    )


def _send(request: HttpRequest, shown: Example) -> HttpResponse:
    user = request.user
    if isinstance(user, User):
        queue_mail(
            kind=shown.kind,
            office=None,
            recipient=user.email,
            dedupe_key=f"example:{uuid7()}",
            subject=shown.subject,
            context=shown.context,
        )
        messages.success(request, _("De test staat klaar voor verzending naar uw eigen adres."))
    return redirect(request.path)
