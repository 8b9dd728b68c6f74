"""certificates.revocation.crl: only a whole, fresh list that the certificate's own issuer signed counts."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from certificates.revocation.answers import Answer, NoAnswer
from certificates.revocation.crl import crl_addresses, read_crl
from tests.certificates import pki as makers
from tests.certificates.authorities import crl_at, make_crl
from tests.certificates.pki import DAY, NOW

LIST = "http://crl.example/list.crl"


@pytest.fixture(scope="module")
def own(pki):
    return makers.leaf(pki.services, more=[crl_at(LIST)])


def read(data, pair, issuer, now=NOW):
    return read_crl(data, pair.certificate, issuer.certificate, now)


def code_of(*arguments, **more):
    with pytest.raises(NoAnswer) as caught:
        read(*arguments, **more)
    return caught.value.code


def test_on_the_list_or_not(pki, own, office_pair):
    assert read(make_crl(pki.services, office_pair), own, pki.services) == Answer(None)
    assert read(make_crl(pki.services, office_pair, own), own, pki.services) == Answer(NOW - 2 * DAY)


def test_signed_by_another(pki, own):
    assert code_of(make_crl(pki.root), own, pki.services) == "of-another"
    assert code_of(make_crl(pki.services, key=own.key), own, pki.services) == "bad-signature"
    changed = bytearray(make_crl(pki.services))
    changed[-1] ^= 1
    assert code_of(bytes(changed), own, pki.services) == "bad-signature"


def test_an_issuer_that_may_sign_no_lists(own, pki):
    issuer = makers.leaf(pki.root, common="Test Services CA", key=pki.services.key)
    assert code_of(make_crl(issuer), own, issuer) == "not-allowed"


@pytest.mark.parametrize(
    ("days", "code"), [(-2, "from-the-future"), (2, "outdated")], ids=["too early", "too late"]
)
def test_out_of_its_time(pki, own, days, code):
    assert code_of(make_crl(pki.services), own, pki.services, NOW + days * DAY) == code


def point(url=None, **flags):
    names = [x509.UniformResourceIdentifier(url)] if url else None
    every = dict.fromkeys(
        (
            "only_contains_user_certs",
            "only_contains_ca_certs",
            "indirect_crl",
            "only_contains_attribute_certs",
        ),
        False,
    )
    reasons = flags.pop("reasons", None)
    return x509.IssuingDistributionPoint(
        full_name=names, relative_name=None, only_some_reasons=reasons, **every | flags
    )


@pytest.mark.parametrize(
    "extension",
    [
        point(only_contains_ca_certs=True),
        point(LIST, indirect_crl=True),
        point(only_contains_attribute_certs=True),
        point(reasons=frozenset([x509.ReasonFlags.key_compromise])),
        point("http://crl.example/other.crl"),
        x509.DeltaCRLIndicator(1),
    ],
)
def test_a_list_that_does_not_speak_for_this_certificate(pki, own, extension):
    assert code_of(make_crl(pki.services, more=[(extension, True)]), own, pki.services) == "partial"


@pytest.mark.parametrize("extension", [point(LIST), point(only_contains_user_certs=True), x509.CRLNumber(7)])
def test_a_list_that_does(pki, own, extension):
    critical = not isinstance(extension, x509.CRLNumber)
    data = make_crl(pki.services, own, more=[(extension, critical)])
    assert read(data, own, pki.services).revoked_at


@pytest.mark.parametrize("data", [b"", b"no list", bytes(100)])
def test_no_list_at_all(pki, own, data):
    assert code_of(data, own, pki.services) == "unreadable"


def test_addresses(pki, own, office_pair):
    assert crl_addresses(own.certificate) == [LIST]
    assert crl_addresses(office_pair.certificate) == []
    others = crl_at(LIST, issuer=[x509.DirectoryName(makers.name(common="Another"))])
    assert crl_addresses(makers.leaf(pki.services, key=own.key, more=[others]).certificate) == []


def test_sha512_and_a_curve(own):
    issuer = makers.authority("Test Services CA")
    data = make_crl(issuer, algorithm=hashes.SHA512())
    assert read(data, own, issuer) == Answer(None)
