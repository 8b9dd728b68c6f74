"""The workers' doors: to the signing worker, and to the one that asks authorities and warns offices."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from certificates import reminding, revoking, signing


@shared_task
def prove_key(certificate_id: str) -> None:
    """After each upload and each activation: does the sealed key work?"""
    signing.prove(UUID(certificate_id))


@shared_task
def prove_waiting_keys() -> None:
    """By the scheduler, for what a lost message left unproven."""
    signing.prove_waiting()


@shared_task
def check_revocation(certificate_id: str) -> None:
    """After each upload and each activation, and daily: was it revoked?"""
    revoking.check(UUID(certificate_id))


@shared_task
def check_revocations() -> None:
    """By the scheduler. A message each, so that slow authorities hold up neither mails nor files."""
    for certificate_id in revoking.due():
        check_revocation.delay(str(certificate_id))


@shared_task
def remind_of_expiry() -> None:
    """By the scheduler, daily and whenever else: what was said is not said again."""
    reminding.remind()
