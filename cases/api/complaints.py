"""The complaint register over REST: what is complained about, found and decided, for programs of the operator and for staff."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.models import Department
from cases import policies, queries
from cases.access_log import note_access
from cases.complaints import standing
from cases.complaints.ladder import level_of_round
from cases.complaints.models import (
    Cause,
    Complaint,
    Decision,
    Fault,
    Finding,
    Outcome,
    PolicyClause,
    Recourse,
    Severity,
    Side,
)
from cases.complaints.queries import caused_by, complaint_file, decided_as, for_register
from cases.complaints.standing import ComplaintFile, IssueFile
from cases.evidence.models import EvidenceItem, FactEntry
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import LEVELS, ROUND_ANSWERED, ClosedAs, Nature, Status, Step
from cases.workflow import complaint, deciding
from cases.workflow.complaint import TEXT_MAX, Description
from cskh.core.api import ApiView, GenericApiView
from cskh.core.errors import Invalid, NotPermitted, NotVisible
from cskh.core.schema import example

_ID_MAX = 2**63 - 1


class Words(serializers.CharField):
    """A text of the complaint; its meaning is checked by the workflow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=TEXT_MAX, **options)


def _optional_words() -> Words:
    return Words(default="", allow_blank=True)


def _ids() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_ID_MAX), default=list, max_length=50
    )


class ComplaintRow(serializers.ModelSerializer):
    """`severity`, `amount`, `outcomes` and `causes` are for the operator's own: customers read null and nothing."""

    code = serializers.CharField(source="case.code")
    status = serializers.ChoiceField(Status.choices, source="case.status")
    closed_as = serializers.CharField(source="case.closed_as")
    nature = serializers.ChoiceField(Nature.choices, source="case.nature")
    category = serializers.SlugField(source="case.category.slug", default=None)
    department = serializers.SlugField(source="case.department.slug", default=None)
    round = serializers.IntegerField(source="case.round")
    level = serializers.SerializerMethodField(help_text="How high it stands on the ladder, of `levels`.")
    levels = serializers.SerializerMethodField()
    severity = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField(help_text="How its issues were decided last.")
    causes = serializers.SerializerMethodField(help_text="What its issues came of.")

    class Meta:
        model = Complaint
        fields = [
            "id",
            "code",
            "registered_at",
            "nature",
            "category",
            "department",
            "status",
            "closed_as",
            "round",
            "level",
            "levels",
            "severity",
            "amount",
            "outcomes",
            "causes",
        ]

    @property
    def _is_inside(self) -> bool:
        return policies.may_read_inside(self.context["actor"])

    @extend_schema_field(serializers.ChoiceField(Severity.choices, allow_blank=True, allow_null=True))
    def get_severity(self, one: Complaint) -> str | None:
        return one.severity if self._is_inside else None

    def get_level(self, one: Complaint) -> int:
        return level_of_round(one.case.round).number

    def get_levels(self, one: Complaint) -> int:
        return LEVELS

    def get_amount(self, one: Complaint) -> int | None:
        return one.amount if self._is_inside else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_outcomes(self, one: Complaint) -> list[str]:
        return list(dict.fromkeys(one.outcomes)) if self._is_inside else []  # type: ignore[attr-defined]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_causes(self, one: Complaint) -> list[str]:
        return list(dict.fromkeys(one.causes)) if self._is_inside else []  # type: ignore[attr-defined]


class ClauseOut(serializers.ModelSerializer):
    class Meta:
        model = PolicyClause
        fields = ["number", "version", "title"]


class FindingOut(serializers.ModelSerializer):
    """`plain` is for the customer; it rests on `evidence`, `facts` (ids of findings about facts) and `snapshots` of records."""

    class Meta:
        model = Finding
        fields = [
            "id",
            "round",
            "what_happened",
            "plain",
            "cause",
            "fault",
            "evidence",
            "facts",
            "snapshots",
            "other_source",
            "at",
        ]


