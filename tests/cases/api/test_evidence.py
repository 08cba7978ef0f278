"""Evidence over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case
from tests.api import CASE
from tests.cases.evidence.receipts import ADDRESS, CLAIMED, hash_of, receipt_of


@pytest.mark.django_db
def test_a_file_keeps_its_name_and_the_hash_of_where_it_came_from(integration, settings):
    settings.TRUSTED_PROXIES = 1
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE).json()['code']}/evidence/"
    file = SimpleUploadedFile(CLAIMED, b"ma giao dich FT26326004511", "text/plain")
    sent = integration.post(at, {"file": file}, format="multipart", HTTP_X_FORWARDED_FOR=f"1.1.1.1, {ADDRESS}")
    assert sent.status_code == 201, sent.content
    item = Case.objects.get().evidence.get()
    assert receipt_of(item) == (CLAIMED, "text/plain", hash_of(ADDRESS))
    assert item.filename == "ảnhgpj.exe.txt"
