"""Addresses of somebody's own account, the second step, and the people of an office."""

from __future__ import annotations

from django.urls import path

from portal.office import account_pages, mfa_pages, people_pages

_ACCOUNT = "instellingen/account/"
_STEP = f"{_ACCOUNT}tweestapsverificatie/"
_PEOPLE = "instellingen/gebruikersbeheer/"

# names that begin with `account_` or `mfa_` are allauth's: it finds our pages by them
urlpatterns = [
    path("inloggen/tweede-stap/", mfa_pages.SecondStepView.as_view(), name="mfa_authenticate"),
    path("uitnodiging/", people_pages.invitation, name="invitation"),
    path("e-mailadres-bevestigen/", account_pages.confirm_email, name="confirm_email"),
    path("sessie/", account_pages.session_left, name="session_left"),
    path("sessie/verlengen/", account_pages.session_stay, name="session_stay"),
    path(_ACCOUNT, account_pages.account, name="account"),
    path(f"{_ACCOUNT}wachtwoord/", account_pages.password, name="account_change_password"),
    path(f"{_ACCOUNT}e-mailadres/", account_pages.email, name="change_email"),
    path(f"{_ACCOUNT}sessies/", account_pages.own_sessions, name="own_sessions"),
    path(f"{_ACCOUNT}bevestigen/", mfa_pages.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path(_STEP, mfa_pages.index, name="mfa_index"),
    path(f"{_STEP}app/", mfa_pages.AppView.as_view(), name="mfa_activate_totp"),
    path(f"{_STEP}passkey/", mfa_pages.PasskeyView.as_view(), name="mfa_add_webauthn"),
    path(f"{_STEP}herstelcodes/", mfa_pages.CodesView.as_view(), name="mfa_view_recovery_codes"),
    path(f"{_STEP}herstelcodes/nieuw/", mfa_pages.new_codes, name="mfa_generate_recovery_codes"),
    path(f"{_STEP}verwijderen/", mfa_pages.remove, name="mfa_deactivate_totp"),
    path(_PEOPLE, people_pages.overview, name="people"),
    path(f"{_PEOPLE}uitnodigen/", people_pages.invite, name="invite"),
    path(f"{_PEOPLE}<uuid:pk>/", people_pages.one, name="person"),
]
