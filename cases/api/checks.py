"""Checks to make over REST: what the checklist wants looked at, and who made it."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies, queries, timeline
from cases.access_log import note_access
from cases.evidence.queries import CheckToMake, file_of
from cases.models import Case
from cases.states import Step
from cases.workflow import checks
from cskh.core.api import GenericApiView
from cskh.core.errors import NotPermitted
from cskh.core.schema import example


@example("Made, with a note", check="same-account", made=True, note="So với hồ sơ mở tài khoản")
class CheckIn(serializers.Serializer):
    """`made` false takes a check back that was made."""

    check = serializers.SlugField(help_text="The slug of the check.")
    made = serializers.BooleanField(default=True)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A check that was made",
            response_only=True,
            value={
                "check": "same-account",
                "name": "Tài khoản gửi đứng tên khách hàng",
                "why": "",
                "mandatory": True,
                "made": True,
                "made_by": "Lan Trần",
                "made_at": "2026-11-22T09:31:02+07:00",
                "note": "So với hồ sơ mở tài khoản",
            },
        )
    ]
)
class CheckOut(serializers.Serializer):
    """A check of the case's checklist. Nothing is decided before those that are `mandatory` are `made`."""

    check = serializers.CharField(source="entry.slug")
    name = serializers.CharField(source="entry.name")
    why = serializers.CharField(source="entry.why")
    mandatory = serializers.BooleanField(source="entry.is_mandatory")
    made = serializers.SerializerMethodField()
    made_by = serializers.SerializerMethodField(help_text="The name of whoever made it; empty while nobody has.")
    made_at = serializers.DateTimeField(source="made.at", default=None, allow_null=True)
    note = serializers.CharField(source="made.statement", default="")

    def get_made(self, check: CheckToMake) -> bool:
        return check.made is not None

    def get_made_by(self, check: CheckToMake) -> str:
        names: Mapping[timeline.Who, str] = self.context["names"]
        return names.get((check.made.by_kind, check.made.by_id), "") if check.made else ""


class CaseChecks(GenericApiView):
    serializer_class = CheckIn
    pagination_class = None  # a checklist is short, and comes whole
    filter_backends = ()

    @extend_schema(
        operation_id="checks_list",
        summary="What the checklist of the case wants looked at, and who made it",
        responses=CheckOut(many=True),
    )
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        if not policies.may_read_inside(self.actor):
            raise NotPermitted
        note_access(self.actor, case.pk)
        return _all(case)

    @extend_schema(
        operation_id="checks_note",
        summary="Say that a check was made, or take that back",
        request=CheckIn,
        responses=CheckOut(many=True),
    )
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        policies.require(self.actor, Step.REQUEST_EVIDENCE, case)
        given = self.checked()
        note = checks.make_check if given["made"] else checks.take_back_check
        note(case, actor=self.actor, check=given["check"], note=given["note"])
        return _all(case)


def _all(case: Case) -> Response:
    """At most seven queries, however many checks there are."""
    to_make = file_of(case).checks
    names = timeline.names_of((check.made.by_kind, check.made.by_id) for check in to_make if check.made)
    answer: Any = CheckOut(to_make, many=True, context={"names": names}).data
    return Response(answer)
