"""Opening a case over REST, against inserting the rows it leaves behind."""

import json
import uuid
from collections.abc import Iterator

from django.db import connection, transaction
from django.test import Client

from accounts.models import ApiClient
from cases.models import Case
from channels_app.models import WebhookTarget
from cskh.core.sealing import seal

from .data import client_key
from .measure import Result, compare


def results() -> Iterator[Result]:
    key = client_key()
    WebhookTarget.objects.get_or_create(
        client=ApiClient.objects.get(name="bench"),
        url="http://127.0.0.1:9/",
        defaults={"sealed_secret": seal(b"secret")},
    )
    client = Client(headers={"authorization": f"Bearer {key}"})

    def ours() -> None:
        response = client.post(
            "/api/v1/cases/",
            json.dumps(
                {
                    "channel": "app",
                    "subject": "Nạp tiền",
                    "body": "Chưa vào",
                    "customer": {"external_id": "K1"},
                    "category": "deposit-not-credited",
                }
            ),
            content_type="application/json",
            headers={"idempotency-key": uuid.uuid4().hex},
        )
        if response.status_code != 201:
            raise RuntimeError(response.content.decode())

    ours()
    sample = Case.objects.latest("pk")
    tables = [
        ("cases_case", "id = %s"),
        ("cases_caseevent", "case_id = %s"),
        ("cases_clock", "case_id = %s"),
        ("channels_app_message", "case_id = %s"),
    ]
    copies = [_copy(table, where, sample.pk) for table, where in tables]

    def raw() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, parameters in copies:
                cursor.execute(sql, parameters)
            transaction.set_rollback(True)

    yield compare("open a case over REST", ours, raw)


def _copy(table: str, where: str, case_id: int) -> tuple[str, list[object]]:
    """An insert of the same rows into a table of the same shape, so that unique keys do not clash."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS bench_{table} (LIKE {table} INCLUDING DEFAULTS)")
    return f"INSERT INTO bench_{table} SELECT * FROM {table} WHERE {where}", [case_id]
