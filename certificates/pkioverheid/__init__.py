"""What makes a certificate a PKIoverheid services certificate, by the facts of its certificate policies."""

from certificates.pkioverheid.chain import find_chain
from certificates.pkioverheid.naming import common_name, readable
from certificates.pkioverheid.numbers import Numbers, read_numbers
from certificates.pkioverheid.policies import POLICIES, Policy, accepted_policy, is_authority
from certificates.pkioverheid.strength import is_weak

__all__ = [
    "POLICIES",
    "Numbers",
    "Policy",
    "accepted_policy",
    "common_name",
    "find_chain",
    "is_authority",
    "is_weak",
    "read_numbers",
    "readable",
]
