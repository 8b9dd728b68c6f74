"""certificates.pkcs12: files of every kind of program, files made by hand, and files that mean harm."""

import struct
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from asn1crypto import core, pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates import problems
from certificates.pkcs12 import MAX_ROUNDS, child, open_pkcs12, opening, read_structure
from tests.certificates import handmade
from tests.certificates import pki as makers
from tests.certificates.pki import DATA, PASSWORD


@pytest.fixture(scope="session")
def folder(tmp_path_factory, office_pair):
    """Key and certificate as PEM, for the programs of the machine."""
    folder = tmp_path_factory.mktemp("p12")
    pem = office_pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "cert.pem").write_bytes(office_pair.pem)
    return folder


@pytest.fixture
def openssl(folder, tmp_path):
    """A .p12 made by the openssl program with these options."""

    def make(*options, password=PASSWORD):
        target = tmp_path / "made.p12"
        command = ["openssl", "pkcs12", "-export", "-inkey", folder / "key.pem", "-in", folder / "cert.pem"]
        command += ["-out", target, "-passout", f"pass:{password}", *options]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return target.read_bytes()

    return make


@pytest.fixture
def keytool(tmp_path):
    """A keystore of Java's keytool with a key pair for each alias."""
    store = tmp_path / "made.p12"

    def make(*aliases, options=(), password="geheim1"):
        for alias in aliases:
            command = [
                "keytool",
                *options,
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "RSA",
                "-storetype",
                "PKCS12",
            ]
            command += ["-keystore", store, "-storepass", password, "-dname", "CN=Kantoor"]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        return store.read_bytes()

    return make


def code(data, password=PASSWORD, **arguments):
    with pytest.raises(problems.CertificateProblem) as caught:
        open_pkcs12(data, password, **arguments)
    return caught.value.code


def opens(data, pair, password=PASSWORD):
    opened = open_pkcs12(data, password)
    return opened.certificate == handmade.der(pair) and (
        makers.private_key(opened.key_pkcs8).public_key() == pair.certificate.public_key()
    )


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC", "-macalg", "sha512"),
        ("-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40"),
        ("-legacy", "-keypbe", "PBE-SHA1-RC2-128", "-certpbe", "PBE-SHA1-RC2-128"),
        ("-legacy", "-keypbe", "PBE-SHA1-2DES", "-certpbe", "PBE-SHA1-RC4-128"),
        ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-legacy", "-keypbe", "DES-EDE3-CBC", "-certpbe", "RC2-CBC"),
        ("-keypbe", "NONE", "-certpbe", "NONE"),
        ("-keypbe", "AES-256-CBC", "-certpbe", "NONE", "-iter", "100000"),
        ("-macalg", "sha384", "-nomaciter"),
    ],
    ids=" ".join,
)
def test_files_of_openssl(openssl, office_pair, options):
    assert opens(openssl(*options), office_pair)


@pytest.mark.parametrize("password", ["geheim", "gëheim€", "пароль", "🔑🔑", "a b\tc", "'\"\\$", "x" * 100])
@pytest.mark.parametrize("options", [(), ("-legacy",)], ids=["aes", "legacy"])
def test_passwords_of_every_script(openssl, office_pair, password, options):
    assert opens(openssl(*options, password=password), office_pair, password)


@pytest.mark.parametrize("file", sorted((DATA / "p12").glob("*.p*")), ids=lambda file: file.name[26:])
def test_files_of_windows_macos_and_firefox(file):
    opened = open_pkcs12(file.read_bytes(), "password")
    certificate = x509.load_der_x509_certificate(opened.certificate)
    assert makers.private_key(opened.key_pkcs8).public_key() == certificate.public_key()
    assert code(file.read_bytes(), "Password") == "wrong-password"


@pytest.mark.parametrize("options", [(), ("-J-Dkeystore.pkcs12.legacy",)], ids=["new", "legacy"])
def test_files_of_java(keytool, options):
    assert open_pkcs12(keytool("kantoor", options=options), "geheim1").others == ()


def test_several_keys_of_java(keytool):
    assert code(keytool("een", "twee"), "geheim1") == "several-keys"


