"""Who gets in, on pages made for this test alone."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from portal.office.access import administrator as administrator_only
from portal.office.access import member, own
from portal.office.models import Membership, OutgoingMail
from tests.people import logged_in


def page(request):
    return HttpResponse(f"{request.office} {request.membership.role}")


def asked_by(user, view):
    request = RequestFactory().get("/instellingen/?q=a")
    request.user = user
    return view(request)


def test_member_knows_office_and_role(staff_member):
    assert asked_by(staff_member, member(page)).content == b"Nextens Demo staff_member"


def test_nextens_administrator_finds_no_page(nextens_administrator):
    with pytest.raises(Http404):
        asked_by(nextens_administrator, member(page))


def test_administrator_page_refuses_staff(staff_member, administrator):
    with pytest.raises(PermissionDenied):
        asked_by(staff_member, administrator_only(page))
    assert asked_by(administrator, administrator_only(page)).status_code == 200


def test_anonymous_goes_to_login_and_comes_back(client):
    response = client.get("/instellingen/kantoorgegevens/?q=a")
    assert response["Location"] == "/inloggen/?next=/instellingen/kantoorgegevens/%3Fq%3Da"


@pytest.fixture
def mail(office):
    return OutgoingMail.objects.create(office=office, dedupe_key="a", message_id="a", recipient="a@b.nl")


def asking(user):
    request = RequestFactory().get("/")
    request.office = user.membership.office
    return request


def test_own_object(administrator, mail):
    assert own(asking(administrator), OutgoingMail, mail.pk) == mail
    assert own(asking(administrator), OutgoingMail.objects.all(), mail.pk) == mail


def test_object_of_another_office_does_not_exist(neighbour_administrator, mail):
    for pk in (mail.pk, uuid4()):
        with pytest.raises(Http404):
            own(asking(neighbour_administrator), OutgoingMail, pk)


@pytest.mark.parametrize("disable", ["user", "office", "membership"])
def test_disabled_is_out_at_the_next_request(client, administrator, disable):
    client.force_login(administrator)
    assert client.get("/instellingen/").status_code == 200
    if disable == "membership":
        Membership.objects.all().delete()
    else:
        row = administrator if disable == "user" else administrator.membership.office
        type(row).objects.filter(pk=row.pk).update(is_active=False)
    response = client.get("/instellingen/")
    assert response["Location"] == "/inloggen/?next=/instellingen/"


def test_expired_session_is_told(client, administrator):
    client.force_login(administrator)
    client.session.flush()
    response = client.get("/instellingen/", follow=True)
    assert "U bent uitgelogd omdat u een tijd niets heeft gedaan." in response.content.decode()


def test_member_page_asks_one_query_for_the_person(client, administrator, django_assert_num_queries):
    client.force_login(administrator)
    with django_assert_num_queries(2):  # the session, and the person with membership and office
        client.get("/instellingen/")


@pytest.mark.parametrize("path", ["/", "/klanten/", "/aangiften/", "/instellingen/account/", "/tools/"])
def test_no_browser_keeps_a_page(administrator, path):
    assert "no-store" in logged_in(administrator).get(path)["Cache-Control"]
