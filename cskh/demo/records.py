"""The demo's bank statement: what the operator's books say about the codes that demo customers name."""

import csv
import io
from datetime import timedelta

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases.models import STILL_OPEN, Case
from cases.records import importing, looking_up
from cases.records.models import RecordFile

_FILENAME = "sao-ke-ben-xanh.csv"
_HEADER = ("STT", "Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Tài khoản đối ứng", "Nội dung")
_SHORT_EVERY, _SHORT_BY = 3, 50_000  # of some transfers less has come than the customer says
_NOT_THERE_EVERY = 5


def hand_in_statement() -> None:
    """Hands a statement in as a manager does, reads it, and looks up what stands on the demo's cases."""
    actor = Actor.staff(User.objects.get(username="yen"))
    stream = io.BytesIO(_statement().encode("utf-8-sig"))
    file = importing.hand_in(stream, filename=_FILENAME, content=RecordFile.Content.STATEMENT, actor=actor)
    importing.confirm_columns(file, file.columns, actor=actor)
    importing.read(file.pk)
    for case_id in looking_up.cases_due(limit=1000):
        looking_up.look_up_codes(case_id)


def _statement() -> str:
    lines = io.StringIO()
    table = csv.writer(lines, delimiter=";")
    table.writerow(["NGÂN HÀNG BẾN XANH: SAO KÊ TÀI KHOẢN"])
    table.writerow(_HEADER)
    named = Case.objects.filter(STILL_OPEN, amount__isnull=False, incident_at__isnull=False).exclude(transaction_ref="")
    by_code = {case.transaction_ref: case for case in named.order_by("-pk")}
    for number, case in enumerate(sorted(by_code.values(), key=lambda case: case.pk), 1):
        if number % _NOT_THERE_EVERY:
            table.writerow([number, *_line_of(case, number)])
    return lines.getvalue()


def _line_of(case: Case, number: int) -> list[str]:
    at = timezone.localtime((case.incident_at or timezone.now()) + timedelta(minutes=2))
    amount = (case.amount or 0) - (0 if number % _SHORT_EVERY else _SHORT_BY)
    written, is_deposit = f"{amount:,}".replace(",", "."), case.transaction_ref.startswith("FT")
    debit, credit = ("", written) if is_deposit else (written, "")
    content = f"{case.customer.external_id} nap tien" if is_deposit else "Chi tra lenh rut"
    return [at.strftime("%d/%m/%Y %H:%M:%S"), case.transaction_ref, debit, credit, f"0451000{number:06}", content]
