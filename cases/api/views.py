"""Cases over REST: open, list, read, take steps, send and check evidence."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.customers.models import Customer
from cases import policies, queries, timeline
from cases.access_log import note_access
from cases.evidence.models import EvidenceItem, RequestedItem
from cases.evidence.names import same_name
from cases.evidence.pipeline.receive import Upload
from cases.models import Case, CaseEvent
from cases.states import Channel, Nature, Step
from cases.workflow import evidence
from cases.workflow.opening import Matter
from channels_app import intake
from cskh.core.api import ApiView, GenericApiView, StrictJSONParser
from cskh.core.client_address import address_hash
from cskh.core.errors import Invalid, NotPermitted, NotVisible
from cskh.core.text import as_number

from .filters import CaseFilter
from .inputs import CaseIn, EvidenceIn, VerifyIn
from .outputs import CaseOut, CaseRow, EntryOut, EvidenceOut
from .steps import STEPS


def case_response(case: Case, actor: Actor, *, is_new: bool = False, first_words: str = "") -> Response:
    """The case as `actor` may see it, with its version. Of one that `is_new` nothing is known but what it was opened with."""
    data = CaseOut(case, context={"actor": actor, "is_new": is_new, "first_words": first_words}).data
    return Response(data, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK, headers={"ETag": case.etag})


class Cases(GenericApiView):
    filterset_class = CaseFilter
    serializer_class = CaseRow
    ordering = queries.OVERVIEW[:-1]
    orderings = ("-opened_at", "opened_at", "-urgency", "urgency", "code", "-code")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return queries.overview(queries.for_file(policies.visible_to(self.actor)))

    @extend_schema(
        operation_id="cases_list",
        summary="The cases you may see: open before closed, urgent first",
        responses=CaseRow(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(operation_id="cases_open", summary="Open a case", request=CaseIn, responses={201: CaseOut})
    def post(self, request: Request) -> Response:
        if not policies.may_open(self.actor):
            raise NotPermitted
        given = self.checked(CaseIn)
        person, customer = _who(self.actor, given.get("customer") or {})
        case = intake.open_request(
            Matter(
                subject=given["subject"],
                nature=Nature(given["nature"]),
                category=given.get("category"),
                incident_at=given.get("incident_at"),
                transaction_ref=given["transaction_ref"],
                amount=given.get("amount"),
            ),
            actor=self.actor,
            channel=Channel(given["channel"]),
            body=given["body"],
            person=person,
            customer=customer,
            notice=given.get("notice"),
        )
        first_words = intake.first_words(case.subject, given["body"])
        response = case_response(case, self.actor, is_new=True, first_words=first_words)
        response.headers["Location"] = f"{request.path}{case.code}/"
        return response


def _who(actor: Actor, given: dict[str, str]) -> tuple[Person | None, Customer | None]:
    """Whom the case is for: customers open for themselves, everybody else names somebody we can recognise."""
    if actor.is_customer:
        customer: Customer = actor.subject
        if given.get("external_id") not in (None, "", customer.external_id):
            raise NotPermitted
        # Their token proves who they are, not that an address they type is theirs: mail from it would be taken for theirs.
        known = {name: text for name, text in given.items() if name not in ("email", "phone")}
        person = Person(**{**known, "external_id": customer.external_id}) if customer.external_id else None
        return person, customer
    person = Person(**given)
    if not (person.external_id.strip() or person.email.strip() or person.phone.strip()):
        raise Invalid(errors={"customer": [_("Give external_id, email or phone.")]})
    return person, None


class CaseDetail(ApiView):
    @extend_schema(operation_id="cases_read", summary="One case", responses=CaseOut)
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        note_access(self.actor, case.pk)
        return case_response(case, self.actor)


class CaseTimeline(GenericApiView):
    serializer_class = EntryOut
    queryset = CaseEvent.objects.all()
    ordering = ("number",)

    @extend_schema(operation_id="cases_timeline", summary="What happened", responses=EntryOut(many=True))
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        note_access(self.actor, case.pk)
        page = self.paginate_queryset(timeline.events_for(self.actor, case)) or []
        return self.get_paginated_response(EntryOut(timeline.entries(page, self.actor), many=True).data)


class TakeStep(GenericApiView):
    """Takes the step on the case. 403 means not you, 409 not now."""

    step: Step = Step.CLASSIFY

    def get_serializer_class(self) -> Any:
        return STEPS[self.step][0]

    @extend_schema(responses=CaseOut)
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        policies.require(self.actor, self.step, case)  # before anything is said about the input
        take = STEPS[self.step][1]
        take(case, self.actor, self.checked())
        # Whoever hands a case on may no longer see it; what became of their own step they are told all the same.
        return case_response(queries.for_file(Case.objects.all()).get(pk=case.pk), self.actor)


class CaseEvidence(GenericApiView):
    parser_classes = [MultiPartParser, StrictJSONParser]

    @extend_schema(
        operation_id="evidence_submit",
        summary="Send a file, or words, as evidence",
        request=EvidenceIn,
        responses={201: EvidenceOut},
    )
    def post(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code, if_match=self.if_match)
        given = self.checked(EvidenceIn)
        item = evidence.submit_evidence(
            case,
            actor=self.actor,
            channel=Channel.APP,
            upload=Upload.of_form(given["file"]) if "file" in given else None,
            text=given["text"],
            item=_requested(case, given["item"]),
            address_hash=address_hash(request),
        )
        return Response(EvidenceOut(item).data, status=status.HTTP_201_CREATED)


def _requested(case: Case, text: str) -> int | None:
    """The requested item that `text` means: its id or its name."""
    if not text:
        return None
    if (number := as_number(text)) is not None:
        return number
    asked = RequestedItem.objects.filter(request__case=case).select_related("checklist_item").order_by("-pk")
    for one in asked:
        names = [one.name, *([one.checklist_item.slug] if one.checklist_item else [])]
        if any(same_name(name, text) for name in names):
            return one.pk
    raise Invalid(errors={"item": [_("This was not asked for in this case.")]})


class VerifyEvidence(GenericApiView):
    @extend_schema(
        operation_id="evidence_verify",
        summary="Accept or reject a piece of evidence",
        request=VerifyIn,
        responses=EvidenceOut,
    )
    def post(self, request: Request, pk: int) -> Response:
        items = EvidenceItem.objects.filter(case__in=policies.visible_to(self.actor))
        item = items.select_related("case", "file", "requested_item").filter(pk=pk).first()
        if item is None:
            raise NotVisible
        policies.require(self.actor, Step.REQUEST_EVIDENCE, item.case)
        item.case.if_match = self.if_match
        given = self.checked(VerifyIn)
        evidence.verify_evidence(item, actor=self.actor, result=given["result"], reason=given["reason"])
        return Response(EvidenceOut(item).data)
