"""Cases as programs read them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Department
from cases import policies
from cases.evidence import queries as evidence
from cases.evidence.lines import AWAITING_SECOND
from cases.evidence.models import ASKED_OF_CUSTOMERS, EvidenceItem, FactEntry, RequestedItem
from cases.models import CLOCK_KINDS, Case, Category, Clock
from cases.sla.clock import ClockKind
from cases.states import ClosedAs, Step
from cases.workflow.steps import allowed_steps


class CustomerOut(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "language"]


class ClockOut(serializers.ModelSerializer):
    """`target_seconds` counts seconds of the clock's working calendar. A paused clock has no due time."""

    kind = serializers.ChoiceField(CLOCK_KINDS)
    paused = serializers.SerializerMethodField()

    class Meta:
        model = Clock
        fields = ["kind", "round", "started_at", "due_at", "paused", "breached_at", "stopped_at", "target_seconds"]

    def get_paused(self, clock: Clock) -> bool:
        return clock.paused_at is not None


# What a customer reads of it: no doubt that nobody has confirmed, and that it is unconfirmed rather than contradicted.
_FACT_STATES_FOR_CUSTOMERS = {
    AWAITING_SECOND: FactEntry.Kind.CLAIMED.value,
    FactEntry.Kind.CONTRADICTED.value: FactEntry.Kind.UNABLE.value,
}


class FactOut(serializers.Serializer):
    """What was said and found: `state` is missing, claimed, awaiting_second (a second verifier), corroborated,
    contradicted, unable (it cannot be verified) or set_aside. Customers read claimed until it counts, and unable for
    contradicted. `sentence` is written for the customer; `finding` is the id of what was found last."""

    state = serializers.SerializerMethodField()
    finding = serializers.SerializerMethodField()
    claimed = serializers.CharField(source="claim.value", default="")
    sentence = serializers.SerializerMethodField()

    def get_state(self, line: evidence.Line) -> str:
        if policies.may_read_inside(self.context["actor"]):
            return line.fact_state
        return _FACT_STATES_FOR_CUSTOMERS.get(line.fact_state, line.fact_state)

    def get_finding(self, line: evidence.Line) -> int | None:
        found = line.verdict if policies.may_read_inside(self.context["actor"]) else line.settled
        return found.pk if found else None

    def get_sentence(self, line: evidence.Line) -> str:
        return line.settled.sentence if line.settled else ""


class LineOut(serializers.Serializer):
    """One thing the case needs: `state` is missing, requested, received, accepted, rejected or not_needed.

    Lines with the same `either_of` are alternatives: one of them suffices, except for one that is asked for `besides`.
    `missing` says that it has to come still.
    """

    name = serializers.CharField()
    slug = serializers.CharField()
    part = serializers.ChoiceField([(part.value, part.label) for part in ASKED_OF_CUSTOMERS])
    why = serializers.CharField(source="told_why")
    state = serializers.CharField(
        help_text=(
            "Of this line alone: missing, or requested, also where another line of the same `either_of` is there. "
            "Customers are then told that it is not needed any more; `missing` is false."
        )
    )
    mandatory = serializers.BooleanField()
    must_be_verified = serializers.BooleanField(help_text="Nothing is decided before this fact is verified.")
    missing = serializers.BooleanField(source="is_awaited")
    either_of = serializers.CharField()
    besides = serializers.BooleanField(
        source="is_asked_besides", help_text="Asked for although another line of the same `either_of` is there."
    )
    formats = serializers.CharField()
    example = serializers.CharField()
    otherwise = serializers.CharField(help_text="How to prove it otherwise.")
    item = serializers.SerializerMethodField(help_text="What to name when evidence for it is sent.")
    fact = serializers.SerializerMethodField()

    def get_item(self, line: evidence.Line) -> int | None:
        return line.asked[-1].pk if line.asked else None

    @extend_schema_field(FactOut(allow_null=True))
    def get_fact(self, line: evidence.Line) -> Any:
        return FactOut(line, context=self.context).data if line.is_fact else None


