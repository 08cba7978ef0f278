"""Cases as programs read them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Department
from cases.evidence import queries as evidence
from cases.evidence.models import EvidenceItem, RequestedItem
from cases.models import CLOCK_KINDS, Case, Category, Clock
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


class LineOut(serializers.Serializer):
    """One thing the case needs: `state` is missing, requested, received, accepted, rejected or not_needed."""

    name = serializers.CharField()
    why = serializers.CharField()
    state = serializers.CharField()
    mandatory = serializers.BooleanField()
    item = serializers.SerializerMethodField(help_text="What to name when evidence for it is sent.")

    def get_item(self, line: evidence.Line) -> int | None:
        return line.asked[-1].pk if line.asked else None


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

    class Meta(CaseRow.Meta):
        fields = [
            *CaseRow.Meta.fields,
            "incident_at",
            "transaction_ref",
            "amount",
            "allowed_steps",
            "clocks",
            "checklist",
        ]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Step.choices)))
    def get_allowed_steps(self, case: Case) -> list[str]:
        return [step.value for step in allowed_steps(self.actor, case, is_new=self.context.get("is_new", False))]

    @extend_schema_field(ClockOut(many=True))
    def get_clocks(self, case: Case) -> Any:
        return ClockOut(case.clocks.order_by("pk"), many=True).data

    @extend_schema_field(LineOut(many=True))
    def get_checklist(self, case: Case) -> Any:
        is_new = self.context.get("is_new", False)
        return LineOut(evidence.needed_by(case) if is_new else evidence.checklist_of(case), many=True).data


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
        fields = ["id", "item", "filename", "content_type", "size", "sha256", "text", "state", "received_at"]
