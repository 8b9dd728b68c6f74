"""Whether an authority withdrew a certificate: its OCSP responder is asked, else its CRL is read."""

from certificates.revocation.answers import Answer, NoAnswer
from certificates.revocation.asking import ask_authorities
from certificates.revocation.fetching import Fetch, NotFetched, fetch

__all__ = ["Answer", "Fetch", "NoAnswer", "NotFetched", "ask_authorities", "fetch"]
