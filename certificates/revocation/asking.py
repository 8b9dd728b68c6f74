"""Goes along a path and asks each authority about what it issued."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise

from cryptography import x509

from certificates.revocation.answers import Answer, NoAnswer
from certificates.revocation.crl import crl_addresses, read_crl
from certificates.revocation.fetching import Fetch, NotFetched
from certificates.revocation.ocsp import make_request, ocsp_addresses, read_response

# of each kind: the time that one certificate may take is bounded
_MOST_ADDRESSES = 2


def ask_authorities(chain: Sequence[x509.Certificate], *, fetch: Fetch, now: datetime) -> Answer:
    """Whether a certificate of a valid path (its own first, root last) was revoked; NoAnswer when not known.

    One revoked link is enough; that none was needs an answer about each but the root.
    """
    missing: NoAnswer | None = None
    for certificate, issuer in pairwise(chain):
        try:
            answer = _ask(certificate, issuer, fetch, now)
        except NoAnswer as none:
            missing = missing or none
        else:
            if answer.revoked_at:
                return answer
    if missing:
        raise missing
    return Answer(None)


def _ask(certificate: x509.Certificate, issuer: x509.Certificate, fetch: Fetch, now: datetime) -> Answer:
    missing = NoAnswer("no-address")
    for attempt in _attempts(certificate, issuer, fetch, now):
        try:
            return attempt()
        except (NoAnswer, NotFetched) as none:
            missing = NoAnswer(none.code)
    raise missing


def _attempts(
    certificate: x509.Certificate, issuer: x509.Certificate, fetch: Fetch, now: datetime
) -> Iterator[Callable[[], Answer]]:
    about = (certificate, issuer, fetch, now)
    for url in ocsp_addresses(certificate)[:_MOST_ADDRESSES]:
        yield partial(_by_ocsp, url, *about)
    for url in crl_addresses(certificate)[:_MOST_ADDRESSES]:
        yield partial(_by_crl, url, *about)


def _by_ocsp(
    url: str, certificate: x509.Certificate, issuer: x509.Certificate, fetch: Fetch, now: datetime
) -> Answer:
    request, nonce = make_request(certificate, issuer)
    return read_response(fetch(url, request), certificate, issuer, nonce, now)


def _by_crl(
    url: str, certificate: x509.Certificate, issuer: x509.Certificate, fetch: Fetch, now: datetime
) -> Answer:
    return read_crl(fetch(url, None), certificate, issuer, now)
