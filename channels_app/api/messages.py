"""The correspondence of a case, over REST."""

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies, queries
from cases.access_log import note_access
from cases.states import Channel
from channels_app import help_articles, intake, outbox, webhooks
from channels_app.models import HelpVersion, Message
from cskh.core.api import GenericApiView
from cskh.core.errors import NotPermitted
from cskh.core.fields import Body


@extend_schema_serializer(
    examples=[OpenApiExample("A message", request_only=True, value={"body": "Đây là mã giao dịch: FT26326004511"})]
)
class MessageIn(serializers.Serializer):
    body = Body()
    internal = serializers.BooleanField(default=False, help_text="A note for colleagues; customers never see it.")


class CitedOut(serializers.ModelSerializer):
    slug = serializers.SlugField(source="article.slug")
    version = serializers.IntegerField(source="number")

    class Meta:
        model = HelpVersion
        fields = ["slug", "version"]


class MessageOut(serializers.ModelSerializer):
    """`direction` is in (from the customer), out (to them) or internal. `answer` is what to name when it is accepted; `cites`
    are the help articles its words lead to, in the version that was in force."""

    author = serializers.CharField(source="author_kind")
    cites = CitedOut(many=True, read_only=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "direction",
            "channel",
            "author",
            "is_automatic",
            "subject",
            "body",
            "answer",
            "cites",
            "created_at",
        ]


class Messages(GenericApiView):
    """Customers and integrations write what the customer says; staff write to the customer, or internally."""

    serializer_class = MessageOut
    queryset = Message.objects.prefetch_related(Prefetch("cites", help_articles.cited_versions()))
    ordering = ("created_at",)

    @extend_schema(operation_id="messages_list", summary="The correspondence", responses=MessageOut(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Towards the customer's side, having fetched a message means that it was delivered."""
        case = queries.visible_case(self.actor, code)
        note_access(self.actor, case.pk)
        messages = self.get_queryset().filter(case=case)
        if not policies.may_read_notes(self.actor):
            messages = messages.exclude(direction=Message.Direction.INTERNAL)
        page = self.paginate_queryset(messages) or []
        if not self.actor.is_staff and policies.may_converse(self.actor, case):  # who only reads stands in for nobody
            webhooks.mark_app_deliveries(case, message__in=page)
        return self.get_paginated_response(MessageOut(page, many=True).data)

    @extend_schema(operation_id="messages_add", summary="Say something", request=MessageIn, responses={201: MessageOut})
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        given = self.checked(MessageIn)
        if given["internal"]:
            if self.actor.is_customer:
                raise NotPermitted
            message = outbox.write_note(case, actor=self.actor, body=given["body"])
        elif self.actor.is_staff:
            message = outbox.write_message(case, actor=self.actor, body=given["body"])
        else:
            message = intake.add_message(case, actor=self.actor, channel=Channel.APP, body=given["body"])
        return Response(MessageOut(message).data, status=status.HTTP_201_CREATED)
