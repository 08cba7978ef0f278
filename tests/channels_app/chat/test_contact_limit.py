"""Addresses are typed into a chat by people: nobody has codes mailed about in bulk."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from channels_app.chat import conversations
from channels_app.models import OneTimeCode

from .chatting import says

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uncounted():
    cache.clear()
    yield
    cache.clear()


def leaves(key, number, address):
    """The status of the answer to a visitor who types an address."""
    return (
        Client()
        .post(
            "/chat/contact",
            {"email": f"khach{number}@example.vn"},
            content_type="application/json",
            headers={"Authorization": f"Chat {key}"},
            REMOTE_ADDR=address,
        )
        .status_code
    )


@pytest.mark.parametrize("same", ["conversation", "address"])
def test_a_flood_of_addresses_is_refused(defaults, same):
    times, _seconds = settings.CHAT_LIMITS["contact"]
    statuses, key = [], ""
    for number in range(2 * times + 1):
        if not key or same == "address":
            chat, key = conversations.begin()
            says(chat)
        address = "203.0.113.1" if same == "address" else f"203.0.113.{number}"
        statuses.append(leaves(key, number, address))
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert OneTimeCode.objects.count() == statuses.count(200) <= 2 * times
