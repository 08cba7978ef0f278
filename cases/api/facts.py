"""Facts over REST: what the customer says, what a person finds, a second person's word, and what is not needed."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies, queries
from cases.evidence import queries as evidence
from cases.evidence.models import FOUND, EvidenceItem, FactEntry
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Step
from cases.workflow import facts
from channels_app.models import Message
from cskh.core.api import ApiView, GenericApiView
from cskh.core.errors import Conflict, Invalid
from cskh.core.schema import example

from .inputs import RowId
from .outputs import LineOut

_SAID = FactEntry.Kind.CLAIMED
_RESULTS = [(kind.value, kind.label) for kind in FactEntry.Kind if kind in FOUND or kind == _SAID]


@example(
    "Found in our own record",
    fact="transaction-code",
    result="corroborated",
    snapshot=12,
    evidence=[41],
)
class FactIn(serializers.Serializer):
    """`result` claimed puts down what the customer says (`value`, perhaps in a `message`); the others are what a person found,
    from `evidence` of the case, a `snapshot` of our records, or a `statement`."""

    fact = serializers.SlugField(help_text="The slug of the fact on the checklist.")
    result = serializers.ChoiceField(_RESULTS)
    value = serializers.CharField(max_length=500, default="", allow_blank=True)
    message = RowId()
    evidence: serializers.ListField = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), default=list, max_length=20
    )
    snapshot = RowId()
    statement = serializers.CharField(max_length=300, default="", allow_blank=True)
    sentence = serializers.CharField(max_length=500, default="", allow_blank=True, help_text="For the customer.")


@example("The finding that was read", finding=23)
class ConfirmIn(serializers.Serializer):
    finding = RowId(help_text="The finding that was read; another one is a conflict.")


@example("Found elsewhere", thing="statement-line", reason="Ngân hàng đã xác nhận trực tiếp")
class SetAsideIn(serializers.Serializer):
    thing = serializers.CharField(max_length=160, help_text="Slug or name of the line.")
    reason = serializers.CharField(max_length=500)


class CaseFacts(GenericApiView):
    serializer_class = FactIn

    @extend_schema(
        operation_id="facts_note",
        summary="Say what was claimed or found about a fact",
        request=FactIn,
        responses={201: LineOut},
    )
    def post(self, request: Request, code: str) -> Response:
        case = _workable(self, code)
        given = self.checked()
        if given["result"] == _SAID:
            _require_said(case, given.get("message"))
            facts.note_claim(
                case, actor=self.actor, fact=given["fact"], value=given["value"], message=given.get("message")
            )
        else:
            facts.verify_fact(
                case,
                actor=self.actor,
                fact=given["fact"],
                result=given["result"],
                value=given["value"],
                sentence=given["sentence"],
                sources=_sources(case, given),
            )
        return _line(self, case, given["fact"], status=status.HTTP_201_CREATED)


class ConfirmFact(GenericApiView):
    serializer_class = ConfirmIn

    @extend_schema(
        operation_id="facts_confirm",
        summary="Confirm a finding as the second person",
        request=ConfirmIn,
        responses=LineOut,
    )
    def post(self, request: Request, code: str, fact: str) -> Response:
        case = _workable(self, code)
        finding = FactEntry.objects.filter(case=case, slug=fact, kind__in=FOUND).last()
        read = self.checked().get("finding")
        if finding is None or (read is not None and read != finding.pk):
            raise Conflict(_("This does not wait for a second verifier any more. Look at the fact again."))
        facts.confirm_finding(finding, actor=self.actor)
        return _line(self, case, fact)


class SetAside(GenericApiView):
    serializer_class = SetAsideIn

    @extend_schema(
        operation_id="facts_set_aside",
        summary="Say that a thing is not needed, and why",
        request=SetAsideIn,
        responses=LineOut,
    )
    def post(self, request: Request, code: str) -> Response:
        case = _workable(self, code)
        given = self.checked()
        facts.set_aside(case, actor=self.actor, thing=given["thing"], reason=given["reason"])
        return _line(self, case, given["thing"])


def _workable(view: ApiView, code: str) -> Case:
    """The case, for whoever works on its evidence: asked before anything is said about the input."""
    case = queries.visible_case(view.actor, code, if_match=view.if_match)
    policies.require(view.actor, Step.REQUEST_EVIDENCE, case)
    return case


def _require_said(case: Case, message: int | None) -> None:
    if message is None:
        return
    if not Message.objects.filter(case=case, direction=Message.Direction.IN, pk=message).exists():
        raise Invalid(errors={"message": [_("The customer did not say this on the case.")]})


def _sources(case: Case, given: dict[str, Any]) -> facts.Sources:
    items = list(EvidenceItem.objects.filter(case=case, pk__in=given["evidence"]).select_related("file"))
    if len(items) != len(set(given["evidence"])):
        raise Invalid(errors={"evidence": [_("This does not belong to the case.")]})
    snapshot = None
    if given.get("snapshot"):
        snapshot = Snapshot.objects.filter(case=case, pk=given["snapshot"]).first()
        if snapshot is None:
            raise Invalid(errors={"snapshot": [_("This does not belong to the case.")]})
    return facts.Sources(evidence=items, snapshot=snapshot, statement=given["statement"])


def _line(view: ApiView, case: Case, thing: str, status: int = 200) -> Response:
    line = next(line for line in evidence.checklist_of(case) if line.answers_to(thing))
    return Response(LineOut(line, context={"actor": view.actor}).data, status=status)
