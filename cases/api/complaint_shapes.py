"""What complaints look like over REST: as they are read, and as they are put down."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from cases import policies
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
from cases.complaints.standing import ComplaintFile, IssueFile
from cases.states import LEVELS, ROUND_ANSWERED, ClosedAs, Nature, Status
from cases.workflow.complaint import TEXT_MAX
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
