"""An integration's own webhooks, over REST."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from cases import policies
from cases.events import EventKind
from channels_app import webhooks
from channels_app.models import WebhookTarget
from cskh.core.api import GenericApiView
from cskh.core.errors import NotVisible


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Answers only",
            request_only=True,
            value={"url": "https://app.operator.example/cskh-events", "events": ["case_answered", "case_closed"]},
        )
    ]
)
class WebhookIn(serializers.Serializer):
    """Without `events` the target hears all of them."""

    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(EventKind.choices), default=list, max_length=len(EventKind)
    )

    def validate_url(self, url: str) -> str:
        scheme = urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and settings.WEBHOOK_ALLOW_PRIVATE):
            raise serializers.ValidationError(_("Give an https address."))
        return url


class WebhookOut(serializers.ModelSerializer):
    class Meta:
        model = WebhookTarget
        fields = ["id", "url", "events", "is_active", "created_at"]


class NewWebhookOut(WebhookOut):
    """With the secret that signs what is sent, shown this once."""

    secret = serializers.CharField()

    class Meta(WebhookOut.Meta):
        fields = [*WebhookOut.Meta.fields, "secret"]


class Webhooks(GenericApiView):
    serializer_class = WebhookOut
    queryset = WebhookTarget.objects.all()
    ordering = ("id",)

    @extend_schema(operation_id="webhooks_list", summary="Your webhooks", responses=WebhookOut(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(_own(self.actor))
        return self.get_paginated_response(WebhookOut(page, many=True).data)

    @extend_schema(
        operation_id="webhooks_create", summary="Hear about events", request=WebhookIn, responses={201: NewWebhookOut}
    )
    def post(self, request: Request) -> Response:
        policies.require_scope(self.actor, Scope.WEBHOOKS)
        given = self.checked(WebhookIn)
        target, secret = webhooks.create_target(self.actor.subject, url=given["url"], events=given["events"])
        return Response({**WebhookOut(target).data, "secret": secret}, status=status.HTTP_201_CREATED)


class Webhook(GenericApiView):
    serializer_class = WebhookOut
    queryset = WebhookTarget.objects.all()

    @extend_schema(operation_id="webhooks_read", summary="One of your webhooks", responses=WebhookOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(WebhookOut(self._target(pk)).data)

    @extend_schema(operation_id="webhooks_delete", summary="Hear no more", request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        self._target(pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _target(self, pk: int) -> WebhookTarget:
        target = _own(self.actor).filter(pk=pk).first()
        if target is None:
            raise NotVisible
        return target


def _own(actor: Any) -> QuerySet[WebhookTarget]:
    policies.require_scope(actor, Scope.WEBHOOKS)
    return WebhookTarget.objects.filter(client=actor.subject)
