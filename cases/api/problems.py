"""Problem records over REST: faults of our own, whom they touched, and which issues came of them (R-51)."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from cases import policies
from cases.access_log import note_access
from cases.complaints import problems as records
from cases.complaints.models import Problem, ProblemStatus, Remedy
from cases.complaints.remedy_states import RemedyKind, RemedyStatus
from cases.models import Case
from cases.states import Status, Step
from cases.workflow import problems
from cskh.core.api import GenericApiView
from cskh.core.errors import Invalid, NotPermitted, NotVisible
from cskh.core.schema import example

from .complaint_shapes import ComplaintOut
from .complaints import Change, whole
from .inputs import Reason


class ProblemRow(serializers.ModelSerializer):
    """`said_vi` and `said_en` are for customers, `cause` is not. It began, and ended, from a time to a time; the later one is null
    where that is known well. Those it touched are found by `categories` (slugs), `code_prefixes` and `record`; `linked` says how
    many issues are linked to it, in cases that whoever asks may see."""

    owner = serializers.CharField(source="owner.username")
    categories: Any = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    linked = serializers.IntegerField()

    class Meta:
        model = Problem
        fields = [
            "id",
            "title",
            "said_vi",
            "said_en",
            "cause",
            "status",
            "owner",
            "began_from",
            "began_until",
            "ended_from",
            "ended_until",
            "categories",
            "code_prefixes",
            "record",
            "linked",
            "changed_at",
        ]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Bank notices came late",
            response_only=True,
            value={
                "id": 3,
                "title": "Tin báo có từ ngân hàng đến muộn",
                "said_vi": "Hệ thống của chúng tôi nhận tin báo có muộn nên ghi có chậm.",
                "said_en": "Our system received the bank's notices late, so deposits were credited late.",
                "cause": "Hàng đợi nhận tin đầy sau khi nâng cấp",
                "status": "known",
                "owner": "khoa",
                "began_from": "2026-11-21T21:00:00+07:00",
                "began_until": "2026-11-21T21:20:00+07:00",
                "ended_from": "2026-11-21T23:00:00+07:00",
                "ended_until": None,
                "categories": ["deposit-not-credited"],
                "code_prefixes": ["FT26326"],
                "record": "",
                "linked": 2,
                "changed_at": "2026-11-22T08:30:00+07:00",
            },
        )
    ]
)
class ProblemRecordOut(ProblemRow):
    """One of them, as in the list."""


class GivenOut(serializers.ModelSerializer):
    """What is done about a case by now."""

    kind = serializers.ChoiceField(RemedyKind.choices)
    status = serializers.ChoiceField(RemedyStatus.choices)

    class Meta:
        model = Remedy
        fields = ["id", "kind", "amount", "due_on", "status"]


class TouchedOut(serializers.ModelSerializer):
    """A case, and the remedy that stands on it, if there is one."""

    status = serializers.ChoiceField(Status.choices)
    category = serializers.SlugField(source="category.slug", default=None)
    department = serializers.SlugField(source="department.slug", default=None)
    remedy = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = ["code", "status", "closed_as", "category", "department", "round", "opened_at", "remedy"]

    @extend_schema_field(GivenOut(allow_null=True))
    def get_remedy(self, case: Case) -> Any:
        given = self.context["remedies"].get(case.pk)
        return GivenOut(given).data if given else None


class ProblemFilter(FilterSet):
    status = django_filters.ChoiceFilter(choices=ProblemStatus.choices)

    class Meta:
        model = Problem
        fields: list[str] = []


@example("The record it came of", problem=3)
class LinkIn(serializers.Serializer):
    problem = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


@example("Why not", reason="Sổ lệnh cho thấy lệnh này không đi qua cổng bị lỗi")
class UnlinkIn(serializers.Serializer):
    reason = Reason()


class _Problems(GenericApiView):
    queryset = Problem.objects.select_related("owner").prefetch_related("categories")

    def get_queryset(self) -> QuerySet[Problem]:
        visible = Q(links__issue__complaint__case__in=policies.visible_to(self.actor))
        return super().get_queryset().annotate(linked=Count("links", filter=visible))

    def require_inside(self) -> None:
        """Raises NotPermitted to customers, and to programs that only open cases for them."""
        if not policies.may_read_inside(self.actor):
            raise NotPermitted

    def problem(self, pk: int) -> Problem:
        self.require_inside()
        found: Problem | None = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotVisible
        return found


class Problems(_Problems):
    serializer_class = ProblemRow
    filterset_class = ProblemFilter
    ordering = ("-began_from", "-id")

    @extend_schema(operation_id="problems_list", summary="Problem records", responses=ProblemRow(many=True))
    def get(self, request: Request) -> Response:
        self.require_inside()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ProblemRow(page, many=True).data)


class ProblemDetail(_Problems):
    serializer_class = ProblemRecordOut

    @extend_schema(operation_id="problems_read", summary="One problem record", responses=ProblemRecordOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(ProblemRecordOut(self.problem(pk)).data)


class ProblemCases(_Problems):
    """As far as whoever asks may see the cases."""

    serializer_class = TouchedOut
    ordering = ("-opened_at", "-id")

    @extend_schema(
        operation_id="problems_cases",
        summary="The cases it touched: those linked to it, or the others",
        parameters=[
            OpenApiParameter("linked", OpenApiTypes.BOOL, description="Those linked to it. Left out: the others.")
        ],
        responses=TouchedOut(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        linked = request.query_params.get("linked", "").lower() in ("true", "1")
        page = self.paginate_queryset(records.cases_of(self.problem(pk), self.actor, linked=linked)) or []
        note_access(self.actor, *(case.pk for case in page))
        context: dict[str, Any] = {**self.get_serializer_context(), "remedies": records.remedies_on(page)}
        return self.get_paginated_response(TouchedOut(page, many=True, context=context).data)


class LinkProblem(Change):
    serializer_class = LinkIn
    step = Step.ANSWER

    @extend_schema(
        operation_id="complaints_link_problem",
        summary="Say that an issue came of a problem of ours",
        responses={201: ComplaintOut},
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        case, given = self.changeable(code)
        problem = _chosen(self.actor, given["problem"])
        problems.link(case, actor=self.actor, number=number, problem=problem)
        return whole(case, status.HTTP_201_CREATED)


class UnlinkProblem(Change):
    serializer_class = UnlinkIn
    step = Step.ANSWER

    @extend_schema(
        operation_id="complaints_unlink_problem", summary="Take the link to a problem back", responses=ComplaintOut
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        case, given = self.changeable(code)
        problems.unlink(case, actor=self.actor, number=number, reason=given["reason"])
        return whole(case)


def _chosen(actor: Actor, pk: int) -> Problem:
    found = Problem.objects.filter(pk=pk).first() if policies.may_read_inside(actor) else None
    if found is None:
        raise Invalid(errors={"problem": [_("There is no such problem record.")]})
    return found
