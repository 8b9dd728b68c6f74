"""People: invited, kept out, let in again, and freed of a second step that they lost."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from portal.office import people, support
from portal.office.administration.acts import Act, ConfirmedActs
from portal.office.administration.lists import ByOffice, Happened, in_words, yes_no
from portal.office.administration.pages import who
from portal.office.models import Membership, Office, Role, User

_REFUSALS = {
    people.LastAdministratorError: _("Dit is de enige kantoorbeheerder die kan inloggen."),
    people.NotInvitedError: _("Deze gebruiker heeft al een wachtwoord, of is uitgeschakeld."),
    support.NotYourselfError: _("Dit moet een andere beheerder doen."),
    support.NothingToResetError: _("Deze gebruiker heeft geen tweestapsverificatie."),
    support.AlreadyAskedError: _("Er staat al een verzoek open voor deze gebruiker."),
    support.AlreadyDecidedError: _("Over dit verzoek is al beslist."),
}


class OfUsers(ByOffice):
    path = "membership__office"


class InviteForm(forms.Form):
    """Somebody new at an office."""

    office = forms.CharField(label=_("KvK-nummer van het kantoor"), max_length=8)
    email = forms.EmailField(label=_("E-mailadres"))
    role = forms.ChoiceField(label=_("Rol"), choices=Role.choices, initial=Role.STAFF_MEMBER)

    def clean_office(self) -> Office:
        office = Office.objects.filter(trade_register_number=self.cleaned_data["office"]).first()
        if office is None:
            raise ValidationError(_("Er is geen kantoor met dit KvK-nummer."), code="no_office")
        return office


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reden, en hoe is vastgesteld dat het verzoek van de gebruiker zelf komt"), max_length=200
    )


def _is_out(user: User) -> bool:
    return not user.is_active


def _is_invited(user: User) -> bool:
    return user.is_active and hasattr(user, "membership") and not user.has_usable_password()


class UserAdmin(ConfirmedActs):
    """People set their own passwords: an administrator can only send the link."""

    office_path = "membership__office"
    exact_fields = ("email",)
    active, nextens = yes_no("is_active", _("actief")), yes_no("is_staff", _("Nextens-beheerder"))
    list_display = ("email", "name", "office", "role", "active", "second_step", "last_login")
    list_filter = ("is_active", "is_staff", OfUsers)
    list_select_related = ("membership__office",)
    search_help_text = _("Het hele e-mailadres, of naam of KvK-nummer van het kantoor")
    fields = readonly_fields = (
        "email", "name", "office", "role", "active", "nextens", "second_step", "last_login", "date_joined",
    )  # fmt: skip
    refusals = {**_REFUSALS}
    acts = {
        "link": Act(
            support.send_link,
            lambda user: user.is_active and user.has_usable_password(),
            _("Stuur wachtwoordlink"),
            _("De gebruiker krijgt een mail met een link die eenmaal werkt."),
            _("De link staat klaar om te verzenden."),
        ),
        "uitnodigen": Act(
            lambda user, by: people.invite_again(user.membership, by=by),
            _is_invited,
            _("Nodig opnieuw uit"),
            _("De gebruiker krijgt een nieuwe uitnodiging; de vorige werkt niet meer."),
            _("De uitnodiging staat klaar om te verzenden."),
        ),
        "uitschakelen": Act(
            partial(support.set_user_active, active=False),
            lambda user: user.is_active,
            _("Uitschakelen"),
            _("De gebruiker wordt meteen uitgelogd en kan niet meer inloggen; eigen tokens stoppen."),
            _("De gebruiker is uitgeschakeld."),
            danger=True,
        ),
        "inschakelen": Act(
            partial(support.set_user_active, active=True),
            _is_out,
            _("Inschakelen"),
            _("De gebruiker kan weer inloggen."),
            _("De gebruiker is ingeschakeld."),
        ),
        "tweede-stap": Act(
            support.ask_reset,
            lambda user: user.is_active and user.second_step,
            _("Vraag tweestapsverificatie te verwijderen"),
            _(
                "Een andere beheerder moet akkoord gaan. Daarna vervallen app, passkeys en herstelcodes van "
                "deze gebruiker, die meteen wordt uitgelogd en een mail krijgt."
            ),
            _("Het verzoek staat klaar voor een andere beheerder."),
            form=ReasonForm,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        people_: QuerySet[User] = super().get_queryset(request)
        return people_.select_related("membership__office").annotate(second_step=Exists(factors))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("kantoor"))
    def office(self, user: User) -> str:
        membership: Membership | None = getattr(user, "membership", None)
        return membership.office.name if membership else "-"

    @admin.display(description=_("rol"))
    def role(self, user: User) -> str:
        membership: Membership | None = getattr(user, "membership", None)
        return membership.get_role_display() if membership else "-"

    @admin.display(description=_("tweestapsverificatie"))
    def second_step(self, user: Any) -> str:
        return in_words(user.second_step)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An invitation: the only way in."""
        initial = {"office": request.GET.get("kvk", "")}
        form = InviteForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid() and (done := self._invite(request, form)):
            return done
        about = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Gebruiker uitnodigen"),
        }
        return render(request, "admin/desk_invite.html", {**about, "form": form})

    def _invite(self, request: HttpRequest, form: InviteForm) -> HttpResponseRedirect | None:
        data = form.cleaned_data
        try:
            made = people.invite(
                office=data["office"], email=data["email"], role=Role(data["role"]), by=who(request)
            )
        except people.AlreadyKnownError:
            form.add_error("email", _("Met dit e-mailadres is er al een gebruiker."))
            return None
        messages.success(request, _("De uitnodiging staat klaar om te verzenden."))
        return redirect("admin:office_user_change", made.user_id)


class ResetAdmin(ConfirmedActs):
    """Requests that wait for a second administrator, and those that were decided."""

    office_path = "user__membership__office"
    people_path = "user"
    consent = yes_no("agreed", _("akkoord"))
    list_display = ("user", "reason", "asked_by", "asked_at", "consent", "decided_by", "decided_at")
    list_filter = (("decided_at", Happened),)
    list_select_related = ("user__membership__office", "asked_by", "decided_by")
    search_help_text = _("Het hele e-mailadres, of naam of KvK-nummer van het kantoor")
    fields = readonly_fields = list_display
    refusals = {**_REFUSALS}
    acts = {
        "akkoord": Act(
            partial(support.decide_reset, agreed=True),
            lambda asked: asked.decided_at is None,
            _("Akkoord"),
            _(
                "App, passkeys en herstelcodes van deze gebruiker vervallen meteen. Dit kan niet ongedaan "
                "worden gemaakt."
            ),
            _("De tweestapsverificatie is verwijderd."),
            danger=True,
        ),
        "niet-akkoord": Act(
            partial(support.decide_reset, agreed=False),
            lambda asked: asked.decided_at is None,
            _("Niet akkoord"),
            _("Het verzoek vervalt; er verandert niets voor de gebruiker."),
            _("Het verzoek is afgewezen."),
        ),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
