"""Remedies over REST: proposed by programs and people, approved by people, accepted by customers, followed by all of them."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.models import Department
from cases import policies, queries
from cases.access_log import note_access
from cases.complaints.models import Remedy
from cases.complaints.remedy_rights import visible_to
from cases.complaints.remedy_states import MOVES, OWED, RemedyKind, RemedyStatus, RemedyStep
from cases.evidence.pipeline.receive import Upload
from cases.models import Case
from cases.states import Step
from cases.workflow import remedies
from cases.workflow.complaint import TEXT_MAX
from cskh.core.api import GenericApiView, StrictJSONParser
from cskh.core.client_address import address_hash
from cskh.core.errors import NotVisible
from cskh.core.schema import example

from .complaint_shapes import ClauseIn, ClauseOut
from .complaints import clause_of
from .inputs import NothingIn, Reason, RowId

_MOST = 2**63 - 1


class RemedyOut(serializers.ModelSerializer):
    """`amount` is whole VND. `destination` is masked. Who proposed and approved it is for the operator's own."""

    code = serializers.CharField(source="issue.complaint.case.code")
    issue = serializers.IntegerField(source="issue.number")
    clause = ClauseOut(allow_null=True)
    is_overdue = serializers.BooleanField()
    reference = serializers.SerializerMethodField(help_text="By which it can be found, once it is carried out.")
    execution = serializers.SerializerMethodField(help_text="How far the last attempt to carry it out is; for the own.")
    proposed_by = serializers.SerializerMethodField()
    approved_by = serializers.SerializerMethodField()

    class Meta:
        model = Remedy
        fields = [
            "id",
            "code",
            "issue",
            "round",
            "kind",
            "amount",
            "due_on",
            "is_overdue",
            "destination_kind",
            "destination",
            "reason",
            "clause",
            "status",
            "promised_at",
            "reference",
            "execution",
            "proposed_by",
            "approved_by",
        ]

    @property
    def _is_inside(self) -> bool:
        return policies.may_read_inside(self.context["actor"])

    def get_reference(self, remedy: Remedy) -> str:
        return next((one.reference for one in remedy.executions.all() if one.reference), "")

    def get_execution(self, remedy: Remedy) -> str | None:
        last = max(remedy.executions.all(), key=lambda one: one.pk, default=None)
        return last.state if last and self._is_inside else None

    def get_proposed_by(self, remedy: Remedy) -> str | None:
        return ":".join(remedy.who) if self._is_inside else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_approved_by(self, remedy: Remedy) -> list[str]:
        return [one.by.username for one in remedy.approvals.all()] if self._is_inside else []


@example(
    "Money that is owed",
    issue=1,
    kind="credit",
    amount=340_000,
    due_on="2026-11-24",
    reason="Ghi có thêm 340.000 ₫ vào tài khoản của Quý khách.",
)
class RemedyIn(serializers.Serializer):
    """`destination` is the key of one of the customer's own accounts, `wallet:…` or `account:…` as a remedy shows it; left
    out, their account with the operator. `clause` left out is that of the decision."""

    issue = serializers.IntegerField(min_value=1, max_value=32_767)
    kind = serializers.ChoiceField(RemedyKind.choices)
    amount = serializers.IntegerField(default=None, allow_null=True, min_value=-_MOST, max_value=_MOST)
    due_on = serializers.DateField()
    destination = serializers.CharField(max_length=160, default="", allow_blank=True)
    reason = serializers.CharField(max_length=TEXT_MAX, help_text="What is done and why, for the customer.")
    clause = ClauseIn(required=False, allow_null=True)


@example("Why not", reason="Số tiền phải đối chiếu lại với sổ lệnh")
class WhyIn(serializers.Serializer):
    reason = Reason()


@example("Cited by staff", message=4711)
class AcceptRemedyIn(serializers.Serializer):
    message = RowId(help_text="Staff name the message in which the customer accepts it.")


@example("Paid by hand", reference="UNC 2026/1142")
class RecordIn(serializers.Serializer):
    """As JSON, or as a form with a `file` that shows it."""

    reference = serializers.CharField(max_length=100)
    file = serializers.FileField(required=False, max_length=255)


