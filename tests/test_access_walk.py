"""Every address of the portal, asked by everybody. A new address fails here until it has a row.

A row says what each of five people gets from a GET. Rows whose address names an object also need a maker,
which makes that object for the office of `staff_member` and `administrator`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from PIL import Image

from certificates.models import Certificate
from migrations_app.models import ImportType, MigrationJob, Status, Upload
from portal.office.logos import set_logo
from portal.office.models import Scope
from portal.office.pictures import redraw
from portal.office.tokens import create_token
from tests.people import logged_in
from tests.portal.dossiers import rows

PEOPLE = (None, "staff_member", "neighbour_administrator", "administrator", "nextens_administrator")


@dataclass(frozen=True)
class Row:
    """`ok` 200, `login` to the login page, `away` to another page, else the status itself."""

    anonymous: str
    staff_member: str
    neighbour_administrator: str
    administrator: str
    nextens_administrator: str


PUBLIC = Row("ok", "ok", "ok", "ok", "ok")
# for who is logged in the login page leads on
ENTRANCE = Row("ok", "away", "away", "away", "away")
OFFICE = Row("login", "ok", "ok", "ok", "404")
# one's own, whoever one is
ACCOUNT = Row("login", "ok", "ok", "ok", "ok")
# the same, behind a page that asks for the password once more
PASSWORD_AGAIN = Row("login", "away", "away", "away", "away")
POST_ONLY = Row("405", "405", "405", "405", "405")
FOR_ADMINISTRATORS = Row("login", "403", "ok", "ok", "404")
# a session opens nothing here: a token does
API = Row("401", "401", "401", "401", "401")
# it exists only for its own office
OWN = Row("login", "ok", "404", "ok", "404")
# it exists only for its own office, and there for its kantoorbeheerder
FOR_OWN_ADMINISTRATOR = Row("login", "403", "404", "ok", "404")
# its page answers with another page: a document that cannot be read, a question that is no longer open
OWN_AWAY = Row("login", "away", "404", "away", "404")

ROWS = {
    # roof
    "": Row("login", "ok", "ok", "ok", "away"),
    "health/live": PUBLIC,
    "health/ready": PUBLIC,
    "api/v1/": PUBLIC,
    "api/v1/schema/": PUBLIC,
    "api/v1/office/": API,
    "tools/": OFFICE,
    "tools/certificaat/": OFFICE,
    "tools/migratiebestand/": OFFICE,
    # a token opens it, or a name of loopback, which none of these asks
    "metrics": Row("404", "404", "404", "404", "404"),
    # office
    "inloggen/": ENTRANCE,
    "uitloggen/": Row("login", "ok", "ok", "ok", "ok"),
    "wachtwoord-vergeten/": PUBLIC,
    "wachtwoord-vergeten/verzonden/": PUBLIC,
    "wachtwoord-vergeten/klaar/": PUBLIC,
    "wachtwoord-vergeten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": PUBLIC,
    "admin/login/": Row("login", "404", "404", "404", "login"),
    "instellingen/": OFFICE,
    "inloggen/tweede-stap/": Row("login", "away", "away", "away", "away"),
    "uitnodiging/": PUBLIC,
    "e-mailadres-bevestigen/": PUBLIC,
    "sessie/": PUBLIC,
    "sessie/verlengen/": POST_ONLY,
    "instellingen/account/": ACCOUNT,
    "instellingen/account/wachtwoord/": ACCOUNT,
    "instellingen/account/e-mailadres/": PASSWORD_AGAIN,
    "instellingen/account/sessies/": ACCOUNT,
    "instellingen/account/bevestigen/": ACCOUNT,
    "instellingen/account/tweestapsverificatie/": ACCOUNT,
    # who has an app already is led to where it can be removed
    "instellingen/account/tweestapsverificatie/app/": PASSWORD_AGAIN,
    "instellingen/account/tweestapsverificatie/passkey/": PASSWORD_AGAIN,
    "instellingen/account/tweestapsverificatie/herstelcodes/": Row("login", "404", "404", "404", "404"),
    "instellingen/account/tweestapsverificatie/herstelcodes/nieuw/": POST_ONLY,
    "instellingen/account/tweestapsverificatie/verwijderen/": PASSWORD_AGAIN,
    "instellingen/gebruikersbeheer/": FOR_ADMINISTRATORS,
    "instellingen/gebruikersbeheer/uitnodigen/": FOR_ADMINISTRATORS,
    "instellingen/gebruikersbeheer/<uuid:pk>/": Row("login", "403", "404", "ok", "404"),
    "instellingen/kantoorgegevens/": OFFICE,
    "instellingen/mijn-producten/": OFFICE,
    "instellingen/mijn-logos/": OFFICE,
    "instellingen/mijn-logos/logo.png": OWN,
    "instellingen/mijn-logos/verwijder/": Row("login", "403", "405", "405", "404"),
    "instellingen/logboek/": FOR_ADMINISTRATORS,
    "instellingen/logboek/logboek.csv": FOR_ADMINISTRATORS,
    "instellingen/koppelingen/": FOR_ADMINISTRATORS,
    "instellingen/koppelingen/<uuid:pk>/intrekken/": Row("login", "403", "404", "ok", "404"),
    "help/": PUBLIC,
    # dossiers
    "klanten/": OFFICE,
    "klanten/<uuid:pk>/": OWN,
    "aangiften/": OFFICE,
    "aangiften/<uuid:pk>/": OWN,
    "aangiften/<uuid:pk>/ontgrendelen/": OWN,
    "aangiften/<uuid:pk>/document/": OWN_AWAY,
    "serviceberichten/": OFFICE,
    "serviceberichten/<uuid:pk>/document/": OWN_AWAY,
    "uitstelregelingen/": OFFICE,
    "fiscale-kaarten/": OFFICE,
    "fiscale-kaarten/<uuid:pk>/document/": OWN_AWAY,
    "verantwoordelijkheden/": OFFICE,
    # certificates
    "instellingen/certificaten/": OFFICE,
    "instellingen/certificaten/upload/": OFFICE,
    "instellingen/certificaten/<uuid:pk>/": OWN,
    "instellingen/certificaten/<uuid:pk>/maak-actief/": OWN,
    "instellingen/certificaten/<uuid:pk>/maak-inactief/": OWN,
    "instellingen/certificaten/<uuid:pk>/verwijder/": Row("login", "403", "404", "ok", "404"),
    "api/v1/certificates/": API,
    "api/v1/certificates/<uuid:pk>/": API,
    "api/v1/certificates/<uuid:pk>/activate/": API,
    "api/v1/certificates/<uuid:pk>/deactivate/": API,
    # migrations
    "api/v1/migrations/": API,
    "api/v1/migrations/<uuid:pk>/": API,
    "api/v1/migrations/<uuid:pk>/report/": API,
    "api/v1/migrations/<uuid:pk>/problems/": API,
    "api/v1/migrations/<uuid:pk>/cancel/": API,
    "instellingen/migratie/": OFFICE,
    "instellingen/migratie/stand/": OFFICE,
    "instellingen/migratie/nieuw/": OFFICE,
    "instellingen/migratie/nieuw/importtype/": OFFICE,
    # the page before it comes first
    "instellingen/migratie/nieuw/bestand/bekend/": POST_ONLY,
    "instellingen/migratie/nieuw/bestand/": Row("login", "away", "away", "away", "404"),
    "instellingen/migratie/<uuid:pk>/": OWN,
    "instellingen/migratie/<uuid:pk>/verslag.csv": OWN,
    "instellingen/migratie/<uuid:pk>/regels/": OWN,
    "instellingen/migratie/<uuid:pk>/verslag.pdf": OWN,
    # its job has no file any more
    "instellingen/migratie/<uuid:pk>/mislukt.zip": Row("login", "404", "404", "404", "404"),
    "instellingen/migratie/<uuid:pk>/probeer-opnieuw/": OWN,
    "instellingen/migratie/<uuid:pk>/bestand-vernietigen/": OWN,
    "instellingen/migratie/<uuid:pk>/ongedaan-maken/": FOR_OWN_ADMINISTRATOR,
    "instellingen/migratie/<uuid:pk>/ongedaan-maken/stand/": FOR_OWN_ADMINISTRATOR,
    # nobody has asked for its list
    "instellingen/migratie/<uuid:pk>/ongedaan-maken/verdwijnt/": Row("login", "403", "404", "404", "404"),
    "instellingen/migratie/<uuid:pk>/ongedaan-maken/blijft/": Row("login", "403", "404", "404", "404"),
    "instellingen/migratie/<uuid:pk>/voortgang/": OWN,
    "instellingen/migratie/<uuid:pk>/voortgang/stand/": OWN,
    # before the check and after the end another page has it
    "instellingen/migratie/<uuid:pk>/controle/": OWN_AWAY,
    "instellingen/migratie/<uuid:pk>/controle.csv": OWN,
    "instellingen/migratie/<uuid:pk>/opnieuw/": OWN_AWAY,
    "instellingen/migratie/<uuid:pk>/annuleren/": OWN,
    # tus: whoever made it and nobody else, and nothing of it by GET
    "uploads/": Row("401", "405", "405", "405", "404"),
    "uploads/<uuid:pk>/": Row("401", "405", "404", "404", "404"),
}


def client_of(office):
    return rows.ClientFactory.create(office=office).pk


def return_of(office):
    return _with_document(rows.ReturnFactory, office)


def message_of(office):
    return _with_document(rows.MessageFactory, office)


def card_of(office):
    return _with_document(rows.CardFactory, office)


def _with_document(record_factory, office):
    document = rows.document_row(office)
    document.save()
    return record_factory(client__office=office, document=document).pk


def person_of(office):
    return office.memberships.first().user.pk


def job_of(office):
    return MigrationJob.objects.create(
        office=office,
        reference="MIG-2026-0042",
        status=Status.COMPLETED,
        import_type=ImportType.COMBINED,
        file_name="15102021135603.zip",
        created_by=office.memberships.first().user,
        checked_at=timezone.now(),
        finished_at=timezone.now(),
    ).pk


def upload_of(office):
    return Upload.objects.create(
        office=office,
        created_by=office.memberships.first().user,
        expires_at=timezone.now() + timedelta(days=1),
        file_name="15102021135603.zip",
        length=5,
        wrapped_key=b"-",
        import_type=ImportType.COMBINED,
        default_message_status="Ongeopend",
    ).pk


def certificate_of(office):
    leaf = next(Path("tests/data/pkioverheid/leaf").glob("*.pem")).read_bytes()
    own = x509.load_pem_x509_certificate(leaf)
    return Certificate.objects.create(
        office=office,
        subject="kantoor.example",
        fingerprint=own.fingerprint(hashes.SHA256()).hex(),
        not_valid_before=own.not_valid_before_utc,
        not_valid_after=own.not_valid_after_utc,
        certificate_der=own.public_bytes(Encoding.DER),
        chain_pem=leaf.decode(),
        sealed_key=b"-",
        uploaded_by=office.memberships.first().user,
    ).pk


def token_of(office):
    by = office.memberships.first().user
    return create_token(office=office, name="Proef", scopes=list(Scope), expires_at=None, by=by)[0].pk


def logo_of(office):
    set_logo(office=office, picture=_picture(), by=office.memberships.first().user)


def _picture():
    file = BytesIO()
    Image.new("RGB", (160, 48), "#0b6bb8").save(file, "PNG")
    return redraw(file.getvalue())


# the longest beginning of an address decides who makes its object
MAKERS = {
    "instellingen/mijn-logos/logo.png": logo_of,
    "instellingen/koppelingen/<uuid:pk>/": token_of,
    "klanten/<uuid:pk>/": client_of,
    "aangiften/<uuid:pk>/": return_of,
    "serviceberichten/<uuid:pk>/": message_of,
    "fiscale-kaarten/<uuid:pk>/": card_of,
    "instellingen/certificaten/<uuid:pk>/": certificate_of,
    "api/v1/certificates/<uuid:pk>/": certificate_of,
    "instellingen/gebruikersbeheer/<uuid:pk>/": person_of,
    "instellingen/migratie/<uuid:pk>/": job_of,
    "api/v1/migrations/<uuid:pk>/": job_of,
    "uploads/<uuid:pk>/": upload_of,
}


def patterns(resolver=None, before=""):
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern).strip("^$")
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from patterns(one, route)


def is_administration(route):
    return route.startswith("admin/") and route != "admin/login/"


def outcome(response):
    if response.status_code == 302:
        return "login" if response["Location"].startswith("/inloggen/") else "away"
    return "ok" if response.status_code == 200 else str(response.status_code)


def address(route, pk):
    path = re.sub(r"<uuid:\w+>", str(pk), route)
    return "/" + path.replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "abc-def")


def test_every_address_has_a_row_and_every_row_an_address():
    routes = {route for route in patterns() if not is_administration(route)}
    assert routes == set(ROWS)


def test_every_object_has_a_maker():
    without = [route for route in ROWS if "<uuid:" in route and not any(map(route.startswith, MAKERS))]
    assert without == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person or "anonymous")
@pytest.mark.parametrize("route", ROWS)
def test_walk(request, staff_member, office, route, person):
    make = next((make for start, make in MAKERS.items() if route.startswith(start)), None)
    path = address(route, make(office) if make else None)
    browser = logged_in(request.getfixturevalue(person) if person else None)
    assert outcome(browser.get(path)) == getattr(ROWS[route], person or "anonymous")


@pytest.mark.parametrize("disabled", ["user", "office"])
def test_who_is_disabled_is_nobody_at_the_next_request(administrator, office, disabled):
    browsers = {route: logged_in(administrator) for route in ROWS}
    row = administrator if disabled == "user" else office
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    for route, browser in browsers.items():
        assert outcome(browser.get(address(route, UUID(int=1)))) == ROWS[route].anonymous, route


@pytest.mark.parametrize("person", PEOPLE[:-1], ids=lambda person: person or "anonymous")
def test_administration_is_for_nextens_administrators(request, office, person):
    browser = logged_in(request.getfixturevalue(person) if person else None)
    routes = [route for route in patterns() if is_administration(route)]
    assert len(routes) > 20
    for route in routes:
        response = browser.get("/" + re.sub(r"<[^>]+>|\(\?P<\w+>.*?\)", "1", route), follow=True)
        assert response.status_code == 404 or response.request["PATH_INFO"] == "/inloggen/", route


def test_administration_works(nextens_administrator):
    browser = logged_in(nextens_administrator)
    lists = [route for route in patterns() if re.fullmatch(r"admin/\w+/\w+/(add/)?", route)]
    assert len(lists) > 8
    for route in lists:
        # a list of one row leads to the row
        assert outcome(browser.get("/" + route, follow=True)) in {"ok", "403"}, route


def test_ids_that_do_not_exist_are_as_those_of_others(administrator):
    nobody = UUID(int=1)
    for route in MAKERS:
        expected = 401 if ROWS.get(route) == API else 404
        assert logged_in(administrator).get(address(route, nobody)).status_code == expected
