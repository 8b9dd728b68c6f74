"""The office's logo in its mails: small, inside the mail, and never in the way of it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from portal.office import mail_logos, outbox, sending
from portal.office.logos import remove_logo, set_logo
from portal.office.models import OutgoingMail
from portal.office.pictures import MAILED, for_mail, redraw


def png(size=(800, 300), colour=(200, 30, 30, 255)):
    stream = io.BytesIO()
    Image.new("RGBA", size, colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def mailed(office, monkeypatch):
    """Leave a mail to the office, and show it as it would go out."""
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: None)

    def mail(to=office):
        outbox.queue_mail(
            kind="account_changed",
            office=to,
            recipient="naam@kantoor.example",
            dedupe_key="a",
            subject="Uw wachtwoord is gewijzigd",
            context={},
        )
        return sending.message(OutgoingMail.objects.get()).message()

    return mail


def parts(message):
    return {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}


def html_of(message):
    return parts(message)["text/html"].get_payload(decode=True).decode()


def test_logo_comes_along(mailed, office, administrator):
    set_logo(office=office, picture=redraw(png()), by=administrator)
    message = mailed()
    assert message.get_content_type() == "multipart/related"
    image = parts(message)["image/png"]
    assert image["Content-ID"] == "<logo@nextens>"
    assert image.get_content_disposition() == "inline"
    assert '<img src="cid:logo@nextens" alt="Logo van Nextens Demo" width="160" height="60"' in html_of(
        message
    )
    assert len(image.get_payload(decode=True)) < 20_000


def test_small_logo_is_not_shown_larger(mailed, office, administrator):
    set_logo(office=office, picture=redraw(png((90, 30))), by=administrator)
    assert 'width="90" height="30"' in html_of(mailed())


@pytest.mark.parametrize("why", ["none", "removed", "no office", "lost"])
def test_mail_goes_without(mailed, office, administrator, why, monkeypatch):
    if why != "none":
        set_logo(office=office, picture=redraw(png()), by=administrator)
    if why == "removed":
        remove_logo(office=office, by=administrator)
    if why == "lost":
        nothing = Path("/does/not/exist")
        monkeypatch.setattr(mail_logos.default_storage, "open", lambda name: nothing.read_bytes())
    message = mailed(None if why == "no office" else office)
    assert message.get_content_type() == "multipart/alternative"
    assert "<img" not in html_of(message)


def test_text_stays_first(mailed, office, administrator):
    set_logo(office=office, picture=redraw(png()), by=administrator)
    kinds = [part.get_content_type() for part in mailed().walk()]
    assert kinds == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]


def test_name_of_the_office_is_text(mailed, office, administrator):
    office.name = 'A "B" <b>'
    office.save()
    set_logo(office=office, picture=redraw(png()), by=administrator)
    assert 'alt="Logo van A &quot;B&quot; &lt;b&gt;"' in html_of(mailed())


def test_drawn_small_on_white():
    picture = for_mail(png(colour=(0, 0, 0, 0)))
    shown = Image.open(io.BytesIO(picture.png)).convert("RGB")
    assert shown.size == (picture.width, picture.height) == (320, 120)
    assert picture.width <= MAILED[0]
    assert shown.getpixel((5, 5)) == (255, 255, 255)
