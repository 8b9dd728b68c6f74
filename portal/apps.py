"""The roof as an app: it connects what the apps below may not know of each other."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"

    def ready(self) -> None:
        # `shared_task` finds its app only once that is imported
        import portal.celery  # noqa: F401
        from certificates import services as certificates
        from migrations_app.attention import attention as migrations_attention
        from portal.office import ports

        ports.connect_certificates(certificates)
        # in the order in which Home shows them
        ports.connect_attention(certificates.attention)
        ports.connect_attention(migrations_attention)