class DecisionOut(serializers.ModelSerializer):
    """`remedy` and `remedy_by` are words of decisions from before remedies were records."""

    clause = ClauseOut(allow_null=True)
    approved_by = serializers.SerializerMethodField(help_text="Who approved that it deviates.")

    class Meta:
        model = Decision
        fields = [
            "id",
            "round",
            "outcome",
            "reason",
            "clause",
            "deviates",
            "deviation_reason",
            "approved_by",
            "remedy",
            "remedy_by",
            "no_remedy_because",
            "at",
        ]

    def get_approved_by(self, decision: Decision) -> str | None:
        return decision.approval.by.username if standing.is_approved(decision) else None


class IssueOut(serializers.Serializer):
    """`finding` and `decision` are those of this round; `earlier` are the decisions of rounds before."""

    number = serializers.IntegerField(source="issue.number")
    customers_account = serializers.CharField(source="customers.text", default="")
    operators_account = serializers.CharField(source="operators.text", default="")
    finding = FindingOut(allow_null=True)
    decision = DecisionOut(allow_null=True)
    earlier = serializers.SerializerMethodField()
    problem = serializers.IntegerField(
        source="link.problem_id", default=None, allow_null=True, help_text="The problem of ours it came of."
    )

    @extend_schema_field(DecisionOut(many=True))
    def get_earlier(self, one: IssueFile) -> Any:
        return DecisionOut([row for row in one.decisions if row.round < one.round], many=True).data


class RecourseOut(serializers.ModelSerializer):
    class Meta:
        model = Recourse
        fields = ["round", "next_level", "respond_by"]


class LackOut(serializers.Serializer):
    code = serializers.CharField()
    issue = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class LevelOut(serializers.Serializer):
    """`number` of `of`; `next` is what the customer can do who does not agree with the answer; after the final response
    (`is_final`) that is the route outside."""

    number = serializers.IntegerField()
    of = serializers.IntegerField()
    is_final = serializers.BooleanField()
    next = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An issue that is decided",
            response_only=True,
            value={
                "code": "CS-7K3M-9QXT-4VB",
                "registered_at": "2026-11-22T09:31:00+07:00",
                "round": 1,
                "level": {
                    "number": 1,
                    "of": 2,
                    "is_final": False,
                    "next": "người độc lập, chưa từng quyết định về khiếu nại, xem xét lại (cấp 2)",
                },
                "happened_from": "2026-11-21T21:00:00+07:00",
                "happened_until": "2026-11-21T22:00:00+07:00",
                "amount": 340000,
                "remedy_sought": "Tính lại cho đúng",
                "severity": "moderate",
                "issues": [
                    {
                        "number": 1,
                        "customers_account": "Giao dịch GD-55120 bị tính thiếu 340.000đ",
                        "operators_account": "Bảng kê của đối tác thiếu một dòng",
                        "finding": {
                            "id": 7,
                            "round": 1,
                            "what_happened": "Dữ liệu gốc có thêm một dòng 340.000 ₫",
                            "plain": "Dữ liệu đối tác gửi thiếu một dòng",
                            "cause": "data_error",
                            "fault": "payment_partner",
                            "evidence": [41],
                            "facts": [23],
                            "snapshots": [12],
                            "other_source": "",
                            "at": "2026-11-22T10:05:00+07:00",
                        },
                        "decision": None,
                        "earlier": [],
                        "problem": None,
                    }
                ],
                "recourse": None,
                "missing": [
                    {"code": "decision", "issue": 1, "text": "vấn đề 1: quyết định"},
                    {"code": "recourse", "issue": None, "text": "cấp tiếp theo và thời hạn phản hồi"},
                ],
                "etag": '"14"',
            },
        )
    ]
)
class ComplaintOut(serializers.Serializer):
    """The whole complaint. `missing` is what an answer still waits for (once it is given, nothing); `etag` is that of the case."""

    code = serializers.CharField(source="complaint.case.code")
    registered_at = serializers.DateTimeField(source="complaint.registered_at")
    round = serializers.IntegerField()
    level = serializers.SerializerMethodField()
    happened_from = serializers.DateTimeField(source="complaint.happened_from", allow_null=True)
    happened_until = serializers.DateTimeField(source="complaint.happened_until", allow_null=True)
    amount = serializers.IntegerField(source="complaint.amount", allow_null=True)
    remedy_sought = serializers.CharField(source="complaint.remedy_sought")
    severity = serializers.ChoiceField(Severity.choices, source="complaint.severity", allow_blank=True)
    issues = IssueOut(many=True)
    recourse = RecourseOut(allow_null=True)
    missing = serializers.SerializerMethodField()
    etag = serializers.CharField(source="complaint.case.etag")

    @extend_schema_field(LevelOut)
    def get_level(self, file: ComplaintFile) -> Any:
        is_final = file.complaint.case.closed_as == ClosedAs.FINAL_RESPONSE
        return LevelOut(level_of_round(file.round, is_final=is_final)).data

    @extend_schema_field(LackOut(many=True))
    def get_missing(self, file: ComplaintFile) -> Any:
        if file.complaint.case.status in ROUND_ANSWERED:
            return []  # nothing is waited for
        return [lack.as_data for lack in standing.missing(file)]


