"""The support desk's pages about offices, people, mails and traces; none shows tax data, keys or files."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from portal.office.administration import offices, records, users
from portal.office.models import (
    ApiToken,
    AuditEvent,
    Office,
    OutgoingMail,
    SecondStepReset,
    SiteSettings,
    User,
)

admin.site.unregister(Group)  # rights follow from role and office
admin.site.unregister((Authenticator, EmailAddress))  # allauth's: secrets, and addresses that nothing reads

admin.site.register(Office, offices.OfficeAdmin)
admin.site.register(User, users.UserAdmin)
admin.site.register(SecondStepReset, users.ResetAdmin)
admin.site.register(ApiToken, records.ApiTokenAdmin)
admin.site.register(AuditEvent, records.AuditEventAdmin)
admin.site.register(OutgoingMail, records.OutgoingMailAdmin)
admin.site.register(SiteSettings, records.SiteSettingsAdmin)
