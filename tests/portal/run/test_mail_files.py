"""Each mail a file."""

import stat
from email import message_from_bytes, policy

from django.core.mail import EmailMultiAlternatives, get_connection


def test_a_mail_is_one_whole_file(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "mail"
    mail = EmailMultiAlternatives("Migratie gereed", "tekst €", to=["a@example.nl"])
    mail.attach_alternative("<p>html</p>", "text/html")
    sent = get_connection("portal.run.mail_files.EmailBackend").send_messages([mail, mail])
    files = list(settings.MAIL_DIR.iterdir())
    assert sent == 2
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    read = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert read["subject"] == "Migratie gereed"
    assert read.get_body(("plain",)).get_content() == "tekst €"
