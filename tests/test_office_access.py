"""Who may do what in the office: role × model × view, add, change, delete. The one table."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import RequestFactory

from accounts.customers.models import Customer, Notice
from accounts.models import ApiClient, Department, Membership, Role, User
from cases.complaints.models import ApprovalLimit, Complaint, PolicyClause, Problem, Remedy
from cases.evidence.models import Checklist
from cases.models import Access, Calendar, Category, SlaTarget
from cases.quality.models import ReviewForm
from cases.reports.models import Export
from channels_app.models import (
    Call,
    Delivery,
    HelpArticle,
    InboundItem,
    MailboxState,
    ReplyTemplate,
    WebhookDelivery,
    WebhookTarget,
)

I, S, M, A, D = Role.INTAKE, Role.SPECIALIST, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR  # noqa: E741
ALL, HEADS, OFFICE, AUDITED, NONE = {I, S, M, A, D}, {M, D}, {M, A, D}, {A, D}, set()

# model: who views, adds, changes; nobody deletes except the rows of targets
TABLE = {
    User: (OFFICE, {D}, {D}),
    Membership: (OFFICE, NONE, NONE),
    Department: (OFFICE, {D}, {D}),
    ApiClient: (AUDITED, {D}, {D}),
    LogEntry: (AUDITED, NONE, NONE),
    Customer: (ALL, {I, M, D}, {I, S, M, D}),
    Notice: (OFFICE, HEADS, HEADS),
    Category: (OFFICE, {D}, {D}),
    Checklist: (OFFICE, {D}, {D}),
    Calendar: (OFFICE, {D}, {D}),
    SlaTarget: (OFFICE, {D}, {D}),
    Complaint: (ALL, NONE, NONE),
    PolicyClause: (ALL, HEADS, HEADS),
    Remedy: (ALL, NONE, NONE),
    Problem: (ALL, {S, M, D}, {S, M, D}),
    ReviewForm: (OFFICE, {D}, {D}),
    ApprovalLimit: (OFFICE, {D}, NONE),
    HelpArticle: (ALL, HEADS, HEADS),
    ReplyTemplate: (ALL, HEADS, HEADS),
    Call: (ALL, NONE, NONE),
    InboundItem: (OFFICE, NONE, NONE),
    MailboxState: (OFFICE, NONE, NONE),
    Delivery: (OFFICE, NONE, NONE),
    WebhookTarget: (AUDITED, NONE, {D}),
    WebhookDelivery: (AUDITED, NONE, NONE),
    Access: (AUDITED, NONE, NONE),
    Export: (AUDITED, NONE, NONE),
}
NEVER_IN_THE_ADMIN = {"CaseEvent", "EventText", "Answer", "Clock", "FactEntry", "Pause", "FollowUp", "Group", "Message"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.django_db
def test_the_table_holds(make_staff, role):
    request = RequestFactory().get("/admin/")
    request.user = make_staff("kim", role)
    for model, (view, add, change) in TABLE.items():
        found = admin.site._registry[model]
        rights = found.get_model_perms(request)
        deletes = {D} if model is SlaTarget else NONE
        assert rights == {
            "view": role in view,
            "add": role in add,
            "change": role in change,
            "delete": role in deletes,
        }, model


@pytest.mark.django_db
def test_what_is_the_record_is_nowhere_in_the_admin():
    assert not {model.__name__ for model in admin.site._registry} & NEVER_IN_THE_ADMIN


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.django_db
def test_pages_answer_as_the_table_says(client, make_staff, role):
    client.force_login(make_staff("kim", role))
    for model, (view, add, _change) in TABLE.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(base).status_code == (200 if role in view else 403), model
        assert client.get(base + "add/").status_code == (200 if role in add else 403), model


@pytest.mark.django_db
def test_the_navigation_leads_to_every_list(make_staff):
    request = RequestFactory().get("/admin/")
    request.user = make_staff("kim", Role.ADMINISTRATOR)
    lines = [line for group in admin.site.get_sidebar_list(request) for line in group["items"]]
    found = {str(line.get("link_callback", line["link"])) for line in lines if line["has_permission"]}
    lists = {f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in TABLE}
    assert lists <= found


@pytest.mark.django_db
def test_without_a_membership_nobody_gets_in(client, defaults):
    client.force_login(User.objects.create(username="nobody", is_staff=True))
    assert client.get("/admin/customers/customer/").status_code == 302
    assert client.get("/admin/hotline/").status_code == 302
