"""REST as the tests call it: clients with keys, tokens and sessions."""

import time
import uuid

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.customers.models import Customer
from accounts.models import ApiClient, Scope

SECRET = "a shared secret of the operator's app, long enough"
CUSTOMER = {"external_id": "BX100231", "name": "Nguyễn Văn An", "email": "an@khach.example"}
CASE = {
    "channel": "app",
    "subject": "Nạp tiền chưa vào",
    "body": "Tôi chuyển 2.000.000đ lúc 9h05",
    "customer": CUSTOMER,
}


def bearer(credential: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {credential}", raise_request_exception=True)


def token(subject: str = "BX100231", *, key=SECRET, algorithm: str = "HS256", kid: str | None = "app", **claims) -> str:
    """A customer's token; claims given as None are left out."""
    full = {"iss": "operator", "aud": "cskh", "sub": subject, "exp": int(time.time()) + 600, **claims}
    return jwt.encode(
        {name: value for name, value in full.items() if value is not None},
        key,
        algorithm=algorithm,
        headers={"kid": kid} if kid is not None else None,
    )


@pytest.fixture
def token_keys(settings):
    settings.CUSTOMER_TOKEN_KEYS = {"app": {"alg": "HS256", "key": SECRET}}


@pytest.fixture
def make_client(defaults):
    """make_client("cases:open", …): an integration's REST client; without scopes it has all of them."""

    def make(*scopes: str) -> APIClient:
        api_client, key = ApiClient.objects.create_with_key(f"app {uuid.uuid4()}", scopes or Scope.values)
        client = bearer(key)
        client.api_client = api_client
        return client

    return make


@pytest.fixture
def integration(make_client):
    return make_client()


@pytest.fixture
def customer(integration, token_keys):
    """A REST client with the token of the customer CUSTOMER."""
    Customer.objects.get_or_create(external_id=CUSTOMER["external_id"], defaults={"name": CUSTOMER["name"]})
    return bearer(token())


@pytest.fixture
def staff_client(make_staff):
    """staff_client("lan", Role.SPECIALIST, "payments"): a REST client with that person's session."""

    def make(*args, **kwargs) -> APIClient:
        client = APIClient()
        client.user = make_staff(*args, **kwargs)
        client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
