"""Who is calling: an API client by its key, a customer by the operator's signed token, staff by their session.

`request.user` is the `Actor`; `request.auth` names the credential ("client:3", "customer:9", "staff:2"): what is counted by
throttling and what idempotency keys belong to.
"""

from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.customers import tokens
from accounts.customers.models import Customer
from accounts.models import ApiClient


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` with an API client's key or a customer's token."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        scheme, _blank, credential = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            text = credential.strip().decode("ascii")
        except UnicodeDecodeError:
            _refuse()
        if text.count(".") == 2:
            customer = _customer(text)
            return Actor.customer(customer), f"customer:{customer.pk}"
        client = ApiClient.objects.authenticate(text)
        if client is None:
            _refuse()
        return Actor.integration(client), f"client:{client.pk}"

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class StaffSessionAuthentication(SessionAuthentication):
    """The session of somebody who is signed in at the desk; what changes something needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        found = super().authenticate(request)
        if found is None or not found[0].is_staff:
            return None
        user = found[0]
        return Actor.staff(user), f"staff:{user.pk}"


def _customer(token: str) -> Customer:
    try:
        return tokens.customer_of(token)
    except tokens.BadToken:
        _refuse()


def _refuse() -> NoReturn:
    raise AuthenticationFailed(_("The key or token is not valid."))


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = ["apiKey", "customerToken"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "The key of an API client."},
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A customer's token, signed by the operator (EdDSA or HS256), good for 15 minutes at most.",
            },
        ]


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = StaffSessionAuthentication
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