class CaseRow(serializers.ModelSerializer):
    """A case in a list."""

    category: serializers.SlugRelatedField[Category] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, allow_null=True
    )
    department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, allow_null=True
    )
    assignee = serializers.SerializerMethodField()
    closed_as = serializers.SerializerMethodField()
    customer = CustomerOut(read_only=True)
    etag = serializers.CharField(read_only=True)

    class Meta:
        model = Case
        fields = [
            "code",
            "status",
            "closed_as",
            "channel",
            "subject",
            "nature",
            "category",
            "department",
            "assignee",
            "priority",
            "round",
            "opened_at",
            "answered_at",
            "closed_at",
            "next_due_at",
            "customer",
            "etag",
        ]

    @property
    def actor(self) -> Actor:
        return self.context["actor"]

    @extend_schema_field(serializers.ChoiceField(ClosedAs.choices, allow_blank=True))
    def get_closed_as(self, case: Case) -> str:
        """How it ended; that we took it for spam is not told to customers."""
        return "" if self.actor.is_customer and case.closed_as == ClosedAs.SPAM else case.closed_as

    def get_assignee(self, case: Case) -> str | None:
        """The user name; towards customers the name people go by."""
        if case.assignee is None:
            return None
        return str(case.assignee) if self.actor.is_customer else case.assignee.username


class CaseOut(CaseRow):
    """The whole case. `etag` is what If-Match takes."""

    allowed_steps = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()
    checklist = serializers.SerializerMethodField()
    checklist_complete = serializers.SerializerMethodField(help_text="Whether no line of the checklist is missing.")

    class Meta(CaseRow.Meta):
        fields = [
            *CaseRow.Meta.fields,
            "incident_at",
            "transaction_ref",
            "amount",
            "allowed_steps",
            "clocks",
            "checklist",
            "checklist_complete",
        ]

    def to_representation(self, instance: Case) -> Any:
        if self.context.get("is_new", False):
            self.file = evidence.needed_by(instance, self.context["first_words"])
        else:
            self.file = evidence.file_of(instance)
        return super().to_representation(instance)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Step.choices)))
    def get_allowed_steps(self, case: Case) -> list[str]:
        is_new = self.context.get("is_new", False)
        return [step.value for step in allowed_steps(self.actor, case, is_new=is_new, file=self.file)]

    @extend_schema_field(ClockOut(many=True))
    def get_clocks(self, case: Case) -> Any:
        clocks = case.clocks.order_by("pk")
        if not policies.may_read_inside(self.actor):  # what we fear for somebody is nothing they are told by a program
            clocks = clocks.exclude(kind=ClockKind.PROTECTION)
        return ClockOut(clocks, many=True).data

    @extend_schema_field(LineOut(many=True))
    def get_checklist(self, case: Case) -> Any:
        return LineOut(self.file.lines, many=True, context=self.context).data

    def get_checklist_complete(self, case: Case) -> bool:
        return not self.file.missing


class EntryOut(serializers.Serializer):
    """One event of the history. `text` is a sentence in the language of the request."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()
    actor = serializers.SerializerMethodField()
    facts = serializers.DictField(child=serializers.JSONField())
    words = serializers.CharField(help_text="The reason that was given.")

    @extend_schema_field({"type": "object", "properties": {"kind": {"type": "string"}, "name": {"type": "string"}}})
    def get_actor(self, entry: Any) -> dict[str, str]:
        return {"kind": entry.actor_kind, "name": entry.actor_name}


class EvidenceOut(serializers.ModelSerializer):
    size = serializers.IntegerField(source="file.size", default=None)
    sha256 = serializers.CharField(source="file.sha256", default=None)
    content_type = serializers.CharField(source="file.content_type", default=None)
    item: serializers.PrimaryKeyRelatedField[RequestedItem] = serializers.PrimaryKeyRelatedField(
        source="requested_item", read_only=True
    )

    class Meta:
        model = EvidenceItem
        extra_kwargs = {
            "id": {"help_text": "Names it in this API: to check it, and as a source of a fact."},
            "public_id": {
                "help_text": "Names it at the desk, where staff open its file: /admin/evidence/{public_id}/file."
            },
        }
        fields = [
            "id",
            "public_id",
            "item",
            "filename",
            "content_type",
            "size",
            "sha256",
            "text",
            "state",
            "received_at",
        ]
