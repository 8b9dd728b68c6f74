"""Addresses of logging in, the settings of an office, and help."""

from __future__ import annotations

from django.urls import path, re_path

from portal.office import login, token_pages, views

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
    path("instellingen/account/", views.account, name="account"),
    path("instellingen/kantoorgegevens/", views.office_data, name="office_data"),
    path("instellingen/koppelingen/", token_pages.connections, name="connections"),
    path("instellingen/koppelingen/<uuid:pk>/intrekken/", token_pages.revoke, name="revoke_token"),
    path("help/", views.help_page, name="help"),
]
