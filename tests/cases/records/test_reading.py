"""Files of records as banks and programs write them."""

import io
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.records.models import RecordKind
from cases.records.reading import camt, table
from cases.records.reading.lines import Wrong
from cases.records.reading.values import MOST, amount_in, time_in
from tests.cases.records.building import STATEMENT

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.000.000", 2_000_000),
        ("2,000,000", 2_000_000),
        ("2 000 000", 2_000_000),
        ("2\u00a0000\u00a0000 ₫", 2_000_000),
        ("2000000", 2_000_000),
        ("2.000.000,00", 2_000_000),
        ("2,000,000.00 VND", 2_000_000),
        ("+500.000đ", 500_000),
        ("-500.000", -500_000),
        ("(500.000)", -500_000),
        ("1.234", 1_234),
        ("0", 0),
        ("", None),
        ("-", None),
    ],
)
def test_amounts(text, amount):
    assert amount_in(text) == amount


@pytest.mark.parametrize(
    "text",
    ["1.50", "1,23", "2.00.000", "1.000,000.5", "abc", "=1+1", "10.5", "1e6", "٢٠٠", "9" * 17, "1.000,5", "--5", "+"],
)
def test_what_is_not_understood_becomes_no_other_amount(text):
    with pytest.raises(ValueError, match="no amount"):
        amount_in(text)


@given(st.integers(0, MOST), st.sampled_from(".,"))
def test_grouped_amounts_are_what_they_were(amount, mark):
    assert amount_in(f"{amount:,}".replace(",", mark)) == amount


@pytest.mark.parametrize(
    ("text", "clock", "expected"),
    [
        ("22/11/2026 09:05:30", "", "2026-11-22T09:05:30+07:00"),
        ("22-11-2026", "09:05", "2026-11-22T09:05:00+07:00"),
        ("2/1/2026", "", "2026-01-02T00:00:00+07:00"),
        ("09:05 22/11/2026", "", "2026-11-22T09:05:00+07:00"),
        ("2026-11-22 09:05:30", "", "2026-11-22T09:05:30+07:00"),
        ("20261122", "", "2026-11-22T00:00:00+07:00"),
        ("2026-11-22T02:05:30Z", "", "2026-11-22T09:05:30+07:00"),
    ],
)
def test_times(text, clock, expected):
    assert time_in(text, clock, ZONE) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["31/02/2026", "11/22/2026", "22/11/26", "hôm qua", "22/11/2026 25:00", "45618"])
def test_no_times(text):
    with pytest.raises(ValueError):
        time_in(text, "", ZONE)


def read(data, content="statement"):
    file = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    written = table.look_at(file, content)
    return list(table.read(file, written, written.columns, content, ZONE))


def rows_of(outcomes):
    return [
        (kind.value, row.code, row.amount)
        for _, outcome in outcomes
        if isinstance(outcome, tuple)
        for kind, row in [outcome]
    ]


def wrongs_of(outcomes):
    return [(number, one.key) for number, one in outcomes if isinstance(one, Wrong)]


EXPECTED = [("deposits", "FT26326004511", 2_000_000), ("withdrawals", "FT26326004777", 500_000)]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_statement_however_it_is_saved(delimiter, encoding, ending):
    text = STATEMENT.replace(";", delimiter).replace("\n", ending)
    assert rows_of(read(text.encode(encoding))) == EXPECTED


def test_windows_1258():
    text = "Ngày giao dịch;Mã giao dịch;Ghi có;Nội dung\n22/11/2026;FT26326004511;2.000.000;Nạp tiền\n"
    # As Vietnamese programs write it: the tone follows its letter.
    data = text.replace("ị", "i\u0323").replace("ộ", "ô\u0323").replace("ạ", "a\u0323").replace("ề", "ê\u0300")
    data = data.replace("à", "a\u0300").replace("ã", "a\u0303").replace("ó", "o\u0301").encode("cp1258", "replace")
    [(_, (_, row))] = read(data)
    assert (row.code, row.amount, row.content) == ("FT26326004511", 2_000_000, "Nạp tiền")


