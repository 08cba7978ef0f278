"""What is taken for a transaction code, and what is not."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import codes as tracking
from cases.records.codes import LONGEST, MOST_IN_A_TEXT, codes_given, codes_in, normalise

FT = st.from_regex(r"FT[0-9]{5}[A-Z0-9]{5}", fullmatch=True)
WORDS = st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxy ,.!?:;\n"), max_size=40)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Mã giao dịch FT26326004511, nhờ kiểm tra", ["FT26326004511"]),
        ("ft26326004511", ["FT26326004511"]),
        ("ma gd: FT-26326-004511.", ["FT26326004511"]),
        ("MBVCB.3278907687.NAP", ["3278907687"]),
        ("mã 20261128093012345678 của ví", ["20261128093012345678"]),
        ("GD10245678X và AB12CD34", ["GD10245678X", "AB12CD34"]),
        ("FT26326004511 rồi lại FT26326004511", ["FT26326004511"]),
        ("ＦＴ２６３２６００４５１１", ["FT26326004511"]),
        ("tk 19036667778889 chuyển FT26326004511", ["FT26326004511"]),
        ("mã tra cứu 550e8400-e29b-41d4-a716-446655440000", ["550E8400E29B41D4A716446655440000"]),
    ],
)
def test_codes_are_found(text, codes):
    assert codes_in(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gọi tôi số 0901234567 hoặc 02838123456, +84901234567, 84901234567, 1900123456",
        "số tài khoản 19036667778889",
        "STK: 0451000123456",
        "CCCD 079090001234",
        "079090001234",
        "thẻ 4111111111111111 hoặc 9704366812345678",
        "4111111111111111",
        "tôi chuyển 2000000000 đồng, 2.000.000.000đ",
        "ngày 28/11/2026 lúc 09:05:33, 2026-11-28",
        "tài khoản nguyenvanan1990, benxanh2026, iPhone15ProMax",
        "https://bank.example/r/FT26326004511?x=1234567890123 và ft26326004511@bank.example",
        "mật khẩu OTP 1234567890",
        "giaodịch1234567890đ",
    ],
)
def test_numbers_that_are_somebodys_are_not(text):
    assert codes_in(text) == []


@given(FT, WORDS, WORDS)
def test_a_code_is_found_whatever_is_written_around_it(code, before, after):
    assert code in codes_in(f"{before} {code} {after}")


@pytest.mark.parametrize("piece", ["a", "1", "a-", "@", "1đ", "FT26326004511", "stk "])
def test_a_long_text_takes_no_longer_than_its_length(piece):
    began = time.process_time()
    codes_in(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 2


@given(st.text(max_size=300))
def test_what_is_found_is_normal_once_and_little(text):
    found = codes_in(text)
    assert len(found) == len(set(found)) <= MOST_IN_A_TEXT
    assert all(normalise(code) == code and 8 <= len(code) <= LONGEST for code in found)
    assert codes_in(" ".join(found)) in (found, [code for code in found if code in codes_in(" ".join(found))])


@given(st.from_regex(r"(0|84|\+84)[235789][0-9]{8}", fullmatch=True), WORDS)
def test_a_telephone_number_never_is(number, around):
    assert codes_in(f"{around} {number} {around}") == []


@given(st.builds(tracking.new_code), st.booleans())
def test_a_tracking_code_never_is(code, is_squeezed):
    assert codes_in(f"Mã yêu cầu {code.replace('-', '') if is_squeezed else code}") == []


@given(st.text(string.ascii_letters + string.digits + " -._", max_size=60))
def test_the_normal_form_is_its_own(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("RT-88120", ["RT88120"]),
        (" ft 2632 6004 511 ", ["FT26326004511"]),
        ("FT26326004511; FT26325118820", ["FT26326004511", "FT26325118820"]),
        ("không có", []),
        ("abc", []),
        ("1", []),
        ("tôi không nhớ rõ lắm nhưng hình như trong tin nhắn là FT26326004511", ["FT26326004511"]),
    ],
)
def test_a_field_for_codes_is_taken_at_its_word(text, codes):
    assert codes_given(text) == codes
