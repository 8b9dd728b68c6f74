"""What an app must know of another that it may not import; the roof (portal.apps) connects it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from portal.office.models import Office


class NotConnectedError(Exception):
    """The roof forgot to connect a port."""

    code = "port-not-connected"


@dataclass(frozen=True)
class Attention:
    """One line under Aandachtspunten: what asks for attention, and the page where it can be dealt with."""

    text: str
    url: str


class Certificates(Protocol):
    def has_active_certificate(self, office_id: UUID) -> bool: ...


AttentionProvider = Callable[[Office], list[Attention]]

_certificates: Certificates | None = None
_attention: list[AttentionProvider] = []


def connect_certificates(port: Certificates) -> None:
    """Name the module or object that answers for certificates."""
    global _certificates
    _certificates = port


def connect_attention(provider: AttentionProvider) -> None:
    """Add a source of Aandachtspunten; the same one twice counts once."""
    if provider not in _attention:
        _attention.append(provider)


def certificates() -> Certificates:
    """The connected port; raises NotConnectedError when there is none."""
    if _certificates is None:
        raise NotConnectedError
    return _certificates


def attention(office: Office) -> list[Attention]:
    """Every point of attention of the office, in the order in which the sources were connected."""
    return [point for provider in _attention for point in provider(office)]
