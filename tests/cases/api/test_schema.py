"""The schema: without warnings, with examples, read without a key; and what a machine makes of it does no harm."""

import json

import jsonschema
import pytest
from django.core.management import call_command
from django.urls import get_resolver
from rest_framework.serializers import Serializer

from cases.api.inputs import CaseIn, EvidenceIn
from channels_app.api.messages import MessageIn


def test_the_schema_is_valid_and_without_warnings(tmp_path, capsys):
    file = tmp_path / "schema.json"
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(file))
    schema = json.loads(file.read_text())
    assert schema["openapi"].startswith("3.")
    assert {"apiKey", "customerToken", "staffSession"} <= schema["components"]["securitySchemes"].keys()
    opened = schema["paths"]["/api/v1/cases/"]["post"]
    assert opened["requestBody"]["content"]["application/json"]["examples"]
    assert {"201", "400", "401", "409", "422"} <= opened["responses"].keys()
    assert "Idempotency-Key" in [parameter["name"] for parameter in opened["parameters"]]
    operations = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
    assert len(operations) == len(set(operations))


def test_every_request_has_an_example_that_its_form_would_take(tmp_path):
    file = tmp_path / "schema.json"
    call_command("spectacular", format="openapi-json", file=str(file))
    schema = json.loads(file.read_text())
    forms = [
        (operation["operationId"], operation["requestBody"]["content"]["application/json"])
        for path in schema["paths"].values()
        for operation in path.values()
        if "requestBody" in operation
    ]
    assert [name for name, form in forms if not form.get("examples")] == []
    for name, form in forms:
        whole = {**form["schema"], "components": schema["components"]}
        known = schema["components"]["schemas"][form["schema"]["$ref"].rpartition("/")[2]]["properties"]
        for shown in form["examples"].values():
            jsonschema.Draft7Validator(whole).validate(shown["value"])
            assert shown["value"].keys() <= known.keys(), name


@pytest.mark.django_db
def test_schema_and_docs_are_public_and_the_pages_may_run_their_script(client):
    assert client.get("/api/v1/schema/").status_code == 200
    docs = client.get("/api/v1/docs/")
    assert docs.status_code == 200
    assert "'unsafe-inline'" in docs["Content-Security-Policy"]
    assert "'unsafe-inline'" not in client.get("/healthz").get("Content-Security-Policy", "")
    assert "https://" not in docs.content.decode().replace("https://github.com", "")


def with_examples(kind=Serializer):
    """Every form of a request or an answer that shows an example, with its examples."""
    for form in kind.__subclasses__():
        if examples := vars(form).get("_spectacular_annotation", {}).get("examples"):
            yield form, examples
        yield from with_examples(form)


@pytest.mark.django_db
def test_every_example_of_a_request_is_one(make_staff):
    make_staff("lan")
    assert get_resolver().url_patterns  # every view is there
    shown = [(form, one) for form, examples in with_examples() for one in examples if one.request_only]
    assert {MessageIn, EvidenceIn, CaseIn} <= {form for form, _one in shown}
    for form, one in shown:
        sent = form(data=one.value)
        assert sent.is_valid(), (form, sent.errors)
        assert set(one.value) <= set(sent.fields), form
