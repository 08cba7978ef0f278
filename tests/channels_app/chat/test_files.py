"""Files visitors send."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_app.chat import conversations
from tests.cases.evidence.files import picture
from tests.cases.evidence.receipts import ADDRESS, CLAIMED, hash_of, receipt_of

from .chatting import fresh, new_id, says


@pytest.mark.django_db
def test_a_file_keeps_its_name_and_the_hash_of_where_it_came_from(defaults, client):
    cache.clear()
    chat, key = conversations.begin()
    says(chat)
    sent = client.post(
        "/chat/file",
        {"client_id": new_id(), "file": SimpleUploadedFile(CLAIMED, picture(), "image/png")},
        headers={"authorization": f"Chat {key}"},
        REMOTE_ADDR=ADDRESS,
    )
    assert sent.status_code == 200, sent.content
    assert receipt_of(fresh(chat).case.evidence.get()) == (CLAIMED, "image/png", hash_of(ADDRESS))
