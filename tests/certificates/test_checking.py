"""certificates.checking: each refusal of the ladder, its order, and what an accepted certificate says."""

import warnings
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates import problems, trust
from certificates.checking import check_certificate, examine
from certificates.pkioverheid import read_numbers
from certificates.trust import TrustStore
from tests.certificates import pki as makers
from tests.certificates.pki import DATA, NOW, PASSWORD

EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
G1 = "2.16.528.1.1003.1.2."


def check(data, password=PASSWORD, name="kantoor.p12", store=None, now=NOW, trial=False):
    return check_certificate(
        data, file_name=name, password=password, trust=store, now=now, allow_trial_policies=trial
    )


def code(store, data, **arguments):
    with pytest.raises(problems.CertificateProblem) as caught:
        check(data, store=store, **arguments)
    return caught.value.code


@pytest.fixture
def refused(pki):
    """The code of a certificate made by `leaf` with these arguments, in a .p12."""

    def made(issuer=pki.services, others=(), **arguments):
        return code(pki.trust, makers.p12(makers.leaf(issuer, **arguments), others))

    return made


def test_accepts_a_services_certificate(pki, office_pair, office_p12):
    checked = check(office_p12, store=pki.trust)
    assert checked.subject == "CN=www.kantoor.example, O=Kantoor, serialNumber=00000003123456780000, C=NL"
    assert (checked.subject_common_name, checked.issuer_common_name) == (
        "www.kantoor.example",
        "Test Services CA",
    )
    assert (checked.trade_register_number, checked.oin) == ("12345678", "00000003123456780000")
    assert int(checked.serial_number, 16) == office_pair.certificate.serial_number
    assert checked.chain[1:] == (pki.services.certificate, pki.root.certificate)
    assert checked.warnings == ("revocation-not-checked",)


def test_the_key_is_the_certificates_own_and_shows_nowhere(pki, office_pair, office_p12):
    checked = check(office_p12, store=pki.trust)
    assert makers.private_key(checked.key_pkcs8).public_key() == office_pair.certificate.public_key()
    assert repr(checked.key_pkcs8)[2:20] not in repr(checked)


@pytest.mark.parametrize("file_name", ["a.P12", "a.pfx", "a.b.PFX", "map\\a.p12"])
def test_extensions_that_count(pki, office_p12, file_name):
    assert check(office_p12, name=file_name, store=pki.trust).oin


@pytest.mark.parametrize("file_name", ["a.pem", "p12", ".p12", "a.p12.zip", "a.p12 "])
def test_wrong_extension(pki, office_p12, file_name):
    assert code(pki.trust, office_p12, name=file_name) == "wrong-extension"


def test_sizes(pki):
    assert code(pki.trust, b"") == "empty"
    assert code(pki.trust, bytes(1024 * 1024 + 1)) == "too-large"
    assert code(pki.trust, bytes(1024 * 1024)) == "unreadable"


def test_pem_or_der_inside(pki, office_pair):
    assert code(pki.trust, office_pair.pem) == "unreadable"
    assert code(pki.trust, office_pair.certificate.public_bytes(Encoding.DER)) == "unreadable"


@pytest.mark.parametrize("password", ["fout", "", "geheim\0", "\0", "geheim ", "\ud800", "x" * 5_000])
def test_wrong_password(pki, office_p12, password):
    assert code(pki.trust, office_p12, password=password) == "wrong-password"


def test_an_unreadable_file_is_no_matter_of_passwords(pki, office_p12):
    assert code(pki.trust, office_p12[:-1], password="") == "unreadable"


def test_expired_and_not_yet_valid(pki, refused):
    assert refused(end=NOW - timedelta(seconds=1)) == "expired"
    assert refused(start=NOW + timedelta(seconds=1)) == "not-yet-valid"


def test_both_ends_of_the_validity_count(pki, office_pair):
    certificate = office_pair.certificate
    for moment in (certificate.not_valid_before_utc, certificate.not_valid_after_utc):
        assert examine(certificate, (), trust=pki.trust, now=moment)


def test_the_date_is_told(pki, office_pair):
    with pytest.raises(problems.Expired) as caught:
        check(makers.p12(office_pair), store=pki.trust, now=NOW + 2 * makers.YEAR)
    assert caught.value.facts == {"moment": office_pair.certificate.not_valid_after_utc}


def test_untrusted_by_its_issuer(pki, refused, office_pair):
    stranger = makers.authority("Test Root CA")
    assert refused(issuer=stranger) == "untrusted"
    assert refused(issuer=None) == "untrusted"
    assert refused(issuer=stranger, others=[stranger]) == "untrusted"
    assert refused(issuer=office_pair, others=[office_pair]) == "untrusted"


