"""The signing worker's doors."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from certificates import signing


@shared_task
def prove_key(certificate_id: str) -> None:
    """After each upload and each activation: does the sealed key work?"""
    signing.prove(UUID(certificate_id))


@shared_task
def prove_waiting_keys() -> None:
    """By the scheduler, for what a lost message left unproven."""
    signing.prove_waiting()
