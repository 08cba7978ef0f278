"""What a machine makes of the schema does no harm: whatever it sends, nothing is our fault."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from accounts.models import Scope
from cskh.wsgi import application
from tests.api import CASE


@pytest.mark.django_db(transaction=True)
def test_nothing_a_machine_sends_is_our_fault(make_client):
    client = make_client(*Scope.values)
    client.raise_request_exception = False
    code = client.post("/api/v1/cases/", CASE).json()["code"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:

        @settings(
            max_examples=5, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def holds(case):
            path = case.formatted_path.replace(str(case.path_parameters.get("code", "\0")), code)
            body = {} if type(case.body).__name__ == "NotSet" else case.body
            kind = "multipart" if (case.media_type or "").startswith("multipart") else "json"
            if kind == "multipart":
                body = {name: value for name, value in (body or {}).items() if isinstance(value, str | bytes)}
            send = getattr(client, case.method.lower())
            query = {name: str(value) for name, value in (case.query or {}).items()}
            answer = send(path, query) if case.method == "GET" else send(path, body, format=kind)
            assert answer.status_code < 500, (case.method, path, body)

        holds()