def test_untrusted_by_its_signature(pki, office_pair):
    assert code(pki.trust, makers.p12(makers.forged(office_pair))) == "untrusted"


def test_untrusted_without_any_root(office_p12):
    assert code(TrustStore(), office_p12) == "untrusted"


def test_a_path_through_an_authority_that_ended(pki, office_pair):
    ended = makers.authority("Ended CA", pki.root, end=NOW - makers.DAY)
    assert code(pki.trust, makers.p12(makers.leaf(ended), [ended])) == "untrusted"


def test_the_file_may_bring_the_intermediate(pki, office_pair):
    store = TrustStore.of([pki.root.certificate])
    assert code(store, makers.p12(office_pair)) == "untrusted"
    assert check(makers.p12(office_pair, [pki.services]), store=store).oin


def test_the_file_cannot_bring_a_root(pki, office_pair):
    own = makers.make_pki()
    data = makers.p12(makers.leaf(own.services), [own.services, own.root])
    assert code(pki.trust, data) == "untrusted"


@pytest.mark.parametrize(
    "arguments",
    [
        {"policy": G1 + "8.5"},
        {"policy": G1 + "5.6"},
        {"policy": G1 + "41.16.25.8"},
        {"policy": G1 + "44.16.25.4"},
        {"policy": G1 + "8.60"},
        {"policy": None},
        {"usage": ("key_encipherment",)},
        {"usage": ("content_commitment",)},
        {"usage": None},
        {"extended": (EMAIL,)},
        {"extended": (ExtendedKeyUsageOID.SERVER_AUTH,)},
    ],
)
def test_not_services(refused, arguments):
    assert refused(**arguments) == "not-services"


@pytest.mark.parametrize("policy", ["8.6", "8.4", "44.16.25.8", "44.15.35.11"])
def test_accepted_policies(pki, policy):
    pair = makers.leaf(pki.services, policy=["0.4.0.2042.1.1", G1 + policy], key=makers_key())
    assert examine(pair.certificate, (), trust=pki.trust, now=NOW).policy == G1 + policy


def test_trial_policies_only_where_they_are_allowed(pki):
    certificate = makers.leaf(pki.services, policy=G1 + "41.15.35.11", key=makers_key()).certificate
    with pytest.raises(problems.NotServices):
        examine(certificate, (), trust=pki.trust, now=NOW)
    assert examine(certificate, (), trust=pki.trust, now=NOW, allow_trial_policies=True)


def test_an_authority_is_no_services_certificate(pki):
    for pair in (makers.authority("CA", pki.services, policy=makers.SERVICES), pki.services, pki.root):
        assert code(pki.trust, makers.p12(pair)) == "not-services"


def test_an_authority_with_every_use_is_none_either(refused):
    assert refused(more=[x509.BasicConstraints(ca=True, path_length=None)]) == "not-services"
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert refused(more=[unknown]) == "untrusted"


def test_weak_keys_and_signatures(pki, refused, office_pair):
    assert refused(key=makers.new_key(1024)) == "weak"
    for algorithm in ("sha1", "md5"):
        assert (
            code(pki.trust, makers.p12(makers.signed_again(office_pair, pki.services, algorithm))) == "weak"
        )


def test_a_weak_intermediate_of_the_file(pki):
    middle = makers.signed_again(makers.authority("Middle CA", pki.root), pki.root, "sha1")
    assert code(pki.trust, makers.p12(makers.leaf(middle), [middle])) == "weak"


def test_weak_and_forged_is_untrusted(pki):
    weak = makers.leaf(pki.services, key=makers.new_key(1024))
    assert code(pki.trust, makers.p12(makers.forged(weak))) == "untrusted"
    assert code(pki.trust, makers.p12(makers.leaf(None, key=makers.new_key(1024)))) == "untrusted"


def test_weak_and_issued_by_something_that_is_no_ca(pki, office_pair):
    weak = makers.leaf(office_pair, key=makers.new_key(1024))
    assert code(pki.trust, makers.p12(weak, [office_pair])) == "untrusted"


def test_the_first_of_the_table_is_the_code(pki, refused):
    stranger = makers.authority("Elsewhere")
    weak = makers.new_key(1024)
    assert refused(issuer=stranger, end=NOW - makers.DAY, key=weak, policy=None) == "expired"
    assert refused(issuer=stranger, key=weak, policy=None) == "untrusted"
    assert refused(key=weak, policy=None) == "not-services"


def test_an_elliptic_key_is_accepted(pki):
    pair = makers.leaf(pki.services, key=ec.generate_private_key(ec.SECP256R1()))
    assert check(makers.p12(pair), store=pki.trust).key_pkcs8