@pytest.mark.parametrize(
    "header",
    [
        "Ngày GD,Số CT,Số tiền,Diễn giải",
        "Transaction Date,Reference No.,Amount,Description",
        '"Ngày giao dịch\nTransaction date","Số tham chiếu / Ref no","Số tiền (VND)","Nội dung (Remark)"',
    ],
)
def test_names_of_columns_as_banks_write_them(header):
    assert rows_of(read(f'{header}\n22/11/2026,FT26326004511,"2,000,000",nap\n')) == EXPECTED[:1]


def test_what_went_out_is_a_withdrawal():
    assert rows_of(read("Ngày,Mã GD,Số tiền\n22/11/2026,A1,-500.000\n")) == [("withdrawals", "A1", 500_000)]


def test_errors_name_their_line_and_all_are_found():
    text = (
        "Mã giao dịch;Số tiền;Thời gian\nA1;1.000;22/11/2026\nA2;1.5;22/11/2026\n\nA3;;22/11/2026\n;1.000;22/11/2026\n"
        "A5;1.000;31/02/2026\nA6;1.000\n"
    )
    outcomes = read(text, "deposits")
    assert wrongs_of(outcomes) == [(3, "amount"), (5, "no_amount"), (6, "code"), (7, "time"), (8, "columns")]
    assert rows_of(outcomes) == [("deposits", "A1", 1_000)]


def test_formulas_are_characters():
    text = "Mã giao dịch,Số tiền,Nội dung\nA1,1000,\"=cmd|' /C calc'!A0\"\n"
    [(_, (_, row))] = read(text, "deposits")
    assert row.content == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "header"),
        (b"x\ny\n", "header"),
        (b"\x00\x01\x02" * 50, "binary"),
        (b"PK\x03\x04\xff\xd2\x00", "binary"),
    ],
)
def test_what_is_no_table(data, key):
    with pytest.raises(Wrong) as wrong:
        read(data)
    assert wrong.value.key == key


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    head = "Ngày giao dịch;Mã giao dịch;Ghi có\n".encode()
    for tried in (data, head + data):
        with suppress(Wrong):
            read(tried)


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><Othr><Id>19036667778889</Id></Othr></Id></Acct>
<Bal><Amt Ccy="VND">9000000</Amt></Bal>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="VND">2000000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
 <BookgDt><DtTm>2026-11-22T09:05:00+07:00</DtTm></BookgDt><AcctSvcrRef>FT26326004511</AcctSvcrRef>
 <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
  <RltdPties><DbtrAcct><Id><Othr><Id>0451000123456</Id></Othr></Id></DbtrAcct></RltdPties>
  <RmtInf><Ustrd>BX100231 nap tien</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">500000</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-11-22</Dt></BookgDt>
 <AcctSvcrRef>FT26326004777</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def statement(text):
    return list(camt.read(io.BytesIO(text.encode()), ZONE))


def test_camt():
    outcomes = statement(CAMT)
    assert rows_of(outcomes) == EXPECTED
    [(_, (_, row)), _] = outcomes
    assert (row.account, row.at.isoformat()) == ("0451000123456", "2026-11-22T09:05:00+07:00")
    assert "BX100231 nap tien" in row.content


def test_camt_of_another_currency_is_refused_by_its_entry():
    assert wrongs_of(statement(CAMT.replace('Ccy="VND">500000', 'Ccy="USD">20.50'))) == [(2, "currency")]


def test_a_fraction_is_not_taken_for_thousands():
    assert wrongs_of(statement(CAMT.replace("500000<", "500.500<"))) == [(2, "amount")]


BOMB = """<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Document><Ntry><NtryRef>&c;</NtryRef></Ntry></Document>"""
FETCHING = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'


@pytest.mark.parametrize(
    ("text", "key"),
    [(BOMB, "doctype"), (FETCHING, "doctype"), ("<a><b></a>", "xml"), ("<a>&x;</a>", "xml"), ("<a", "xml")],
)
def test_no_entity_is_ever_expanded(text, key):
    assert [key for _, key in wrongs_of(statement(text))] == [key]


def test_kinds_are_known():
    assert {kind for kind, _, _ in rows_of(statement(CAMT))} <= set(RecordKind.values)
