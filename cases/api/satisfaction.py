"""How satisfied a customer is, over REST: said by themselves, or by the operator's app for them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies, queries
from cases.satisfaction import SCORES
from cases.states import Step
from cases.workflow import satisfaction
from cases.workflow.satisfaction import COMMENT_MAX
from cskh.core.api import GenericApiView
from cskh.core.schema import example


@example("Content, and it was easy", score=5, ease=4, comment="Xử lý nhanh, cảm ơn")
class SatisfactionIn(serializers.Serializer):
    """`score` says how satisfied the customer is, `ease` how easy it was for them; 5 is best."""

    score = serializers.IntegerField(min_value=SCORES[0], max_value=SCORES[-1])
    ease = serializers.IntegerField(min_value=SCORES[0], max_value=SCORES[-1], default=None, allow_null=True)
    comment = serializers.CharField(max_length=COMMENT_MAX, default="", allow_blank=True)


class SatisfactionOut(serializers.Serializer):
    round = serializers.IntegerField()
    score = serializers.IntegerField()
    ease = serializers.IntegerField(allow_null=True)


class GiveSatisfaction(GenericApiView):
    serializer_class = SatisfactionIn

    @extend_schema(
        operation_id="cases_satisfaction",
        summary="Say how satisfied the customer is, once they were asked",
        responses={201: SatisfactionOut},
    )
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        policies.require(self.actor, Step.ACCEPT, case)
        given = self.checked()
        satisfaction.give(case, actor=self.actor, **given)
        told = {"round": case.round, "score": given["score"], "ease": given["ease"]}
        return Response(SatisfactionOut(told).data, status=status.HTTP_201_CREATED, headers={"ETag": case.etag})
