"""The demo's files to upload by hand: a certificate of a PKI of its own, and a migration file."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from certificates.demo_pki import make_demo_pki
from migrations_app.migration_file.synthetic import Preset, write_preset

CERTIFICATE_PASSWORD = "demo-geheim"  # noqa: S105  # of a key that nothing outside this demo trusts
TRADE_REGISTER_NUMBER = "12345678"


def make_files(folder: Path, trust: Path) -> None:
    """Write `demo.p12` and `15102021135603.zip` to `folder`, and the CAs that the demo trusts to `trust`."""
    for each in (folder, trust):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    pki = make_demo_pki(
        host="www.nextensdemo.example",
        organisation="Nextens Demo",
        trade_register_number=TRADE_REGISTER_NUMBER,
        password=CERTIFICATE_PASSWORD,
        now=timezone.now(),
    )
    _write(trust / "demo-root.pem", pki.root_pem)
    _write(trust / "demo-services.pem", pki.services_pem)
    _write(folder / "demo.p12", pki.p12)
    draft = folder / "15102021135603.zip.part"
    with draft.open("wb") as out:
        write_preset(out, Preset.STAPPENPLAN, office_number=TRADE_REGISTER_NUMBER)
    draft.replace(folder / "15102021135603.zip")


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.replace(path)
