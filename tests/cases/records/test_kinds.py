"""Every kind of record, from each source, with everything that it says."""

from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cases.records.imported import ImportedSource
from cases.records.models import RecordFile, RecordKind
from cases.records.reading.columns import FIELDS
from cases.records.rest import RestSource
from cases.records.rows import SHAPES
from tests.cases.records.building import KEY, operator, take_over

CUSTOMER = "BX100231"
AT = datetime(2026, 11, 22, 9, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
# By field: the name of its column, and what stands there.
BOOKS = {
    "code": ("Mã giao dịch", "GD26326004511"),
    "customer": ("Mã khách hàng", CUSTOMER),
    "at": ("Thời gian", "22/11/2026 09:05"),
    "amount": ("Số tiền", "1.500.000"),
    "status": ("Trạng thái", "đã xong"),
    "bank": ("Ngân hàng", "VCB"),
    "account": ("Số tài khoản", "0451000123456"),
    "content": ("Nội dung", "BX100231 nap tien"),
    "verification": ("Xác minh", "đã xác minh"),
    "reason": ("Lý do", "Khách tự khóa"),
    "terms": ("Điều khoản", "bản 3"),
    "turnover": ("Vòng cược", "2 trên 5"),
    "game": ("Trận đấu", "Sen gặp Súng"),
    "market": ("Kèo", "châu Á"),
    "odds": ("Tỷ lệ", "1,95"),
    "result": ("Kết quả", "thắng"),
    "payout": ("Trả thưởng", "2.925.000"),
    "device": ("Thiết bị", "điện thoại"),
    "address": ("Địa chỉ IP", "203.0.113.7"),
}
TYPED = {"at": AT, "amount": 1_500_000, "payout": 2_925_000}


def said_of(kind):
    """What a record of that kind says, by field."""
    return {name: TYPED.get(name, BOOKS[name][1]) for name in FIELDS[kind] if name != "clock"}


@pytest.mark.parametrize("kind", RecordKind)
def test_every_field_of_a_kind_can_be_told(kind):
    common = {"code", "amount", "status", "place"}
    assert {field.name for field in fields(SHAPES[kind])} - common <= set(said_of(kind))


@pytest.mark.parametrize("kind", RecordKind)
def test_over_rest(kind):
    told = {name: value.isoformat() if name == "at" else value for name, value in said_of(kind).items()}
    with operator(lambda asked_kind, asked: (200, {"rows": [told] if asked_kind == kind.value else []})) as server:
        [row] = RestSource(server.url, KEY).look_up(kind, customer=CUSTOMER).rows
    assert type(row) is SHAPES[kind]
    assert {name: getattr(row, name) for name in said_of(kind)} == said_of(kind)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", RecordKind)
def test_as_a_file(kind, manager):
    names = list(said_of(kind))
    table = "\n".join(";".join(BOOKS[name][which] for name in names) for which in (0, 1))
    file = take_over(manager, f"{table}\n", content=kind.value, filename="so.csv")
    assert (file.state, file.errors) == (RecordFile.State.LIVE, [])
    [row] = ImportedSource().look_up(kind, customer=CUSTOMER).rows
    assert (type(row), row.place) == (SHAPES[kind], "so.csv, 2")
    assert {name: getattr(row, name) for name in said_of(kind)} == said_of(kind)
