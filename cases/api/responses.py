"""Official responses over REST: every version as it was issued, for whoever may see the case, its customer too."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from cases import queries
from cases.access_log import note_access
from cases.complaints.models import Response
from cases.complaints.register import complaint_of
from cases.complaints.responses import responses_of
from cases.models import Case
from cases.workflow import responding
from cskh.core.api import ApiView
from cskh.core.downloads import pdf_to_save
from cskh.core.errors import NotVisible

_SAID = {
    "form": 1,
    "number": "PH-2026-000012",
    "version": 1,
    "correction": None,
    "issued_on": "2026-11-24",
    "language": "vi",
    "brand": settings.BRAND_NAME,
    "signed_by": "Phụ trách giải quyết khiếu nại",
    "case": "CS-7K3M-9QXT-4VB",
    "to": "Nguyễn Văn An",
    "registered_on": "2026-11-22",
    "level": 1,
    "levels": 2,
    "is_final": False,
    "issues": [
        {
            "number": 1,
            "said": "Giao dịch GD-55120 bị tính thiếu 340.000đ",
            "evidence": ["Ảnh biên lai (bien-lai.jpg)", "Số tiền: đã xác nhận"],
            "found": "Dữ liệu đối tác gửi thiếu một dòng",
            "outcome": "upheld",
            "reason": "Sổ lệnh gốc khớp với lời Quý khách",
            "clause": {"number": 7, "version": 1, "title": "Tính kết quả"},
            "remedies": [
                {
                    "what": "ghi có vào tài khoản 340.000 ₫",
                    "why": "Ghi có thêm 340.000 ₫ vào tài khoản của Quý khách.",
                    "to": "tài khoản của khách tại đơn vị ••••0231",
                    "by": "2026-11-26",
                }
            ],
            "no_remedy_because": "",
        }
    ],
    "next_level": "Một người khác sẽ xem lại.",
    "respond_by": "2026-12-01",
    "external_route": "",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The answer of the first level",
            response_only=True,
            value={
                "id": 12,
                "number": "PH-2026-000012",
                "version": 1,
                "round": 1,
                "is_final": False,
                "language": "vi",
                "issued_at": "2026-11-24T10:12:00+07:00",
                "says": _SAID,
                "sha256": "5f0c6f6c0d7d2b8a4f0f3f6a7c1c9d9e8f1b2a3c4d5e6f708192a3b4c5d6e7f8",
                "pdf": "/api/v1/complaints/CS-7K3M-9QXT-4VB/responses/0d3f5b52-6c6e-4f0e-9a43-0c1c6b7f1e55/pdf/",
            },
        )
    ]
)
class ResponseOut(serializers.ModelSerializer):
    """One version. `says` is what stands in it, in the customer's language, and empty where it was erased; `sha256` seals it."""

    issued_at = serializers.DateTimeField(source="at")
    says = serializers.SerializerMethodField()
    pdf = serializers.SerializerMethodField(
        help_text="Where its PDF is fetched: always the same bytes, at an address that cannot be guessed from `id`."
    )

    class Meta:
        model = Response
        fields = ["id", "number", "version", "round", "is_final", "language", "issued_at", "says", "sha256", "pdf"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_says(self, response: Response) -> dict[str, Any]:
        return response.says

    def get_pdf(self, response: Response) -> str:
        return f"/api/v1/complaints/{self.context['code']}/responses/{response.public_id}/pdf/"


class ComplaintResponses(ApiView):
    @extend_schema(
        operation_id="complaints_responses",
        summary="The official responses, every version, oldest first",
        responses=ResponseOut(many=True),
    )
    def get(self, request: Request, code: str) -> Answer:
        case = _complaint(self.actor, code)
        note_access(self.actor, case.pk)
        return Answer(ResponseOut(responses_of(case), many=True, context={"code": case.code}).data)


class ResponsePdf(ApiView):
    @extend_schema(
        operation_id="complaints_response_pdf",
        summary="One version of an official response as PDF",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, code: str, public_id: UUID) -> HttpResponse:
        case = _complaint(self.actor, code)
        response = responses_of(case).filter(public_id=public_id).first()
        if response is None:
            raise NotVisible
        note_access(self.actor, case.pk, reason=response.filename)
        return pdf_to_save(bytes(responding.print_once(response).pdf), response.filename)


def _complaint(actor: Any, code: str) -> Case:
    case = queries.visible_case(actor, code)
    if complaint_of(case) is None:
        raise NotVisible
    return case