def test_a_truststore_of_java_holds_no_key(folder, tmp_path):
    store = tmp_path / "trust.p12"
    command = ["keytool", "-importcert", "-noprompt", "-file", folder / "cert.pem", "-storetype", "PKCS12"]
    subprocess.run(
        [*command, "-keystore", store, "-storepass", "geheim1"], check=True, capture_output=True, timeout=60
    )
    assert code(store.read_bytes(), "geheim1") == "no-key"


def test_pieces_that_are_missing(openssl):
    assert code(openssl("-nokeys")) == "no-key"
    assert code(openssl("-nocerts")) == "no-certificate"


def test_no_integrity_check(openssl):
    assert code(openssl("-nomac")) == "not-protected"
    assert code(openssl("-nomac"), "fout") == "not-protected"
    assert code(openssl("-nomac"), "") == "wrong-password"


def test_key_and_certificate_of_different_pairs(pki):
    key = handmade.shrouded_bag(pki.root, PASSWORD)
    data = handmade.file(handmade.data_part(key, handmade.certificate_bag(pki.services)))
    assert code(data) == "key-mismatch"


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_pbmac1(office_pair, hash_name):
    bags = handmade.shrouded_bag(office_pair, PASSWORD), handmade.certificate_bag(office_pair)
    data = handmade.file(handmade.data_part(*bags), hash_name=hash_name)
    assert opens(data, office_pair)
    assert code(data, "fout") == "wrong-password"
    assert read_structure(data).rounds == 4_000


def test_several_keys_in_one_part_in_two_or_nested(office_pair, pki):
    one, certificate = handmade.shrouded_bag(office_pair, PASSWORD), handmade.certificate_bag(office_pair)
    two = handmade.key_bag(pki.root)
    for parts in (
        [handmade.data_part(one, two, certificate)],
        [handmade.data_part(one, certificate), handmade.data_part(two)],
        [handmade.data_part(handmade.nested_bag(one, two), certificate)],
    ):
        assert code(handmade.file(*parts)) == "several-keys"


def test_everything_encrypted_in_one_part(office_pair):
    bags = handmade.key_bag(office_pair), handmade.certificate_bag(office_pair)
    assert opens(handmade.file(handmade.encrypted_part(PASSWORD, *bags)), office_pair)


def test_the_key_under_another_password(office_pair):
    bags = handmade.shrouded_bag(office_pair, "anders"), handmade.certificate_bag(office_pair)
    assert code(handmade.file(handmade.data_part(*bags))) == "wrong-password"


def rounds_file(where, rounds, office_pair):
    said = {name: rounds if name == where else None for name in ("mac", "key", "certificates")}
    key = handmade.shrouded_bag(office_pair, PASSWORD, said_rounds=said["key"])
    sealed = handmade.encrypted_part(
        PASSWORD, handmade.certificate_bag(office_pair), said_rounds=said["certificates"]
    )
    return handmade.file(handmade.data_part(key), sealed, said_rounds=said["mac"])


@pytest.mark.parametrize("where", ["mac", "key", "certificates"])
@pytest.mark.parametrize("rounds", [2**31 - 1, 2**63, MAX_ROUNDS, 0, -1])
def test_rounds_out_of_bounds_are_refused_before_any_is_done(office_pair, where, rounds, monkeypatch):
    monkeypatch.setattr(opening, "_run", lambda *arguments: pytest.fail("a process was started"))
    assert code(rounds_file(where, rounds, office_pair)) == "unreadable"


def test_rounds_of_the_classic_mac(openssl):
    file = pkcs12.Pfx.load(openssl("-nomaciter", "-macalg", "sha1"))
    file["mac_data"]["iterations"] = 2**31 - 1
    assert code(file.dump(force=True)) == "unreadable"


def test_rounds_hidden_inside_an_encrypted_part_hold_up_nobody(office_pair):
    hidden = handmade.shrouded_bag(office_pair, PASSWORD, said_rounds=2**31 - 1)
    data = handmade.file(handmade.encrypted_part(PASSWORD, hidden, handmade.certificate_bag(office_pair)))
    start = time.perf_counter()
    assert code(data, seconds=1) == "unreadable"
    assert time.perf_counter() - start < 60  # all rounds would take hours
    assert not [p for p in psutil.Process().children() if str(child.__file__) in p.cmdline()]