@pytest.mark.parametrize(
    ("left", "warned"),
    [(timedelta(weeks=8, seconds=1), False), (timedelta(weeks=8), True), (timedelta(0), True)],
)
def test_warns_eight_weeks_before_the_end(pki, office_pair, left, warned):
    moment = office_pair.certificate.not_valid_after_utc - left
    examined = examine(office_pair.certificate, (), trust=pki.trust, now=moment)
    assert ("expires-soon" in examined.warnings) is warned


@pytest.mark.parametrize(
    ("serial", "identifier", "warning"),
    [
        ("", "", "no-oin"),
        ("1234", "", "no-oin"),
        ("00000003123456780000", "NTRNL-87654321", "numbers-differ"),
        ("00000003123456780000", "NTRNL-12345678", None),
        ("00000001002308836000", "NTRNL-12345678", None),
    ],
)
def test_warns_of_numbers(pki, serial, identifier, warning):
    certificate = makers.leaf(
        pki.services, serial=serial, identifier=identifier, key=makers_key()
    ).certificate
    found = examine(certificate, (), trust=pki.trust, now=NOW).warnings
    assert [code for code in found if code != "revocation-not-checked"] == ([warning] if warning else [])


@pytest.mark.parametrize(
    ("serial", "oin", "number"),
    [
        ("00000003123456780000", True, "12345678"),
        ("00000003123456780001", True, None),
        ("00000001123456782000", True, None),
        ("00000001123456780000", True, None),
        ("00000004003214345001", True, None),
        ("00000099123456780000", True, None),
        ("12345678", False, None),
        ("000000031234567800000", False, None),
        ("0000000312345678000x", False, None),
        ("0000000312345678000\N{ARABIC-INDIC DIGIT ZERO}", False, None),
    ],
)
def test_numbers(serial, oin, number):
    found = read_numbers(makers.name(serial=serial))
    assert (found.oin, found.trade_register_number) == (serial if oin else None, number)


@pytest.mark.filterwarnings("ignore:Attribute's length must be")
def test_a_name_longer_than_the_standard_allows(pki):
    common = "www.kantoor-met-een-heel-lange-naam-die-niet-past-in-64-posities.example"
    certificate = makers.leaf(pki.services, key=makers_key(), common=common).certificate
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert common in examine(certificate, (), trust=pki.trust, now=NOW).subject


@pytest.mark.parametrize(
    "file", sorted((DATA / "pkioverheid" / "g4-trial").glob("*.p12")), ids=lambda file: file.stem
)
def test_trial_files(file):
    store, data = trust.shipped() + trust.trial(), file.read_bytes()
    if "Authenticity" in file.name:
        assert code(store, data, password="trial", trial=True) == "not-services"
        return
    checked = check(data, password="trial", store=store, trial=True)
    assert (checked.oin, checked.trade_register_number) == ("00000099999999910000", None)
    assert code(store, data, password="trial") == "not-services"
    assert code(trust.shipped(), data, password="trial", trial=True) == "untrusted"


@pytest.mark.parametrize(
    ("file", "moment", "expected"),
    [
        ("lab_api_mijniconnect_nl_899fef34.pem", NOW, ("27322975", "00000003273229750000")),
        ("labtenant1_api_mijniconnect_nl_d272bc11.pem", NOW, ("27322975", "00000003273229750000")),
        ("cs_bedrijven_procesinfrastructuur_nl_7d298c9e.pem", NOW, "expired"),
        ("cs_bedrijven_procesinfrastructuur_nl_7d298c9e.pem", None, (None, "00000004003214345001")),
        ("wsgateway_extern_acc_denhaag_nl_2a1c9e65.pem", NOW, "expired"),
        ("wsgateway_extern_acc_denhaag_nl_2a1c9e65.pem", None, (None, "00000001002308836000")),
        ("preprod_dgp2_procesinfrastructuur_nl_7940a5f4.pem", NOW, "expired"),
        ("preprod_dgp2_procesinfrastructuur_nl_7940a5f4.pem", None, "untrusted"),
    ],
)
def test_real_leaves(file, moment, expected):
    certificate, *others = makers.load_pem(DATA / "pkioverheid" / "leaf" / file)
    moment = moment or certificate.not_valid_before_utc
    try:
        examined = examine(certificate, tuple(others), trust=trust.shipped(), now=moment)
    except problems.CertificateProblem as problem:
        assert problem.code == expected
    else:
        assert (examined.trade_register_number, examined.oin) == expected


def makers_key(made=[]):  # noqa: B006 - one key for all that only look at the certificate
    if not made:
        made.append(makers.new_key())
    return made[0]


def test_a_certificate_that_cannot_be_decoded_is_untrusted(pki, office_pair):
    der = office_pair.certificate.public_bytes(Encoding.DER).replace(
        b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x20", 1
    )
    with pytest.raises(problems.Untrusted):
        examine(x509.load_der_x509_certificate(der), (), trust=pki.trust, now=NOW)
