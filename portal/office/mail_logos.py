"""The office's logo above its mails: a small picture that travels in the mail, so that nothing is fetched."""

from __future__ import annotations

import logging
from email.mime.image import MIMEImage

from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.utils.html import format_html

from portal.office.models import Office, OfficeLogo
from portal.office.pictures import Picture, for_mail

# where it stands in the HTML of templates/mail/base.html
MARK = "<!--logo-->"
_CID = "logo@nextens"
_TAG = (
    '<img src="cid:{}" alt="Logo van {}" width="{}" height="{}" '
    'style="display:block;margin:24px 0 0 24px;border:0">'
)
_SHOWN = (200, 60)
logger = logging.getLogger("portal.mail")


def put_logo(mail: EmailMultiAlternatives, html: str, office: Office | None) -> str:
    """`html` with the logo that the office has now, which comes along in `mail`; unchanged without one."""
    picture = _picture_of(office)
    if office is None or picture is None:
        return html
    image = MIMEImage(picture.png, "png")
    image.add_header("Content-ID", f"<{_CID}>")
    image.add_header("Content-Disposition", "inline", filename="logo.png")
    mail.mixed_subtype = "related"  # type: ignore[attr-defined]  # of Django's own class, left out of its hints
    mail.attach(image)
    return html.replace(MARK, format_html(_TAG, _CID, office.name, *_shown(picture)))


def _shown(picture: Picture) -> tuple[int, int]:
    """Large ones are drawn twice as fine as they are shown."""
    factor = min(1, _SHOWN[0] / picture.width, _SHOWN[1] / picture.height)
    return max(1, round(picture.width * factor)), max(1, round(picture.height * factor))


def _picture_of(office: Office | None) -> Picture | None:
    # an example's office is not stored
    known = office is not None and not office._state.adding
    row = OfficeLogo.objects.filter(office=office).first() if known else None
    if row is None:
        return None
    try:
        with default_storage.open(row.storage_name) as stored:
            return for_mail(stored.read())
    except Exception as exc:  # a mail without its picture still says what it must
        logger.warning("no logo: %s", type(exc).__name__)
        return None