def test_the_child_ends_itself_when_nobody_waits(office_pair):
    hidden = handmade.shrouded_bag(office_pair, PASSWORD, said_rounds=2**31 - 1)
    data = handmade.file(handmade.encrypted_part(PASSWORD, hidden, handmade.certificate_bag(office_pair)))
    asked = struct.pack(">II", 1, len(PASSWORD)) + PASSWORD.encode() + data
    ended = subprocess.run(
        [sys.executable, "-I", child.__file__], input=asked, capture_output=True, timeout=30
    )
    assert ended.returncode < 0
    assert ended.stdout == b""


@pytest.mark.parametrize("cut", [1, 10, 100, 1_000, 2_000])
def test_truncated(office_p12, cut):
    assert code(office_p12[:-cut]) == "unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"0",
        b"0\x80",
        b"0\x80\0\0",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x03\x02\x01\x03",
        b"\x1f" * 50,
        b"\x04\x80\0\0",
        b"0\x80" * 50_000 + b"\0\0" * 50_000,
        b"$\x80" * 400 + b"\0\0" * 400,
        core.SequenceOf([core.Integer(1)] * 25_000, spec=core.Integer).dump(),
        b"PK\x03\x04" + bytes(500),
    ],
    ids=range(12),
)
def test_nonsense(data):
    assert code(data) == "unreadable"


def test_bytes_after_the_end(office_p12):
    assert code(office_p12 + b"\0") == "unreadable"


def test_safe_contents_nested_too_deep(office_pair):
    bag = handmade.key_bag(office_pair)
    for _ in range(5):
        bag = handmade.nested_bag(bag)
    assert code(handmade.file(handmade.data_part(bag))) == "unreadable"


def test_more_certificates_than_a_path_can_have(office_pair, pki):
    bags = [handmade.certificate_bag(makers.forged(pki.root))] * 40
    data = handmade.file(
        handmade.data_part(handmade.key_bag(office_pair), handmade.certificate_bag(office_pair), *bags)
    )
    assert code(data) == "unreadable"


def test_a_part_sealed_for_a_public_key(office_pair):
    data = pkcs12.Pfx.load(handmade.file(handmade.data_part(handmade.key_bag(office_pair))))
    data["auth_safe"] = {"content_type": "digested_data", "content": None}
    with pytest.raises(problems.Unreadable):
        read_structure(data.dump(force=True))


def test_algorithms_nobody_knows(openssl, office_pair):
    assert code(openssl("-keypbe", "ARIA-256-CBC")) == "unreadable"
    assert (
        code(handmade.file(handmade.data_part(), hash_name="sha256").replace(b"\x02\x09", b"\x02\x7f"))
        == "unreadable"
    )


def test_password_and_key_stay_out_of_arguments_and_environment(office_p12, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of-the-portal")
    seen = {}
    real = subprocess.Popen

    def spy(command, **options):
        seen.update(command=command, **options)
        return real(command, **options)

    monkeypatch.setattr(opening.subprocess, "Popen", spy)
    open_pkcs12(office_p12, PASSWORD)
    assert PASSWORD not in " ".join(map(str, seen["command"]))
    assert "SECRET_KEY" not in seen["env"]
    assert PASSWORD not in seen["env"].values()


def test_a_child_that_dies_is_an_unreadable_file(office_p12, tmp_path, monkeypatch):
    for script in (
        "import os; os.abort()",
        "import sys; print('O', end=''); sys.exit(3)",
        "print('nonsense')",
        "raise BaseException",
    ):
        (tmp_path / "child.py").write_text(script)
        monkeypatch.setattr(opening, "_CHILD", tmp_path / "child.py")
        assert code(office_p12) == "unreadable"


def test_the_library_words_a_wrong_password_as_we_expect(office_p12):
    assert child._open(office_p12, b"fout") == child.WRONG_PASSWORD
    assert child._open(b"0\0", b"fout") == child.UNREADABLE


def test_the_child_needs_no_module_of_ours():
    assert "certificates" not in [line.split()[1] for line in _imports(Path(child.__file__))]


def _imports(path):
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line.startswith(("import ", "from "))]
