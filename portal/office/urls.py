"""Addresses of logging in, the settings of an office, and help."""

from __future__ import annotations

from django.urls import include, path, re_path

from portal.office import login, own_pages, token_pages, trail_pages, views

urlpatterns = [
    path("inloggen/", login.LoginView.as_view(), name="account_login"),
    path("uitloggen/", login.LogoutView.as_view(), name="account_logout"),
    path("wachtwoord-vergeten/", login.ForgottenView.as_view(), name="account_reset_password"),
    path("wachtwoord-vergeten/verzonden/", login.LinkSentView.as_view(), name="account_reset_password_done"),
    path(
        "wachtwoord-vergeten/klaar/",
        login.PasswordChangedView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^wachtwoord-vergeten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        login.NewPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    # one login for everybody, so that its throttle holds for administrators too
    path("admin/login/", views.admin_login, name="admin_login"),
    path("instellingen/", views.settings_page, name="settings"),
    path("", include("portal.office.account_urls")),
    path("instellingen/kantoorgegevens/", views.office_data, name="office_data"),
    path("instellingen/mijn-logos/", own_pages.own_logos, name="own_logos"),
    path("instellingen/mijn-logos/verwijder/", own_pages.remove_logo, name="remove_logo"),
    path("instellingen/mijn-logos/logo.png", own_pages.logo, name="logo"),
    path("instellingen/mijn-producten/", own_pages.own_products, name="own_products"),
    path("instellingen/logboek/", trail_pages.logbook, name="logbook"),
    path("instellingen/logboek/logboek.csv", trail_pages.logbook_csv, name="logbook_csv"),
    path("instellingen/koppelingen/", token_pages.connections, name="connections"),
    path("instellingen/koppelingen/<uuid:pk>/intrekken/", token_pages.revoke, name="revoke_token"),
    path("help/", views.help_page, name="help"),
]
