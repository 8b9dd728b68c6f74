"""certificates.signing and its tasks: only the process with the private half signs, and it leaves a trace."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from certificates import signing, tasks
from certificates.models import Certificate
from certificates.signatures import is_signed_by
from portal import vault
from portal.celery import app
from portal.office.models import AuditEvent
from tests.certificates import handmade
from tests.certificates.pki import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(kept, office_pair):
    return kept(office_pair)


def proven(certificate):
    return Certificate.objects.get(pk=certificate.pk).proven_at


def test_the_web_process_cannot_sign(certificate):
    with pytest.raises(signing.NotTheSigningProcess):
        signing.sign(certificate=certificate, data=b"data", purpose="test")


def test_signs_and_leaves_a_trace(certificate, signing_process, office_pair, administrator):
    signature = signing.sign(certificate=certificate, data=b"data", purpose="test", by=administrator)
    assert is_signed_by(office_pair.certificate, b"data", signature)
    event = AuditEvent.objects.get(act="certificate.used")
    assert (event.actor, event.target_id) == (administrator, certificate.pk)
    assert event.facts == {"fingerprint": certificate.fingerprint, "purpose": "test"}


def test_the_task_proves_the_key(certificate, signing_process):
    assert proven(certificate) is None
    tasks.prove_key(str(certificate.pk))
    assert proven(certificate) == NOW


def test_a_certificate_that_is_gone(signing_process):
    assert not signing.prove(uuid4())


def test_a_key_of_another_pair_is_not_proven(certificate, signing_process, tmp_path, caplog):
    vault.create_key_files(tmp_path / "other.json", tmp_path / "other-signing.json")
    django_settings.SIGNING_KEY_FILE = tmp_path / "other-signing.json"
    with caplog.at_level(logging.ERROR):
        assert not signing.prove(certificate.pk)
    assert proven(certificate) is None
    assert "wrong-key" in caplog.text


def test_a_key_that_is_not_the_certificates_is_not_proven(certificate, signing_process, pki):
    Certificate.objects.filter(pk=certificate.pk).update(certificate_der=handmade.der(pki.root))
    assert not signing.prove(certificate.pk)
    assert proven(certificate) is None


def test_a_sealed_key_of_another_row_is_not_used(certificate, signing_process, kept, office_pair, neighbour):
    other = kept(office_pair, office=neighbour)
    Certificate.objects.filter(pk=other.pk).update(sealed_key=certificate.sealed_key)
    assert not signing.prove(other.pk)


def test_the_sweep_proves_what_a_lost_message_left(certificate, signing_process, monkeypatch):
    assert signing.prove_waiting() == 0
    later = NOW + timedelta(minutes=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    tasks.prove_waiting_keys()
    assert proven(certificate) == later
    assert signing.prove_waiting() == 0


def test_both_tasks_go_to_the_signing_queue():
    for task in (tasks.prove_key, tasks.prove_waiting_keys):
        assert app.amqp.router.route({}, task.name)["queue"].name == "signing"
