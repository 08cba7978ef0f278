"""Where files are handed out: at addresses that nobody can guess from another one, and that say nothing of how many there are."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader
from django.urls import get_resolver, reverse

from accounts.models import Role
from cases.evidence.models import EvidenceItem
from cases.records.models import RecordFile
from cases.states import Channel
from cases.workflow import evidence
from tests.cases.building import customer_of, open_case

from .files import picture, upload

HANDS_OUT = re.compile(r"/(file|preview|page|custody|place|pdf)/?($|<)|recordfile/<")
SHOWS_WHAT_IS_NOT_ISSUED_YET = {"admin/cases/case/<int:pk>/complaint/preview/"}
OURS = ("admin/evidence/<", "admin/cases/case/", "admin/records/recordfile/<", "track/", "api/v1/")


def submit(case, data):
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data))


def routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_address_that_hands_out_a_file_has_a_random_name_in_it():
    handing_out = {route for route in routes(get_resolver().url_patterns) if route.startswith(OURS)}
    handing_out = {route for route in handing_out if HANDS_OUT.search(route)} - SHOWS_WHAT_IS_NOT_ISSUED_YET
    named = {route for route in handing_out if "<uuid:" in route}
    assert len(named) == 8
    # The desk's own pattern takes any name; that a number is none is tested below.
    assert all(route.startswith("admin/records/recordfile/<path:object_id>") for route in handing_out - named)


@pytest.mark.django_db
def test_a_number_is_not_found_though_its_item_may_be_seen(client, make_staff):
    item = submit(open_case(), picture())
    client.force_login(make_staff("quan", Role.MANAGER))
    assert client.get(reverse("evidence:original", args=[item.public_id])).status_code == 200
    for door in ("file", "preview", "preview/1", "custody", "place"):
        for method in (client.get, client.post):
            assert method(f"/admin/evidence/{item.pk}/{door}").status_code == 404
    assert client.get(reverse("evidence:original", args=[uuid4()])).status_code == 404


@pytest.mark.django_db
def test_a_file_of_records_is_not_found_by_its_number(client, make_staff):
    manager = make_staff("quan", Role.MANAGER)
    file = RecordFile.objects.create(
        content="statement",
        format="table",
        filename="a.csv",
        size=1,
        sha256="0" * 64,
        uploaded_by=manager,
        state="refused",
    )
    client.force_login(manager)
    listed = client.get(reverse("admin:records_recordfile_changelist")).content.decode()
    assert f"/admin/records/recordfile/{file.public_id}/change/" in listed
    for page in ("change", "history"):
        assert client.get(f"/admin/records/recordfile/{file.public_id}/{page}/").status_code == 200
        for wrong in (file.pk, uuid4(), "x"):
            assert client.get(f"/admin/records/recordfile/{wrong}/{page}/").status_code == 404


@pytest.mark.django_db
def test_what_is_there_already_gets_random_names():
    case = open_case()
    items = [submit(case, picture((60 + n, 40))) for n in range(3)]
    given = set(EvidenceItem.objects.values_list("public_id", flat=True))
    migrations = MigrationLoader(connection).disk_migrations.values()
    before, adding = next(
        (one.dependencies, step)
        for one in migrations
        if one.app_label == "evidence"
        for step in one.operations
        if isinstance(step, AddField) and (step.model_name, step.name) == ("evidenceitem", "public_id")
    )
    state = MigrationLoader(connection).project_state([one for one in before if one[0] == "evidence"])
    after = state.clone()
    adding.state_forwards("evidence", after)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evidence_evidenceitem DROP COLUMN public_id")
    with connection.schema_editor() as editor:
        adding.database_forwards("evidence", editor, state, after)
    filled = set(EvidenceItem.objects.values_list("public_id", flat=True))
    assert len(filled) == len(items)
    assert not filled & given
    assert {one.version for one in filled} == {4}