class RemedyFilter(FilterSet):
    """`owed` are those still to be done, `overdue` those whose day has passed."""

    status = django_filters.ChoiceFilter(choices=RemedyStatus.choices)
    kind = django_filters.ChoiceFilter(choices=RemedyKind.choices)
    department = django_filters.ModelChoiceFilter(
        field_name="issue__complaint__case__department", queryset=Department.objects.all(), to_field_name="slug"
    )
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")
    owed = django_filters.BooleanFilter(method="by_owed")
    overdue = django_filters.BooleanFilter(method="by_overdue")

    class Meta:
        model = Remedy
        fields: list[str] = []

    def by_owed(self, rows: QuerySet[Remedy], name: str, value: bool) -> QuerySet[Remedy]:
        owed = {"status__in": sorted(OWED)}
        return rows.filter(**owed) if value else rows.exclude(**owed)

    def by_overdue(self, rows: QuerySet[Remedy], name: str, value: bool) -> QuerySet[Remedy]:
        late = {"status__in": sorted(OWED), "due_on__lt": timezone.localdate()}
        return rows.filter(**late) if value else rows.exclude(**late)


def _readable(actor: Actor) -> QuerySet[Remedy]:
    whole = visible_to(actor).select_related("issue__complaint__case", "clause")
    return whole.prefetch_related("approvals__by", "executions")


class Remedies(GenericApiView):
    serializer_class = RemedyOut
    filterset_class = RemedyFilter
    ordering = ("due_on", "id")
    queryset = Remedy.objects.all()

    @extend_schema(
        operation_id="remedies_list",
        summary="Remedies of all cases, by when they are due",
        responses=RemedyOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(_readable(self.actor))) or []
        note_access(self.actor, *(one.issue.complaint.case_id for one in page))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class CaseRemedies(GenericApiView):
    serializer_class = RemedyIn
    queryset = Remedy.objects.all()
    pagination_class = None  # a case has few

    @extend_schema(operation_id="remedies_of_case", summary="The remedies of one case", responses=RemedyOut(many=True))
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        note_access(self.actor, case.pk)
        rows = _readable(self.actor).filter(issue__complaint__case=case).order_by("pk")
        return Response(RemedyOut(rows, many=True, context=self.get_serializer_context()).data)

    @extend_schema(
        operation_id="remedies_propose", summary="Propose a remedy", request=RemedyIn, responses={201: RemedyOut}
    )
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        policies.require(self.actor, Step.ANSWER, case)
        given = self.checked()
        proposed = remedies.Proposed(**{**given, "clause": clause_of(given.get("clause"))})
        remedy = remedies.propose(case, actor=self.actor, proposed=proposed)
        return _one(self, case, remedy.pk, status.HTTP_201_CREATED)


class MoveRemedy(GenericApiView):
    """One move of one remedy. 403 means not you, 409 not now."""

    parser_classes = [StrictJSONParser, MultiPartParser]
    move: str = RemedyStep.APPROVE.value

    def get_serializer_class(self) -> Any:
        return MOVES_OVER_REST[self.move][1]

    @extend_schema(responses=RemedyOut)
    def post(self, request: Request, code: str, pk: int) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        step, _form, take = MOVES_OVER_REST[self.move]
        if not (step == RemedyStep.CONFIRM and self.actor.is_customer):
            policies.require(self.actor, MOVES[step].step, case)  # before anything is said about the input
        if not visible_to(self.actor).filter(pk=pk, issue__complaint__case=case).exists():
            raise NotVisible
        take(case, actor=self.actor, remedy=pk, **_given(self.checked(), request))
        return _one(self, case, pk)


def _given(checked: dict[str, Any], request: Request) -> dict[str, Any]:
    """What the form says, as the workflow takes it."""
    if "reference" not in checked:
        return checked
    file = checked.get("file")
    proof = Upload.of_form(file) if file else None
    return {"reference": checked["reference"], "proof": proof, "sent_from": address_hash(request)}


def _one(view: GenericApiView, case: Case, pk: int, code: int = status.HTTP_200_OK) -> Response:
    remedy = _readable(view.actor).get(pk=pk)
    data = RemedyOut(remedy, context=view.get_serializer_context()).data
    return Response(data, status=code, headers={"ETag": case.etag})


# The last part of the address: which step it is, what is asked for, and what takes it.
MOVES_OVER_REST: dict[str, tuple[RemedyStep, type[serializers.Serializer], Callable[..., Any]]] = {
    "approve": (RemedyStep.APPROVE, NothingIn, remedies.approve),
    "decline": (RemedyStep.DECLINE, WhyIn, remedies.decline),
    "cancel": (RemedyStep.CANCEL, WhyIn, remedies.cancel),
    "accept": (RemedyStep.ACCEPT, AcceptRemedyIn, remedies.accept),
    "execute": (RemedyStep.EXECUTE, NothingIn, remedies.execute),
    "ask-again": (RemedyStep.EXECUTE, NothingIn, remedies.ask_again),
    "record": (RemedyStep.EXECUTE, RecordIn, remedies.record_by_hand),
    "confirm": (RemedyStep.CONFIRM, NothingIn, remedies.confirm),
}
