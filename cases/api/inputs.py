"""What requests about cases carry. Forms and lengths are checked here, meaning by the workflow."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.customers.models import Customer, Notice
from accounts.models import Department, User
from cases.evidence.models import Check
from cases.models import Category
from cases.states import Channel, Nature
from cskh.core.fields import Body, NameField
from cskh.core.schema import example

_LANGUAGES = Customer._meta.get_field("language").choices or []
_REASON_CHARACTERS = 4_000


class Reason(serializers.CharField):
    """Why; who must say it depends on the step and on who takes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=_REASON_CHARACTERS, **(options or {"default": "", "allow_blank": True}))


def category_field(**options: Any) -> NameField:
    categories = Category.objects.filter(is_active=True).select_related("department")
    return NameField(slug_field="slug", queryset=categories, **options)


class CustomerIn(serializers.Serializer):
    """Who it is about: at least one of the operator's id, an email address, a telephone number."""

    external_id = serializers.CharField(max_length=100, default="", allow_blank=True)
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    email = serializers.CharField(max_length=320, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    language = serializers.ChoiceField(_LANGUAGES, default="vi")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A deposit that did not arrive",
            request_only=True,
            value={
                "channel": "app",
                "subject": "Nạp tiền chưa vào",
                "body": "Tôi chuyển 2.000.000đ lúc 9h05, đến giờ chưa thấy.",
                "customer": {"external_id": "BX100231", "name": "Nguyễn Văn An", "email": "an@khach.example"},
                "category": "deposit-not-credited",
                "incident_at": "2026-11-22T09:05:00+07:00",
                "transaction_ref": "FT26326004511",
                "amount": 2000000,
            },
        )
    ]
)
class CaseIn(serializers.Serializer):
    """A new case. `amount` is whole VND. A customer's token opens for that customer alone and needs no `customer`;
    addresses it names are not taken, since only the operator knows whose they are."""

    channel = serializers.ChoiceField(Channel.choices)
    subject = serializers.CharField(max_length=settings.SUBJECT_MAX_CHARACTERS)
    body = Body()
    customer = CustomerIn(required=False)
    category = category_field(required=False, allow_null=True)
    nature = serializers.ChoiceField(Nature.choices, default=Nature.SERVICE_REQUEST)
    incident_at = serializers.DateTimeField(required=False, allow_null=True)
    transaction_ref = serializers.CharField(max_length=100, default="", allow_blank=True)
    amount = serializers.IntegerField(min_value=0, max_value=settings.AMOUNT_MAX_VND, required=False, allow_null=True)
    notice = NameField(
        slug_field="version",
        queryset=Notice.objects.all(),
        required=False,
        allow_null=True,
        help_text="The version of our rights and privacy notice that your screen showed or led to.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A detail in words",
            request_only=True,
            value={"item": "Mã giao dịch", "text": "Đây là mã giao dịch: FT26326004511"},
        )
    ]
)
class EvidenceIn(serializers.Serializer):
    file = serializers.FileField(required=False, max_length=255)
    text = serializers.CharField(max_length=_REASON_CHARACTERS, default="", allow_blank=True)
    item = serializers.CharField(
        max_length=160, default="", allow_blank=True, help_text="Id or name of the requested item this answers."
    )


@example("A picture that cannot be read", result="rejected", reason="Ảnh mờ, hãy chụp lại")
class VerifyIn(serializers.Serializer):
    result = serializers.ChoiceField(Check.Result.choices)
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


# The steps, one form each.


class NothingIn(serializers.Serializer):
    """The step says it all."""


@example("Why", reason="Khách hàng gọi lại và cho biết đã nhận được tiền")
class ReasonIn(serializers.Serializer):
    reason = Reason()


@example(
    "A complaint for another department",
    category="login-failure",
    nature="complaint",
    reason="Khách hàng không đăng nhập được",
    summary="Đã kiểm tra nạp tiền, không có lỗi. Cần xem nhật ký đăng nhập.",
)
class ClassifyIn(serializers.Serializer):
    """`summary` is for the next department: needed where a case that has a department goes to another one."""

    category = category_field()
    nature = serializers.ChoiceField(Nature.choices, required=False)
    reason = Reason()
    summary = Reason()


@example("To a person", assignee="lan")
class AssignIn(serializers.Serializer):
    """Either a person, or a department together with a summary for it."""

    assignee = NameField(slug_field="username", queryset=User.objects.filter(is_active=True), required=False)
    department = NameField(slug_field="slug", queryset=Department.objects.filter(is_active=True), required=False)
    summary = Reason()

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if ("assignee" in attrs) == ("department" in attrs):
            raise serializers.ValidationError({"assignee": [_("Name either an assignee or a department.")]})
        return attrs


class WantedIn(serializers.Serializer):
    name = serializers.CharField(max_length=160)
    why = serializers.CharField(max_length=300, default="", allow_blank=True)
    besides = serializers.BooleanField(
        default=False,
        help_text="Asked for although another line of the same `either_of` is on file and checked; with a `why` of its own, "
        "by a manager or the lead.",
    )


@example(
    "A receipt, until the next evening",
    items=[{"name": "Biên lai chuyển khoản", "why": "Để đối chiếu với ngân hàng"}],
    due_at="2026-11-23T18:00:00+07:00",
)
class RequestEvidenceIn(serializers.Serializer):
    items: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=WantedIn(), allow_empty=False, max_length=10
    )
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    late_why = serializers.CharField(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="Why things are asked for that could have been asked for earlier. The customer does not read it. Needed "
        "where a withdrawal waits; which things those are stands in `late` of the event.",
    )


@example("An outcome to be approved", body="Hoàn 340.000 ₫ vào tài khoản của Quý khách.")
class BodyIn(serializers.Serializer):
    body = Body()


@example("An answer", body="Khoản 2.000.000 ₫ của Quý khách đã được ghi có lúc 9h41.")
class AnswerIn(serializers.Serializer):
    """Where an outcome was approved, `body` may be left out: what was approved is sent."""

    body = Body(default="", allow_blank=True)


class RowId(serializers.IntegerField):
    """The id of something that may be named."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, min_value=1, max_value=2**63 - 1, **options)


def _answer_read() -> RowId:
    return RowId(help_text="The answer that was read (`answer` of its message). Another one in force is a conflict.")


@example("What the customer read is accepted", answer=4711)
class AcceptIn(serializers.Serializer):
    """Staff name the `message` (its id) in which the customer accepts; `proof` says more, such as where a recording is."""

    answer = _answer_read()
    message = RowId()
    proof = Reason()


@example("Not settled yet", answer=4711, reason="Tôi vẫn chưa nhận được tiền")
class RejectIn(ReasonIn):
    """Staff name the `message` (its id) in which the customer refuses, or say in `reason` how they know."""

    answer = _answer_read()
    message = RowId()


@example("The case that goes on", of="CS-7F3K-9QWM-2XA")
class DuplicateIn(serializers.Serializer):
    of = serializers.CharField(max_length=60, help_text="The code of the other case.")
