"""What is left of a mail when quotation and signature are gone."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app.adapters.email.quoting import visible_reply

from .quoting_cases import (
    ATTRIBUTIONS,
    FORWARD_MARKERS,
    HEADER_BLOCKS,
    ORIGINAL_MARKERS,
    OWN_WORDS,
    PROGRAM_LINES,
    REPLY_LIMITS,
    WHOLE_MAILS,
)

NEW = "Tôi đã nhận được tiền, cảm ơn.\n\nTrân trọng,\nNguyễn Văn An"
OLD = "Chào anh An,\n\nChúng tôi đã hoàn tiền hôm nay.\nBến Xanh"
QUOTED = "> Chào anh An,\n>\n> Chúng tôi đã hoàn tiền.\n>> tiền của tôi đâu\n> Bến Xanh"


@pytest.mark.parametrize(("mail", "expected"), WHOLE_MAILS.values(), ids=WHOLE_MAILS)
def test_whole_mail(mail, expected):
    assert visible_reply(mail) == expected


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_attribution_and_quote_go(line):
    assert visible_reply(f"{NEW}\n\n{line}\n\n{QUOTED}\n") == NEW
    assert visible_reply(f"{NEW}\n{line}\n{QUOTED}\n") == NEW
    assert visible_reply(f"{line}\n{QUOTED}\n") == ""


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_attribution_above_an_unmarked_old_mail(line):
    assert visible_reply(f"{NEW}\n\n{line}\n\n{OLD}") == NEW


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_answers_below_and_between_are_kept(line):
    mail = f"{line}\n\n> Tên anh?\n> Xin cho biết.\n\nNguyễn An\n\n> Số?\n\n0912345678\nCảm ơn"
    assert visible_reply(mail) == "Nguyễn An\n\n0912345678\nCảm ơn"


@pytest.mark.parametrize("line", [line for line in ATTRIBUTIONS if " <" in line and len(line) > 60])
def test_attribution_wrapped_as_gmail_wraps(line):
    before, after = line.rsplit(" <", 1)
    assert visible_reply(f"{NEW}\n\n{before}\n<{after}\n\n{QUOTED}") == NEW
    assert visible_reply(f"{NEW}\n\n{before} <\n{after}\n\n{QUOTED}") == NEW
    assert visible_reply(f"{NEW}\n\n{before}\n<{after}\n\n{OLD}") == NEW


@pytest.mark.parametrize("line", [line for line in ATTRIBUTIONS if line.startswith(("Vào", "Ngày", "On"))])
@pytest.mark.parametrize("form", ["NFD", "NFC"])
def test_decomposed_text_and_carriage_returns(line, form):
    mail = unicodedata.normalize(form, f"{NEW}\n\n{line}\n\n{QUOTED}").replace("\n", "\r\n")
    assert visible_reply(mail) == NEW


@pytest.mark.parametrize("block", HEADER_BLOCKS)
@pytest.mark.parametrize("above", ["\n\n", "\n\n" + "_" * 32 + "\n", "\n\n-----Original Message-----\n"])
def test_header_block_ends_the_new_words(block, above):
    assert visible_reply(f"{NEW}{above}{block}\n\n{OLD}") == NEW


@pytest.mark.parametrize("marker", ORIGINAL_MARKERS)
def test_original_message_marker_ends_the_new_words(marker):
    assert visible_reply(f"{NEW}\n\n{marker}\n\n{OLD}") == NEW
    assert visible_reply(f"{NEW}\n\n{marker}\n{HEADER_BLOCKS[1]}\n\n{OLD}") == NEW


@pytest.mark.parametrize("limit", REPLY_LIMITS)
def test_reply_limit_ends_the_new_words(limit):
    assert visible_reply(f"{NEW}\n\n{limit}\n\n{OLD}") == NEW
    assert visible_reply(f"{NEW}\n\n{ATTRIBUTIONS[0]}\n\n> {limit}\n{QUOTED}") == NEW


@pytest.mark.parametrize("line", PROGRAM_LINES)
def test_program_line_goes(line):
    assert visible_reply(f"{NEW}\n\n{line}") == NEW
    assert visible_reply(f"{NEW}\n{line}\n\n{ATTRIBUTIONS[0]}\n\n{QUOTED}") == NEW
    assert visible_reply(f"{NEW}\n\n{line}\n\n{'_' * 32}\n{HEADER_BLOCKS[0]}\n\n{OLD}") == NEW


@pytest.mark.parametrize("marker", FORWARD_MARKERS)
def test_forwarded_content_is_kept_whole(marker):
    forwarded = f"{marker}\nTừ: Ngân hàng <ho.tro@nganhang.vn>\nDate: Mon, 16 Nov 2026 09:12\nSubject: Lỗi\n\nThư\n> cũ"
    assert visible_reply(f"Xem giúp tôi\n\nGửi từ iPhone của tôi\n\n{forwarded}") == f"Xem giúp tôi\n\n{forwarded}"
    assert visible_reply(forwarded) == forwarded


@pytest.mark.parametrize("text", OWN_WORDS)
def test_own_words_stay_to_the_letter(text):
    assert visible_reply(text) == text
    assert visible_reply(f"{text}\n\n{ATTRIBUTIONS[0]}\n\n{QUOTED}") == text
    assert visible_reply(f"{ATTRIBUTIONS[0]}\n{QUOTED}\n\nVâng.\n\n{NEW}") == f"Vâng.\n\n{NEW}"


_words = st.text(alphabet="aàăđêệ bcXYZ09.,:-_*>\t\u0301", max_size=60)
_fragments = (
    "-- ",
    "--",
    "_" * 32,
    "",
    "> cũ",
    ">> cũ hơn",
    "> 5 triệu",
    "wrote:",
    "> wrote:",
    "From:",
    "https://x.vn",
)
_texts = (ATTRIBUTIONS, HEADER_BLOCKS, ORIGINAL_MARKERS, PROGRAM_LINES, FORWARD_MARKERS, OWN_WORDS, REPLY_LIMITS)
_marks = st.sampled_from([text for texts in (*_texts, _fragments) for text in texts])
_mails = st.lists(st.one_of(_words, _marks, st.text(max_size=30)), max_size=14).map("\n".join)


def _normal_lines(text):
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    for invisible in "\0\u200b\ufeff\u2060":
        normal = normal.replace(invisible, "")
    for end in "\u2028\u2029\x85":
        normal = normal.replace(end, "\n")
    return [line.rstrip() for line in unicodedata.normalize("NFC", normal).split("\n")]


@settings(max_examples=300, deadline=None)
@given(_mails)
def test_result_is_lines_of_the_mail_in_order(mail):
    result = visible_reply(mail)
    assert result == unicodedata.normalize("NFC", result)
    assert "\r" not in result
    assert result == result.strip("\n")
    remaining = iter(_normal_lines(mail))
    for line in filter(None, result.split("\n")):
        assert any(candidate == line or candidate.startswith(line) for candidate in remaining)


@settings(max_examples=300, deadline=None)
@given(_mails)
def test_trimming_twice_is_trimming_once(mail):
    once = visible_reply(mail)
    assert visible_reply(once) == once


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_is_accepted(text):
    assert isinstance(visible_reply(text), str)


def test_lone_surrogates_are_accepted():
    assert visible_reply("xin \udce1 chào") == "xin \udce1 chào"


HOSTILE = {
    "one endless line": "a" * 1_000_000,
    "endless opener": "On " * 300_000 + "wrote:",
    "endless address": "Vào 16/11/2026 09:12 <" + "a" * 500_000 + "@" + "b" * 500_000,
    "many lines": "xin chào\n" * 100_000,
    "many verbs": "On 16/11/2026 wrote:\n" * 50_000,
    "many weak attributions": "đã viết:\n\n" * 50_000,
    "many header keys": "Từ: x\n" * 100_000,
    "many delimiters": "--\n" * 100_000,
    "many openings of one line": "Vào 16/11/2026 09:12 <a@b> đã viế:  x\n" * 50_000,
    "many shown blocks": "lỗi:\n> a\n" * 50_000,
    "many quotes": "> a\nb\n" * 50_000,
    "many links": "https://vidu.vn/x\n" * 60_000,
    "long lines of blanks": (" " * 590 + ":\n") * 2_000,
    "long lines of rules": ("- " * 290 + ":\n") * 2_000,
    "long wrapped lines": ("On 16/11/2026 09:12 " + "a b " * 30 + "\n") * 8_000,
    "combining marks": "a" + "\u0301" * 500_000,
    "many brackets": "<(" * 400_000 + ":",
}


@pytest.mark.parametrize("mail", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mail_takes_linear_time(mail):
    def seconds(text):
        start = time.process_time()
        visible_reply(text)
        return time.process_time() - start

    half, whole = seconds(mail[: len(mail) // 2]), seconds(mail)
    assert whole < 4 * half + 2  # quadratic work on this much text would take minutes
