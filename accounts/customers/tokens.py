"""Customers who are signed in at the operator show its signed token: a JWT that says who they are, for a quarter of an hour."""

from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from . import directory
from .directory import Person
from .models import Customer

_ALGORITHMS = frozenset({"EdDSA", "HS256"})
_REQUIRED = ["iss", "aud", "sub", "exp"]
_LEEWAY = 5  # seconds: clocks of two machines
_MAX_LENGTH = 100


class BadToken(Exception):
    """Not signed by a key of the operator's with that key's own algorithm, not meant for us, or no longer good."""


def customer_of(token: str) -> Customer:
    """The customer the token is about, made if unknown. Raises BadToken."""
    return directory.by_external_id(Person(external_id=subject_of(token)))


def subject_of(token: str) -> str:
    """The customer's id at the operator, from a token that holds. Raises BadToken."""
    subject = _claims(token)["sub"]
    if not (isinstance(subject, str) and 0 < len(subject.strip()) <= _MAX_LENGTH and subject.isprintable()):
        raise BadToken
    return subject


def _claims(token: str) -> dict[str, Any]:
    try:
        key = settings.CUSTOMER_TOKEN_KEYS.get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None or key["alg"] not in _ALGORITHMS:
            raise BadToken
        claims: dict[str, Any] = jwt.decode(
            token,
            key["key"],
            algorithms=[key["alg"]],
            issuer=settings.CUSTOMER_TOKEN_ISSUER,
            audience=settings.CUSTOMER_TOKEN_AUDIENCE,
            leeway=_LEEWAY,
            options={"require": _REQUIRED},
        )
        longest = timezone.now().timestamp() + settings.CUSTOMER_TOKEN_MAX_SECONDS + _LEEWAY
        if int(claims["exp"]) > longest:
            raise BadToken
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError) as error:
        raise BadToken from error
    return claims
