"""Evidence over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
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


@pytest.mark.django_db
def test_the_same_thing_is_rejected_a_third_time_by_a_manager(integration, customer, staff_client):
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', {**CASE, 'category': 'deposit-not-credited'}).json()['code']}/"
    boss, lan = staff_client("son", Role.MANAGER), staff_client("lan", Role.SPECIALIST, "payments")
    lan.post(f"{at}request-evidence/", {"items": [{"name": "receipt"}, {"name": "sending-bank"}]})
    asked = Case.objects.get().evidence_requests.get().items.earliest("pk")

    def reject(client, number):
        sent = customer.post(f"{at}evidence/", {"text": f"Biên lai {number}", "item": asked.pk}).json()
        return client.post(
            f"/api/v1/evidence/{sent['id']}/verify/", {"result": "rejected", "reason": "Ảnh mờ"}
        ).status_code

    assert [reject(client, number) for number, client in enumerate((lan, lan, lan, integration, boss))] == [
        200,
        200,
        403,
        403,
        200,
    ]
