"""A call with a key is done once; two at once, another body, a day later, a process that died."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from portal.office import idempotency
from portal.office.models import IdempotentCall, OfficeLogo
from portal.office.problems import Refusal
from portal.office.tasks import forget_old

NOW = timezone.now()


def asked(key="sleutel", **body):
    plain = APIRequestFactory().post("/api/v1/x/", body, format="json", headers={"Idempotency-Key": key})
    return Request(plain, parsers=[JSONParser()])


@pytest.fixture
def act():
    """Counts how often it was done."""
    done = []

    def do():
        done.append(None)
        return Response({"number": len(done)}, status=201, headers={"Location": "/x/1/"})

    do.done = done
    return do


def code(office, request, act):
    with pytest.raises(Refusal) as refused:
        idempotency.once(request, office, act)
    return refused.value.status_code, refused.value.get_codes()


def test_second_call_gets_the_first_answer(office, act):
    first, second = (idempotency.once(asked(a=1, b=[2]), office, act) for _ in range(2))
    assert (second.status_code, second.data, second["Location"]) == (201, first.data, "/x/1/")
    assert second["Idempotent-Replayed"] == "true"
    assert len(act.done) == 1


def test_another_body_is_refused(office, act):
    idempotency.once(asked(a=1), office, act)
    assert code(office, asked(a=2), act) == (422, "idempotency-key-reused")


def test_key_is_the_offices_own(office, neighbour, act):
    idempotency.once(asked(), office, act)
    assert idempotency.once(asked(), neighbour, act).data == {"number": 2}


def test_while_the_first_is_dealt_with(office, act):
    def meanwhile():
        assert code(office, asked(), act) == (409, "idempotency-key-in-use")
        return act()

    idempotency.once(asked(), office, meanwhile)
    assert len(act.done) == 1


def test_refused_call_may_be_repeated(office, act):
    def refuse():
        raise Refusal("no", "Nee.")

    assert code(office, asked(), refuse) == (400, "no")
    assert idempotency.once(asked(), office, act).data == {"number": 1}


def test_act_whose_answer_cannot_be_kept_is_not_done(office, administrator, act):
    """Somebody else took the key over, because this one took longer than a lease."""

    def slow():
        OfficeLogo.objects.create(
            office=office, storage_name="x", width=1, height=1, uploaded_by=administrator
        )
        IdempotentCall.objects.all().delete()
        return act()

    assert code(office, asked(), slow) == (409, "idempotency-key-in-use")
    assert not OfficeLogo.objects.exists()


def test_process_that_died_gives_its_key_back(office, act):
    def die():
        raise SystemExit

    with pytest.raises(SystemExit), transaction.atomic():
        idempotency.once(asked(), office, die)
    idempotency._take(office, "sleutel", idempotency._digest(asked()))
    assert code(office, asked(), act)[0] == 409
    IdempotentCall.objects.update(taken_at=NOW - idempotency.LEASE - dt.timedelta(seconds=9))
    assert idempotency.once(asked(), office, act).data == {"number": 1}


def test_key_counts_for_a_day(office, act):
    idempotency.once(asked(), office, act)
    IdempotentCall.objects.update(taken_at=NOW - idempotency.KEPT - dt.timedelta(seconds=9))
    assert idempotency.once(asked(b=1), office, act).data == {"number": 2}
    IdempotentCall.objects.update(taken_at=NOW - idempotency.KEPT - dt.timedelta(seconds=9))
    forget_old()
    assert not IdempotentCall.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "sleutél", "a\tb"])
def test_impossible_keys(office, act, key):
    assert code(office, asked(key), act) == (400, "idempotency-key-invalid")


def test_without_a_key_everything_is_done(office, act):
    request = Request(APIRequestFactory().post("/", {}, format="json"), parsers=[JSONParser()])
    idempotency.once(request, office, act)
    assert idempotency.once(request, office, act).data == {"number": 2}


@pytest.mark.parametrize("wrong", [{"status": 404, "body": {}}, {"status": 201, "body": None}])
def test_database_keeps_whole_answers_only(office, act, wrong):
    idempotency.once(asked(), office, act)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdempotentCall.objects.update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(office, act):
    ready, statuses = threading.Barrier(6), []

    def call():
        ready.wait()
        try:
            statuses.append(idempotency.once(asked(), office, act).status_code)
        except Refusal as refused:
            statuses.append(refused.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(act.done) == 1
    assert set(statuses) <= {201, 409}
