"""Adds an authority to those that this installation trusts, after showing which it is."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management.base import BaseCommand, CommandError

from certificates import trust, trusted
from certificates.pkioverheid import readable


class Command(BaseCommand):
    help = "trust_certificate add FILE: toont de vingerafdruk, vraagt, en vertrouwt daarna de CA."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["add"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for certificate in _read(options["file"]):
            self._show(certificate)
            if input("Vertrouwen? Typ ja: ").strip().lower() == "ja":
                self.stdout.write(f"Toegevoegd: {_keep(certificate)}")
            else:
                self.stdout.write("Niet toegevoegd.")

    def _show(self, certificate: x509.Certificate) -> None:
        kind = "stamcertificaat" if trust.is_self_signed(certificate) else "tussencertificaat"
        self.stdout.write(f"Soort: {kind}")
        self.stdout.write(f"Verleend aan: {readable(certificate.subject)}")
        self.stdout.write(f"Uitgegeven door: {readable(certificate.issuer)}")
        self.stdout.write(f"Geldig t/m: {certificate.not_valid_after_utc:%d-%m-%Y}")
        self.stdout.write(f"SHA-256: {trust.fingerprint(certificate)}")


def _read(file: Path) -> list[x509.Certificate]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    try:
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
        if all(_is_authority(certificate) for certificate in found):
            return found
    except ValueError as error:
        raise CommandError(f"{file} bevat geen certificaat in PEM of DER.") from error
    raise CommandError(f"{file} bevat een certificaat dat niet van een CA is.")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _keep(certificate: x509.Certificate) -> Path:
    folder = trusted.folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{trust.fingerprint(certificate)}.pem"
    draft = path.with_suffix(".part")
    draft.write_bytes(certificate.public_bytes(Encoding.PEM))
    draft.replace(path)
    return path
