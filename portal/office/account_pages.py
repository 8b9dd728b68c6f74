"""Somebody's own account: name, address, password, sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.office import audit, email_change, notices, sessions
from portal.office.access import password_again, person
from portal.office.account_forms import EmailForm, NameForm, PasswordForm
from portal.office.http import PersonRequest

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@person
def account(request: PersonRequest) -> HttpResponse:
    """What the account holds; a POST changes the name."""
    user = request.user
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        user.name = form.cleaned_data["name"]
        user.save(update_fields=["name"])
        audit.record("user.name_changed", office=notices.office_of(user), by=user, target=user)
        messages.success(request, _("Uw naam is opgeslagen."))
        return redirect("account")
    return render(
        request, "office/account.html", {"form": form, "sessions": len(sessions.own_sessions(user))}
    )


@sensitive_post_parameters()
@never_cache
@read_or_post
@person
def password(request: PersonRequest) -> HttpResponse:
    """Change it; every other session of the same person ends."""
    form = PasswordForm(request.POST or None, user=request.user, request=request)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["new"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        sessions.end(request.user, but=request.session.session_key)
        notices.account_changed(request.user, "password_changed")
        messages.success(request, _("Uw wachtwoord is gewijzigd. Op andere apparaten bent u uitgelogd."))
        return redirect("account")
    return render(request, "account/password.html", {"form": form})


@read_or_post
@person
@password_again
def email(request: PersonRequest) -> HttpResponse:
    form = EmailForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        email_change.ask(request.user, form.cleaned_data["email"])
        messages.success(
            request,
            _("Wij hebben een link gestuurd naar uw huidige en uw nieuwe adres. Open ze allebei."),
        )
        return redirect("account")
    return render(request, "account/email.html", {"form": form})


@never_cache
@read_or_post
def confirm_email(request: HttpRequest) -> HttpResponse:
    """The page of the mailed link; opening it changes nothing, since mail programs open links too."""
    secret = request.POST.get("sleutel") or request.GET.get("sleutel", "")
    outcome = "asked" if email_change.find(secret) else "gone"
    if request.method == "POST":
        outcome = _confirmed(secret)
    return render(request, "account/confirm_email.html", {"outcome": outcome, "secret": secret})


def _confirmed(secret: str) -> str:
    try:
        changed = email_change.confirm(secret)
    except email_change.AddressTakenError:
        return "gone"
    return {True: "changed", False: "waiting", None: "gone"}[changed]


@never_cache
@read_or_post
@person
def own_sessions(request: PersonRequest) -> HttpResponse:
    """Where somebody is logged in; a POST ends one of the others, or all of them."""
    current = request.session.session_key
    if request.method == "POST":
        named = request.POST.get("session") or None
        count = sessions.end(request.user, named, but=current)
        audit.record(
            "user.sessions_ended",
            office=notices.office_of(request.user),
            by=request.user,
            target=request.user,
            count=count,
        )
        text = ngettext("%d sessie is beëindigd.", "%d sessies zijn beëindigd.", count)
        messages.success(request, text % count)
        return redirect("own_sessions")
    rows = [
        (row, sessions.handle(row.pk), sessions.last_seen(row), row.pk == current)
        for row in sessions.own_sessions(request.user)
    ]
    return render(request, "account/sessions.html", {"rows": rows})


@sessions.unprolonged
@never_cache
@require_safe
def session_left(request: HttpRequest) -> HttpResponseBase:
    """How many seconds the session still has; asked by the page just before it warns."""
    return JsonResponse({"seconds": _seconds_left(request)})


@never_cache
@require_POST
def session_stay(request: HttpRequest) -> HttpResponseBase:
    """`Blijf ingelogd`: being asked for has prolonged the session already."""
    return JsonResponse({"seconds": _seconds_left(request)})


def _seconds_left(request: HttpRequest) -> int:
    if not request.user.is_authenticated or not isinstance(request.session, sessions.SessionStore):
        return 0
    return request.session.seconds_left()
