"""The address we count by is the one our own proxies vouch for."""

import hashlib

import pytest
from axes.models import AccessAttempt
from django.test import RequestFactory

from cskh.core.client_address import address_hash, client_address, socket_address
from cskh.core.throttles import CredentialThrottle

PEER = "10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", PEER),
        (1, None, PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what the client itself wrote stands on the left
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "nobody", PEER),
        (1, " , ", PEER),
    ],
)
def test_the_address_our_proxies_vouch_for(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PEER, **headers)) == address
    named = [] if forwarded is None else [(b"x-forwarded-for", part.encode()) for part in forwarded.split(",", 1)]
    assert socket_address({"client": (PEER, 1234), "headers": [(b"host", b"example.org"), *named]}) == address


def test_the_hash_tells_addresses_apart_and_gives_none_away(settings):
    settings.TRUSTED_PROXIES = 1

    def of(forwarded):
        return address_hash(RequestFactory().get("/", REMOTE_ADDR=PEER, HTTP_X_FORWARDED_FOR=forwarded))

    first = of("1.1.1.1, 203.0.113.7")
    assert (len(first), "203" in first and "113.7" in first) == (64, False)
    assert first == of("2.2.2.2, 203.0.113.7")
    assert first != of("203.0.113.8")
    assert first != hashlib.sha256(b"203.0.113.7").hexdigest()
    settings.SECRET_KEY = "another installation"
    assert first != of("203.0.113.7")


def test_of_no_address_there_is_no_hash():
    assert address_hash(RequestFactory().get("/", REMOTE_ADDR="")) == ""


def test_a_socket_whose_peer_has_no_address_has_none():
    assert socket_address({"client": None, "headers": []}) == ""


@pytest.mark.django_db
def test_failed_logins_are_counted_by_the_address_behind_the_proxy(client, settings):
    settings.TRUSTED_PROXIES = 1
    for forwarded in ("203.0.113.7", "198.51.100.1, 203.0.113.7", "203.0.113.8"):
        answer = client.post(
            "/admin/login/",
            {"username": "lan", "password": "sai"},
            REMOTE_ADDR=PEER,
            HTTP_X_FORWARDED_FOR=forwarded,
        )
        assert answer.status_code == 200
    counted = AccessAttempt.objects.order_by("ip_address").values_list("ip_address", "failures_since_start")
    assert list(counted) == [("203.0.113.7", 2), ("203.0.113.8", 1)]


def test_calls_without_a_credential_are_counted_by_the_address_the_proxies_vouch_for(settings):
    settings.TRUSTED_PROXIES = 1

    def counted_as(forwarded):
        request = RequestFactory().get("/", REMOTE_ADDR=PEER, HTTP_X_FORWARDED_FOR=forwarded)
        return CredentialThrottle().get_cache_key(request, None)

    assert counted_as("1.1.1.1, 203.0.113.7") == counted_as("2.2.2.2, 203.0.113.7")
    assert counted_as("1.1.1.1, 203.0.113.8") != counted_as("1.1.1.1, 203.0.113.7")
