"""The web process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from portal.run import environment, leash, stalled

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
environment.require_secrets()
leash.hold()
application = stalled.Watched(get_wsgi_application())
