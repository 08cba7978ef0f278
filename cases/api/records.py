"""The operator's records of a case, for programs of the operator and for staff; never for customers."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies, queries
from cases.access_log import note_access
from cases.records import snapshots
from cases.records.found import Found, found_on, pulled_on
from cases.records.models import Pull, RecordKind, Snapshot, TransactionCode
from cskh.core.api import ApiView
from cskh.core.errors import NotPermitted

_AT = "2026-11-22T09:31:02+07:00"


class LookedIn(serializers.Serializer):
    """One source that answered, whether or not it had a row: a finding can rest on either."""

    snapshot = serializers.IntegerField(source="pk", help_text="Its id, as `POST cases/{code}/facts/` takes it.")
    kind = serializers.ChoiceField(RecordKind.choices)
    source = serializers.CharField(help_text="`files`, or `rest:` and the server.")  # type: ignore[assignment]
    taken_at = serializers.DateTimeField()
    sha256 = serializers.CharField()
    rows = serializers.SerializerMethodField(help_text="How many rows of it are kept.")
    is_cut = serializers.BooleanField(
        help_text="Whether the source has more rows than are kept: what is not among them may be in the rest."
    )
    total = serializers.IntegerField(
        allow_null=True, help_text="How many rows the source has where the answer is cut; null where it does not tell."
    )

    def get_rows(self, snapshot: Snapshot) -> int:
        return len(snapshot.content)


class RecordOut(serializers.Serializer):
    """What one source said. Of accounts only the end is told; `sha256` seals the snapshot as it is kept, in full."""

    snapshot = serializers.IntegerField(source="snapshot.pk", help_text="As in `looked_in`.")
    kind = serializers.ChoiceField(RecordKind.choices, source="snapshot.kind")
    source = serializers.CharField(  # type: ignore[assignment]
        source="snapshot.source", help_text="`files`, or `rest:` and the server."
    )
    taken_at = serializers.DateTimeField(source="snapshot.taken_at")
    sha256 = serializers.CharField(source="snapshot.sha256")
    row = serializers.DictField(child=serializers.JSONField(), help_text="As in the answer of the operator's system.")
    differs = serializers.SerializerMethodField(help_text="Of amount, time, account: what the case says otherwise.")

    def get_differs(self, found: Found) -> list[str]:
        return sorted(found.differs)


class ElsewhereOut(serializers.Serializer):
    cases = serializers.SerializerMethodField(help_text="Codes of the cases you may see.")
    others = serializers.IntegerField(source="unseen", help_text="How many more there are.")

    def get_cases(self, elsewhere: Any) -> list[str]:
        return [case.code for case in elsewhere.seen]


def _looked_in(
    snapshot: int, kind: str, sha256: str, *, rows: int = 0, is_cut: bool = False, total: int | None = None
) -> dict[str, Any]:
    """A line of the examples below."""
    told = {"snapshot": snapshot, "kind": kind, "source": "files", "taken_at": _AT, "sha256": sha256}
    return {**told, "rows": rows, "is_cut": is_cut, "total": total}


def _record(snapshot: int, kind: str, sha256: str, differs: list[str], **row: object) -> dict[str, Any]:
    """A row in the examples below."""
    told = {"snapshot": snapshot, "kind": kind, "source": "files", "taken_at": _AT, "sha256": sha256}
    return {**told, "row": row, "differs": differs}


def _is_there() -> serializers.BooleanField:
    return serializers.BooleanField(
        source="is_there",
        allow_null=True,
        help_text="Null where it is not known: not looked up yet, a source that is silent, or one that told only a part.",
    )


class CodeOut(serializers.Serializer):
    """A transaction code of the case. `state` is waiting, answered, unanswered (asked again later) or no_source.

    That it stands on other cases is a hint: a mistyped code, a family, the same matter told twice look like this.
    """

    code = serializers.CharField(source="code.code")
    origin = serializers.ChoiceField(TransactionCode.Origin.choices, source="code.origin")
    noted_at = serializers.DateTimeField(source="code.noted_at")
    state = serializers.ChoiceField(TransactionCode.State.choices, source="code.state")
    looked_up_at = serializers.DateTimeField(source="code.looked_up_at", allow_null=True)
    found = _is_there()
    records = RecordOut(many=True, source="rows")
    looked_in = LookedIn(many=True)
    elsewhere = ElsewhereOut()


class PulledOut(serializers.Serializer):
    """A kind of record that was looked up for the customer of the case; `records` are the newest first. `state` as of a code."""

    kind = serializers.ChoiceField(RecordKind.choices, source="pull.kind")
    customer = serializers.CharField(source="pull.customer", help_text="Your id of the customer who was asked for.")
    since = serializers.DateTimeField(source="pull.since", allow_null=True, help_text="Null: whenever it was.")
    state = serializers.ChoiceField(Pull.State.choices, source="pull.state")
    looked_up_at = serializers.DateTimeField(source="pull.looked_up_at", allow_null=True)
    found = _is_there()
    records = RecordOut(many=True, source="rows")
    looked_in = LookedIn(many=True)


_EXAMPLE = {
    "codes": [
        {
            "code": "FT26326004511",
            "origin": "message",
            "noted_at": "2026-11-22T09:31:00+07:00",
            "state": "answered",
            "looked_up_at": _AT,
            "found": True,
            "records": [
                _record(
                    12,
                    "deposits",
                    "0f4c…",
                    ["amount"],
                    code="FT26326004511",
                    amount=1_500_000,
                    at="2026-11-22T09:05:00+07:00",
                    account="••••3456",
                    place="statement.csv, 12",
                )
            ],
            "looked_in": [
                _looked_in(11, "bets", "77b1…"),
                _looked_in(12, "deposits", "0f4c…", rows=1),
                _looked_in(13, "withdrawals", "a3d9…"),
            ],
            "elsewhere": {"cases": ["CS-7K3M-9QXT-4VB"], "others": 0},
        }
    ],
    "pulled": [
        {
            "kind": "bets",
            "customer": "BX100231",
            "since": "2026-11-15T00:00:00+07:00",
            "state": "answered",
            "looked_up_at": _AT,
            "found": True,
            "records": [_record(14, "bets", "5e20…", [], code="BET77001", amount=200_000, result="lost")],
            "looked_in": [_looked_in(14, "bets", "5e20…", rows=200, is_cut=True, total=1_534)],
        }
    ],
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A code that was found, and bets of which only a part is here", _EXAMPLE, response_only=True)
    ]
)
class RecordsOut(serializers.Serializer):
    """What the operator's records say, by the codes of the case and by what was pulled for its customer."""

    codes = CodeOut(many=True)
    pulled = PulledOut(many=True)


class CaseRecords(ApiView):
    @extend_schema(
        operation_id="cases_records",
        summary="What the operator's records say about the case",
        responses=RecordsOut,
    )
    def get(self, request: Request, code: str) -> Response:
        case = queries.visible_case(self.actor, code)
        if not policies.may_read_inside(self.actor):
            raise NotPermitted
        note_access(self.actor, case.pk)
        kept = snapshots.latest_of(case)
        told = {"codes": found_on(case, self.actor, kept), "pulled": list(pulled_on(case, kept).values())}
        return Response(RecordsOut(told).data)