@example(
    "What it is about",
    happened_from="2026-11-21T21:00:00+07:00",
    happened_until="2026-11-21T22:00:00+07:00",
    amount=340_000,
    remedy_sought="Tính lại cho đúng",
    severity="moderate",
)
class DescriptionIn(serializers.Serializer):
    """All of it at once: what is left out is taken for not known. `amount` is whole VND."""

    happened_from = serializers.DateTimeField(default=None, allow_null=True)
    happened_until = serializers.DateTimeField(default=None, allow_null=True)
    amount = serializers.IntegerField(
        default=None, allow_null=True, min_value=-_ID_MAX, max_value=_ID_MAX, help_text="More than nothing."
    )
    remedy_sought = _optional_words()
    severity = serializers.ChoiceField(Severity.choices, default="", allow_blank=True)


@example("Another thing", account="Nhân viên tổng đài nói trống không")
class IssueIn(serializers.Serializer):
    account = Words(help_text="As the customer tells it.")


@example("Our side", side="operator", text="Bảng kê của đối tác thiếu một dòng")
class AccountIn(serializers.Serializer):
    side = serializers.ChoiceField(Side.choices)
    text = Words()


@example(
    "A line was missing",
    what_happened="Dữ liệu gốc có thêm một dòng 340.000 ₫",
    plain="Dữ liệu đối tác gửi thiếu một dòng",
    cause="data_error",
    fault="payment_partner",
    evidence=[41],
    facts=[23],
    snapshots=[12],
)
class FindingIn(serializers.Serializer):
    """It rests on `evidence`, `facts` (ids of what was found about facts) and `snapshots` of this case, or on another source."""

    what_happened = Words()
    plain = Words(help_text="For the customer.")
    cause = serializers.ChoiceField(Cause.choices)
    fault = serializers.ChoiceField(Fault.choices)
    evidence = _ids()
    facts = _ids()
    snapshots = _ids()
    other_source = serializers.CharField(max_length=300, default="", allow_blank=True)


@example("By number and version, as the published policy has them", number=7, version=1)
class ClauseIn(serializers.Serializer):
    number = serializers.IntegerField(min_value=1, max_value=32_767)
    version = serializers.IntegerField(min_value=1, max_value=32_767)


@example(
    "Upheld; its remedies are proposed after it",
    outcome="upheld",
    reason="Sổ lệnh gốc khớp với lời Quý khách",
    clause={"number": 7, "version": 1},
)
class DecisionIn(serializers.Serializer):
    """`clause` is the version in force when it happened. What is done about it is proposed afterwards, as remedies of the case;
    where nothing is, `no_remedy_because` says why."""

    outcome = serializers.ChoiceField(Outcome.choices)
    reason = Words(help_text="For the customer.")
    clause = ClauseIn(required=False, allow_null=True)
    deviates = serializers.BooleanField(default=False)
    deviation_reason = _optional_words()
    no_remedy_because = _optional_words()


@example("Where to turn, and until when", next_level="Một người khác sẽ xem lại.", respond_by="2026-12-01")
class RecourseIn(serializers.Serializer):
    next_level = Words(help_text="For the customer.")
    respond_by = serializers.DateField()


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
