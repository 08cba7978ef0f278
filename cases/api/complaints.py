"""The complaint register over REST: what is complained about, found and decided, for programs of the operator and for staff."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.models import Department
from cases import policies, queries
from cases.access_log import note_access
from cases.complaints.models import (
    Cause,
    Complaint,
    Outcome,
    PolicyClause,
    Severity,
)
from cases.complaints.queries import caused_by, complaint_file, decided_as, for_register
from cases.evidence.models import EvidenceItem, FactEntry
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Nature, Status, Step
from cases.workflow import complaint, deciding
from cases.workflow.complaint import Description
from cskh.core.api import ApiView, GenericApiView
from cskh.core.errors import Invalid, NotPermitted, NotVisible

from .complaint_shapes import (
    AccountIn,
    ComplaintOut,
    ComplaintRow,
    DecisionIn,
    DescriptionIn,
    FindingIn,
    IssueIn,
    RecourseIn,
)


class ComplaintFilter(FilterSet):
    """`outcome` and `cause` are those of any issue, as it was decided and found last; `registered_after` is inclusive,
    `registered_before` is not. To customers nothing matches what only the operator's own read."""

    status = django_filters.ChoiceFilter(field_name="case__status", choices=Status.choices)
    nature = django_filters.ChoiceFilter(field_name="case__nature", choices=Nature.choices)
    department = django_filters.ModelChoiceFilter(
        field_name="case__department", queryset=Department.objects.all(), to_field_name="slug"
    )
    registered_after = django_filters.IsoDateTimeFilter(field_name="registered_at", lookup_expr="gte")
    registered_before = django_filters.IsoDateTimeFilter(field_name="registered_at", lookup_expr="lt")
    severity = django_filters.ChoiceFilter(choices=Severity.choices, method="by_inside")
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, method="by_inside")
    cause = django_filters.ChoiceFilter(choices=Cause.choices, method="by_inside")

    class Meta:
        model = Complaint
        fields: list[str] = []

    def by_inside(self, complaints: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        actor = self.request.user if self.request else None
        if not isinstance(actor, Actor) or not policies.may_read_inside(actor):
            return complaints.none()
        if name == "severity":
            return complaints.filter(severity=value)
        return complaints.filter(decided_as(value) if name == "outcome" else caused_by(value))


class Complaints(GenericApiView):
    ordering = ("-registered_at",)
    serializer_class = ComplaintRow
    filterset_class = ComplaintFilter
    queryset = Complaint.objects.select_related("case__category", "case__department")

    @extend_schema(operation_id="complaints_list", summary="The complaint register", responses=ComplaintRow(many=True))
    def get(self, request: Request) -> Response:
        entries = for_register(self.get_queryset().filter(case__in=policies.visible_to(self.actor)))
        page = self.paginate_queryset(self.filter_queryset(entries))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ComplaintDetail(ApiView):
    @extend_schema(operation_id="complaints_read", summary="One complaint, issue by issue", responses=ComplaintOut)
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        if not policies.may_read_inside(self.actor):
            raise NotPermitted
        note_access(self.actor, case.pk)
        return whole(case)


class Change(GenericApiView):
    """Something is put down: who may is asked before anything is said about the input; the answer is the whole complaint."""

    step: Step = Step.REQUEST_EVIDENCE

    def changeable(self, code: str) -> tuple[Case, dict[str, Any]]:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        policies.require(self.actor, self.step, case)
        return case, self.checked()


class DescribeComplaint(Change):
    serializer_class = DescriptionIn

    @extend_schema(
        operation_id="complaints_describe",
        summary="Say when it happened, what is in dispute, and how grave it is",
        responses=ComplaintOut,
    )
    def post(self, request: Request, code: str) -> Response:
        case, given = self.changeable(code)
        complaint.describe(case, actor=self.actor, said=Description(**given))
        return whole(case)


class AddIssue(Change):
    serializer_class = IssueIn

    @extend_schema(operation_id="complaints_add_issue", summary="Add an issue", responses={201: ComplaintOut})
    def post(self, request: Request, code: str) -> Response:
        case, given = self.changeable(code)
        complaint.add_issue(case, actor=self.actor, account=given["account"])
        return whole(case, status.HTTP_201_CREATED)


class NoteAccount(Change):
    serializer_class = AccountIn

    @extend_schema(
        operation_id="complaints_note_account",
        summary="Put down what one side says of an issue",
        responses={201: ComplaintOut},
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        case, given = self.changeable(code)
        complaint.note_account(case, actor=self.actor, number=number, **given)
        return whole(case, status.HTTP_201_CREATED)


class FindIssue(Change):
    serializer_class = FindingIn
    step = Step.ANSWER

    @extend_schema(
        operation_id="complaints_find", summary="Say what was found about an issue", responses={201: ComplaintOut}
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        case, given = self.changeable(code)
        found = deciding.Found(
            **{
                **given,
                "evidence": _chosen(EvidenceItem.objects.select_related("file"), case, given, "evidence"),
                "facts": _chosen(FactEntry.objects.all(), case, given, "facts"),
                "snapshots": _chosen(Snapshot.objects.all(), case, given, "snapshots"),
            }
        )
        deciding.note_finding(case, actor=self.actor, number=number, found=found)
        return whole(case, status.HTTP_201_CREATED)


class DecideIssue(Change):
    serializer_class = DecisionIn
    step = Step.ANSWER

    @extend_schema(operation_id="complaints_decide", summary="Decide an issue", responses={201: ComplaintOut})
    def post(self, request: Request, code: str, number: int) -> Response:
        case, given = self.changeable(code)
        decided = deciding.Decided(**{**given, "clause": clause_of(given.get("clause"))})
        deciding.decide(case, actor=self.actor, number=number, decided=decided)
        return whole(case, status.HTTP_201_CREATED)


class SayRecourse(Change):
    serializer_class = RecourseIn

    @extend_schema(
        operation_id="complaints_say_recourse",
        summary="Say where the customer can turn next, and until when",
        responses={201: ComplaintOut},
    )
    def post(self, request: Request, code: str) -> Response:
        case, given = self.changeable(code)
        complaint.say_recourse(case, actor=self.actor, **given)
        return whole(case, status.HTTP_201_CREATED)


def whole(case: Case, code: int = status.HTTP_200_OK) -> Response:
    """The answer to every change of a complaint: all of it, as it stands now."""
    file = complaint_file(case)
    if file is None:
        raise NotVisible
    return Response(ComplaintOut(file).data, status=code, headers={"ETag": case.etag})


def _chosen(rows: QuerySet[Any], case: Case, given: dict[str, Any], field: str) -> list[Any]:
    """The rows of the case with these ids, all of them."""
    found = list(rows.filter(case=case, pk__in=given[field]))
    if len(found) != len(set(given[field])):
        raise Invalid(errors={field: [_("This does not belong to the case.")]})
    return found


def clause_of(given: dict[str, int] | None) -> PolicyClause | None:
    if given is None:
        return None
    clause = PolicyClause.objects.filter(**given).first()
    if clause is None:
        raise Invalid(errors={"clause": [_("The policy never had this version of this clause.")]})
    return clause
