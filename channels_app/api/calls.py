"""What the telephone exchange reports, over REST."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app import calls
from channels_app.adapters.hotline.reports import MOST_IN_CALL_ID
from channels_app.models import Call
from cskh.core.api import GenericApiView


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A missed call",
            request_only=True,
            value={"call_id": "pbx-20261122-0001", "number": "0900000101", "state": "missed"},
        )
    ]
)
class CallIn(serializers.Serializer):
    """`number` is empty where the caller withholds it; `agent` is a telephone extension or user name."""

    call_id = serializers.CharField(max_length=MOST_IN_CALL_ID)
    number = serializers.CharField(max_length=40, allow_blank=True)
    state = serializers.ChoiceField(Call.State.choices)
    direction = serializers.ChoiceField(Call.Direction.choices, default=Call.Direction.IN)
    agent = serializers.CharField(max_length=150, default="", allow_blank=True)
    at = serializers.DateTimeField(required=False, allow_null=True)
    recording_ref = serializers.CharField(max_length=300, default="", allow_blank=True)


class CallOut(serializers.ModelSerializer):
    call_id = serializers.CharField(source="external_id")
    agent = serializers.CharField(source="agent.username", default=None)
    case = serializers.CharField(source="case.code", default=None)

    class Meta:
        model = Call
        fields = ["call_id", "number", "state", "direction", "agent", "case", "started_at", "answered_at", "ended_at"]


class Calls(GenericApiView):
    """The same report may come twice and in any order. A missed call becomes a call-back with a due time."""

    serializer_class = CallIn

    @extend_schema(operation_id="calls_report", summary="Report a call", request=CallIn, responses=CallOut)
    def post(self, request: Request) -> Response:
        return Response(CallOut(calls.report_call(actor=self.actor, **self.checked())).data)
