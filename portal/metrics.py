"""/metrics for Prometheus: requests as the web processes counted them, and work as the database has it."""

from __future__ import annotations

import datetime as dt
import hmac
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from certificates.checking import EXPIRES_SOON
from certificates.models import Certificate
from migrations_app import alarms, queue
from migrations_app.models import MigrationJob, QueuePause, Status
from portal.office.models import OutgoingMail
from portal.office.models.mail import MailState

PATH = "/metrics"
# the beginning of headers that a proxy adds, as WSGI calls them
_OF_PROXIES = ("HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
# about the budgets of the pages, in seconds
_BUCKETS = (0.05, 0.1, 0.15, 0.3, 1.0, 5.0)
_METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
REQUESTS = Counter("portal_requests", "Requests by view.", ("view", "method", "status"), registry=None)
SECONDS = Histogram(
    "portal_request_seconds", "Time until the answer, by view.", ("view",), buckets=_BUCKETS, registry=None
)


class RequestMetrics:
    """Counts each request by the name of its view: an address would tell which object was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - started)
        return response


class MetricsForWhoMayReadThem:
    """Whatever host they ask: on this machine it is loopback, which no server has to allow for its pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != PATH or not _may_read(request):
            return self.get_response(request)
        request.resolver_match = resolve(PATH)
        return metrics(request)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine itself, and for who has the token; for anybody else there is nothing here."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it adds itself
    registry.register(Work())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Work(Collector):
    """What waits and what is due, counted when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        yield _by("portal_jobs", "Migrations by status.", "status", _jobs())
        yield GaugeMetricFamily(
            "portal_oldest_due_job_seconds", "How long the migration whose turn it is waits.", _oldest_due()
        )
        yield GaugeMetricFamily(
            "portal_late_jobs", "Migrations that are not done on the promised day.", alarms.late().count()
        )
        yield GaugeMetricFamily(
            "portal_queue_paused", "1 while an administrator keeps the queue paused.", _is_paused()
        )
        yield _by("portal_mails", "Mails in the outbox by state.", "state", _mails())
        yield GaugeMetricFamily(
            "portal_certificates_expiring", "Active certificates that end within eight weeks.", _expiring()
        )


def _by(name: str, text: str, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _jobs() -> dict[str, int]:
    counted = MigrationJob.objects.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(counted)


def _oldest_due() -> float:
    since: dt.datetime | None = queue.due().aggregate(since=Min("start_after"))["since"]
    return (queue.read_clock() - since).total_seconds() if since else 0.0


def _is_paused() -> int:
    return int(QueuePause.objects.exists())


def _mails() -> dict[str, int]:
    # those that went out are only ever more, and counting them takes longer and longer
    waiting = (MailState.WAITING, MailState.FAILED)
    rows = OutgoingMail.objects.filter(state__in=waiting).order_by()
    counted = dict(rows.values_list("state").annotate(Count("pk")))
    return {state.value: counted.get(state, 0) for state in waiting}


def _expiring() -> int:
    soon = timezone.now() + EXPIRES_SOON
    return Certificate.objects.filter(is_active=True, not_valid_after__lte=soon).count()


def _may_read(request: HttpRequest) -> bool:
    return _is_local(request) or _has_token(request)


def _is_local(request: HttpRequest) -> bool:
    """From this machine, and not passed on for somebody else by a proxy on it.

    Most proxies tell that they pass something on. One that is silent can be seen by the host that was asked,
    unless its client chose that too; but behind a silent one no page works while http is led to https.
    """
    named = any(name.startswith(_OF_PROXIES) for name in request.META)
    if named or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
        return False
    host, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
    is_asked_here = host == "localhost" or _is_loopback(host.strip("[]"))
    return settings.DEMO or (settings.SECURE_SSL_REDIRECT and is_asked_here)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    keyword, _space, given = request.headers.get("Authorization", "").partition(" ")
    known: str = settings.METRICS_TOKEN
    return bool(known) and keyword == "Bearer" and hmac.compare_digest(given.encode(), known.encode())
