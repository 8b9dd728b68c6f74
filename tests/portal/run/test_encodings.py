"""A charset on a form changes nothing."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "nonsense"])
def test_form_is_read_as_utf8(charset):
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/inloggen/").context["csrf_token"]

    answer = browser.generic(
        "POST",
        "/inloggen/",
        f"csrfmiddlewaretoken={token}&login=%C3%A9%40x.example&password=",
        f"application/x-www-form-urlencoded; charset={charset}",
    )

    assert answer.status_code == 200
    assert answer.context["form"]["login"].value() == "é@x.example"
