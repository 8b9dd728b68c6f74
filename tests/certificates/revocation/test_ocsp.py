"""certificates.revocation.ocsp against OpenSSL's own responder, and against answers that lie."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.revocation import Answer, NoAnswer, NotFetched, ask_authorities, fetch
from certificates.revocation.ocsp import make_request, read_response
from tests.certificates import pki as makers
from tests.certificates.authorities import WebServer, crl_at, free_port, make_crl, ocsp_at, openssl_responder
from tests.certificates.pki import DAY, NOW

on_loopback = partial(fetch, allow_loopback=True)
SHA256 = hashes.SHA256()
# OpenSSL answers by the real clock
REAL = datetime.now(UTC)


def delegate(issuer, **arguments):
    """A responder that the issuer charged with answering."""
    arguments = {"extended": [ExtendedKeyUsageOID.OCSP_SIGNING], "policy": None, "common": "OCSP"} | arguments
    return makers.leaf(issuer, start=REAL - DAY, end=REAL + DAY, **arguments)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def own(pki, port):
    return makers.leaf(pki.services, more=[ocsp_at(f"http://127.0.0.1:{port}/")])


def asked(pair, issuer):
    return ask_authorities((pair.certificate, issuer.certificate), fetch=on_loopback, now=datetime.now(UTC))


def test_openssl_says_good(pki, own, port, tmp_path):
    with openssl_responder(tmp_path, port, pki.services, pki.services, own):
        assert asked(own, pki.services) == Answer(None)


def test_openssl_says_revoked(pki, own, port, tmp_path):
    with openssl_responder(tmp_path, port, pki.services, pki.services, own, revoked=[own]):
        assert asked(own, pki.services) == Answer(NOW - 2 * DAY)


def test_openssl_signs_with_pss(pki, own, port, tmp_path):
    options = ["-rsigopt", "rsa_padding_mode:pss", "-rmd", "sha512"]
    with openssl_responder(tmp_path, port, pki.services, pki.services, own, options=options):
        assert asked(own, pki.services) == Answer(None)


def test_openssl_signs_with_sha1(pki, own, port, tmp_path):
    responder = openssl_responder(tmp_path, port, pki.services, pki.services, own, options=["-rmd", "sha1"])
    with responder, pytest.raises(NoAnswer) as caught:
        asked(own, pki.services)
    assert caught.value.code == "bad-signature"


def test_openssl_with_a_delegate(pki, own, port, tmp_path):
    with openssl_responder(tmp_path, port, pki.services, delegate(pki.services), own, revoked=[own]):
        assert asked(own, pki.services).revoked_at


@pytest.mark.parametrize(
    "make",
    [
        lambda pki: delegate(pki.services, extended=makers.CLIENT_AND_SERVER),
        lambda pki: delegate(pki.services, extended=None),
        lambda pki: delegate(pki.root),
        lambda pki: delegate(None),
        lambda pki: delegate(pki.services, key=makers.new_key(1024)),
    ],
    ids=["another use", "no use", "of the root", "of itself", "weak"],
)
def test_openssl_with_somebody_else(pki, own, port, tmp_path, make):
    with openssl_responder(tmp_path, port, pki.services, make(pki), own), pytest.raises(NoAnswer) as caught:
        asked(own, pki.services)
    assert caught.value.code == "bad-signature"


def test_openssl_does_not_know_it(pki, own, office_pair, port, tmp_path):
    responder = openssl_responder(tmp_path, port, pki.services, pki.services, office_pair)
    with responder, pytest.raises(NoAnswer) as caught:
        asked(own, pki.services)
    assert caught.value.code == "unknown"


def response(
    pair,
    issuer,
    *,
    signer=None,
    nonce=None,
    now=NOW,
    holds=DAY,
    status=ocsp.OCSPCertStatus.GOOD,
    algorithm=SHA256,
):
    revoked = NOW - DAY if status == ocsp.OCSPCertStatus.REVOKED else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        pair.certificate,
        issuer.certificate,
        hashes.SHA256(),
        status,
        now,
        holds and now + holds,
        revoked,
        None,
    )
    signer = signer or issuer
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(signer.key, algorithm).public_bytes(Encoding.DER)


def read(data, pair, issuer, nonce=b"n" * 16, now=NOW):
    return read_response(data, pair.certificate, issuer.certificate, nonce, now)


def code_of(*arguments, **more):
    with pytest.raises(NoAnswer) as caught:
        read(*arguments, **more)
    return caught.value.code


def test_an_answer_about_another(pki, own, office_pair):
    assert code_of(response(office_pair, pki.services), own, pki.services) == "unknown"


def test_an_answer_to_another(pki, own):
    assert code_of(response(own, pki.services, nonce=b"x" * 16), own, pki.services) == "other-nonce"
    assert read(response(own, pki.services, nonce=b"n" * 16), own, pki.services) == Answer(None)


@pytest.mark.parametrize(
    ("after", "holds", "code"),
    [
        (-2 * DAY, DAY, "from-the-future"),
        (2 * DAY, DAY, "outdated"),
        (2 * DAY, None, "outdated"),
        (timedelta(hours=23), None, None),
    ],
)
def test_out_of_its_time(pki, own, after, holds, code):
    data = response(own, pki.services, holds=holds)
    if code is None:
        assert read(data, own, pki.services, now=NOW + after) == Answer(None)
    else:
        assert code_of(data, own, pki.services, now=NOW + after) == code


def test_signed_by_another(pki, own):
    assert code_of(response(own, pki.services, signer=pki.root), own, pki.services) == "bad-signature"
    changed = bytearray(response(own, pki.services))
    changed[-1] ^= 1
    assert code_of(bytes(changed), own, pki.services) == "bad-signature"


def test_a_curve_and_a_longer_hash(own):
    issuer = makers.authority("Test Services CA")
    assert read(response(own, issuer, algorithm=hashes.SHA512()), own, issuer) == Answer(None)


def test_no_success(pki, own):
    data = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    assert code_of(data.public_bytes(Encoding.DER), own, pki.services) == "no-success"


@pytest.mark.parametrize("data", [b"", b"<html>", bytes(100)])
def test_no_answer_at_all(pki, own, data):
    assert code_of(data, own, pki.services) == "unreadable"


def test_every_changed_byte_leads_to_no_answer_or_the_same(pki, own):
    data = response(own, pki.services, status=ocsp.OCSPCertStatus.REVOKED)
    for position in range(0, len(data), 3):
        changed = bytearray(data)
        changed[position] ^= 0x41
        try:
            assert read(bytes(changed), own, pki.services).revoked_at == NOW - DAY
        except NoAnswer:
            continue


def test_each_request_has_a_nonce_of_its_own(own, pki):
    about = (own.certificate, pki.services.certificate)
    assert make_request(*about)[1] != make_request(*about)[1]


def test_without_an_address_nothing_is_known(office_pair, pki):
    with pytest.raises(NoAnswer) as caught:
        asked(office_pair, pki.services)
    assert caught.value.code == "no-address"


def test_the_list_when_the_responder_is_away(pki, port):
    server = WebServer()
    try:
        more = [ocsp_at(f"http://127.0.0.1:{port}/"), crl_at(server.url())]
        pair = makers.leaf(pki.services, more=more)
        server.pages["/list.crl"] = make_crl(
            pki.services, pair, this_update=REAL - DAY, next_update=REAL + DAY
        )
        assert asked(pair, pki.services).revoked_at
    finally:
        server.close()


def test_a_revoked_authority_takes_what_it_issued_along(pki):
    middle = makers.authority("Middle CA", pki.root, more=[crl_at("http://crl.example/root.crl")])
    own = makers.leaf(middle, more=[crl_at("http://crl.example/middle.crl")])
    lists = {"root": make_crl(pki.root, middle), "middle": make_crl(middle)}
    chain = [pair.certificate for pair in (own, middle, pki.root)]

    def published(url, request):
        return lists[url.rpartition("/")[2].removesuffix(".crl")]

    assert ask_authorities(chain, fetch=published, now=NOW).revoked_at
    lists["root"] = make_crl(pki.root)
    assert ask_authorities(chain, fetch=published, now=NOW) == Answer(None)


def test_a_link_about_which_nothing_is_known_leaves_the_path_unknown(pki):
    middle = makers.authority("Middle CA", pki.root)
    own = makers.leaf(middle, more=[crl_at("http://crl.example/middle.crl")])
    chain = [pair.certificate for pair in (own, middle, pki.root)]
    with pytest.raises(NoAnswer):
        ask_authorities(chain, fetch=lambda url, request: make_crl(middle), now=NOW)
    assert ask_authorities(chain, fetch=lambda url, request: make_crl(middle, own), now=NOW).revoked_at


def test_only_two_addresses_of_a_kind_are_asked(pki):
    urls = [f"http://crl.example/{number}.crl" for number in range(5)]
    names = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in urls]
    own = makers.leaf(pki.services, more=[x509.CRLDistributionPoints(names)])
    tried = []

    def away(url, request):
        tried.append(url)
        raise NotFetched("unreachable")

    with pytest.raises(NoAnswer):
        ask_authorities((own.certificate, pki.services.certificate), fetch=away, now=NOW)
    assert tried == urls[:2]
