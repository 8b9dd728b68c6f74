"""certificates.services: the acts on an office's certificates, and what the database keeps to."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction

from certificates import problems, services
from certificates.models import Certificate
from certificates.sealing import open_key
from portal.office.models import AuditEvent
from portal.vault import SigningPrivateKeys
from tests.certificates import handmade
from tests.certificates import pki as makers
from tests.certificates.pki import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def second_pair(pki):
    return makers.leaf(pki.services, common="tweede.kantoor.example")


def acts():
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


def codes(certificate):
    return [found.code for found in services.cautions(certificate)]


def test_upload_keeps_what_the_certificate_says(kept, office_pair, office, administrator):
    row = kept(office_pair)
    row.refresh_from_db()
    assert (row.subject, row.issuer, row.oin) == (
        "www.kantoor.example",
        "Test Services CA",
        "00000003123456780000",
    )
    assert (row.office, row.uploaded_by, row.is_active) == (office, administrator, False)
    assert bytes(row.certificate_der) == handmade.der(office_pair)
    assert row.not_valid_after == office_pair.certificate.not_valid_after_utc
    assert row.chain_pem.count("BEGIN CERTIFICATE") == 3


def test_upload_seals_the_key_to_the_private_half(kept, office_pair, tmp_path, office):
    row = kept(office_pair)
    sealed, key = bytes(row.sealed_key), handmade.pkcs8(office_pair)
    assert key[100:150] not in sealed
    private = SigningPrivateKeys.load(tmp_path / "signing.json")
    assert open_key(sealed, private, office=office.pk, certificate=row.pk) == key


def test_upload_leaves_a_trace_and_asks_for_a_proof(
    kept, office_pair, portal, administrator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        row = kept(office_pair, activate=True)
    event = AuditEvent.objects.get(act="certificate.uploaded")
    assert (event.actor, event.target_id) == (administrator, row.pk)
    assert event.facts == {"fingerprint": row.fingerprint, "subject": "www.kantoor.example"}
    assert acts() == ["certificate.uploaded", "certificate.activated"]
    assert portal == [str(row.pk)]


def test_a_broker_that_is_away_undoes_no_upload(
    kept, office_pair, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def away(pk):
        raise ConnectionError

    monkeypatch.setattr(services.tasks.prove_key, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        kept(office_pair)
    assert Certificate.objects.count() == 1


def test_the_same_certificate_twice(kept, office_pair, neighbour, neighbour_administrator):
    kept(office_pair)
    with pytest.raises(problems.Duplicate) as caught:
        kept(office_pair)
    assert caught.value.facts == {"subject": "www.kantoor.example", "moment": NOW}
    assert kept(office_pair, office=neighbour, by=neighbour_administrator)
    assert Certificate.objects.count() == 2


def test_one_active_certificate(kept, office_pair, second_pair, administrator, office):
    first, second = kept(office_pair, activate=True), kept(second_pair, activate=True)
    assert [row.is_active for row in (again(first), again(second))] == [False, True]
    services.activate(certificate=first, by=administrator)
    assert [row.is_active for row in (again(first), again(second))] == [True, False]
    assert services.active_certificate(office) == first
    replaced = AuditEvent.objects.filter(act="certificate.deactivated").latest("pk")
    assert (replaced.target_id, replaced.facts["replaced_by"]) == (second.pk, first.fingerprint)


def again(row):
    return Certificate.objects.get(pk=row.pk)


def test_the_database_allows_one_active_certificate(kept, office_pair, second_pair):
    kept(office_pair, activate=True)
    second = kept(second_pair)
    with pytest.raises(IntegrityError, match="certificate_one_active_per_office"), transaction.atomic():
        Certificate.objects.filter(pk=second.pk).update(is_active=True)


def test_activating_twice_changes_nothing(kept, office_pair, administrator):
    row = kept(office_pair, activate=True)
    services.activate(certificate=row, by=administrator)
    assert acts().count("certificate.activated") == 1


@pytest.mark.parametrize(
    ("days", "code"), [(-31, "not-yet-valid"), (366, "expired")], ids=["too early", "too late"]
)
def test_activating_judges_the_dates_again(kept, office_pair, administrator, monkeypatch, days, code):
    row = kept(office_pair)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=days))
    with pytest.raises(problems.CertificateProblem) as caught:
        services.activate(certificate=row, by=administrator)
    assert caught.value.code == code
    assert not again(row).is_active


def test_activating_judges_the_path_again(kept, office_pair, administrator, settings):
    row = kept(office_pair)
    settings.PKIOVERHEID_TRUST_DIR = "/nowhere"
    with pytest.raises(problems.Untrusted):
        services.activate(certificate=row, by=administrator)


def test_a_revoked_certificate_cannot_be_made_active(kept, office_pair, administrator):
    row = kept(office_pair)
    Certificate.objects.filter(pk=row.pk).update(revoked_at=NOW)
    with pytest.raises(problems.Revoked):
        services.activate(certificate=row, by=administrator)


def test_deactivate(kept, office_pair, administrator, office):
    row = kept(office_pair, activate=True)
    assert services.has_active_certificate(office.pk)
    for _ in range(2):
        services.deactivate(certificate=row, by=administrator)
    assert not services.has_active_certificate(office.pk)
    assert acts().count("certificate.deactivated") == 1


def test_delete_destroys_the_key_and_keeps_the_trace(kept, office_pair, administrator):
    row = kept(office_pair)
    pk = row.pk
    services.delete(certificate=row, by=administrator)
    assert not Certificate.objects.exists()
    assert AuditEvent.objects.get(act="certificate.deleted").target_id == pk


def test_an_active_certificate_is_not_deleted(kept, office_pair, administrator):
    row = kept(office_pair, activate=True)
    with pytest.raises(services.StillActive):
        services.delete(certificate=row, by=administrator)
    assert Certificate.objects.exists()


def test_an_ended_certificate_is_not_active(kept, office_pair, office, monkeypatch):
    kept(office_pair, activate=True)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=366))
    assert not services.has_active_certificate(office.pk)


def test_another_number_waits_for_confirmation(kept, office_pair, pki, administrator):
    first = kept(office_pair, activate=True)
    other = kept(makers.leaf(pki.services, number="87654321"), activate=True)
    assert [again(first).is_active, again(other).is_active] == [True, False]
    assert codes(other) == ["other-number", "not-office-number", "revocation-not-checked"]
    services.activate(certificate=other, by=administrator)
    assert again(other).is_active


def test_the_first_certificate_waits_for_nobody(kept, pki):
    other = kept(makers.leaf(pki.services, number="87654321", end=NOW + timedelta(weeks=7)), activate=True)
    assert other.is_active
    assert codes(other) == ["not-office-number", "expires-soon", "revocation-not-checked"]


def test_cautions_of_numbers(kept, pki):
    none = kept(makers.leaf(pki.services, serial=""))
    both = kept(makers.leaf(pki.services, identifier="NTRNL-87654321"))
    assert codes(none) == ["no-oin", "revocation-not-checked"]
    assert codes(both) == ["numbers-differ", "revocation-not-checked"]


def test_the_caution_names_both_numbers(kept, office_pair, pki):
    kept(office_pair, activate=True)
    (found, *_) = services.cautions(kept(makers.leaf(pki.services, number="87654321")))
    assert found.text == (
        "Let op: dit certificaat heeft handelsregisternummer 87654321; uw huidige heeft 12345678. "
        "Lees eerst hoe u het certificaat verlegt."
    )


@pytest.mark.parametrize(
    ("days", "text"),
    [(308, None), (310, "Certificaat verloopt 22-11-2027"), (366, "Certificaat is verlopen op 22-11-2027")],
)
def test_attention(kept, office_pair, office, monkeypatch, days, text):
    kept(office_pair, activate=True)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=days))
    assert [point.text for point in services.attention(office)] == ([text] if text else [])


def test_no_attention_without_an_active_certificate(kept, office_pair, office):
    kept(office_pair)
    assert services.attention(office) == []


def in_threads(count, act):
    """Run `act(number)` in as many threads at once; return what they raised."""
    raised: list[Exception] = []
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(30)
            act(number)
        except problems.CertificateProblem as problem:
            raised.append(problem)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_a_hundred_toggles_at_once_leave_one_active(kept, office_pair, second_pair, administrator, office):
    rows = [kept(office_pair), kept(second_pair)]

    def toggle(number):
        for step in range(10):
            services.activate(certificate=again(rows[(number + step) % 2]), by=administrator)

    assert in_threads(10, toggle) == []
    assert Certificate.objects.filter(office=office, is_active=True).count() == 1
    switched = [act for act in acts() if act in ("certificate.activated", "certificate.deactivated")]
    assert switched.count("certificate.activated") == switched.count("certificate.deactivated") + 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_uploaded_at_once_makes_one_row(portal, office_p12, administrator, office):
    checked = services.check(office_p12, file_name="a.p12", password=makers.PASSWORD)

    def upload(number):
        services.upload(office=office, checked=checked, activate=True, by=administrator)

    assert [problem.code for problem in in_threads(6, upload)] == ["duplicate"] * 5
    assert Certificate.objects.count() == 1
