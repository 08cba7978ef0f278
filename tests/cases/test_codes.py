"""Tracking codes, found wherever and however people write them."""

import time

import pytest

from cases import codes

CODE, OTHER = "CS-7K3M-99QP-XXC", "CS-0123-4567-89A"
SUBJECTS = [
    "{}",
    "Re: Nạp tiền [{}]",
    "Gửi CSKH {}",
    "Gửi CSKH: {}",
    "CSKH-{}",
    "CS {}",
    "mã CS: {}",
    "CSKH CSKH {} CSKH",
    "({}).",
]


@pytest.fixture(autouse=True)
def prefix(settings):
    settings.CASE_CODE_PREFIX = "CS"


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("dash", ["-", "", " ", "\u2013", "\u2014", " - ", " \u2013 ", "-\n ", "\u00a0"])
def test_a_code_is_found_in_a_subject(subject, dash):
    written = CODE.replace("-", dash)
    assert codes.find_codes(subject.format(written)) == [CODE]
    assert codes.find_codes(subject.format(written.lower())) == [CODE]


def test_several_codes_are_found_in_their_order():
    assert codes.find_codes(f"CSKH {OTHER}, {CODE}") == [OTHER, CODE]


@pytest.mark.parametrize("text", ["", "CSKH", f"X{CODE}", f"{CODE[:-1]}?", f"{CODE[:-1]}D", CODE[3:], f"XX{CODE[2:]}"])
def test_what_is_no_code_is_not_found(text):
    assert codes.find_codes(text) == []


@pytest.mark.parametrize("text", ["CS" + "A-" * 200_000, "CS" * 200_000, "CS " * 100_000, "CS" + " " * 400_000])
def test_a_hostile_subject_takes_linear_time(text):
    start = time.process_time()
    codes.find_codes(text)
    assert time.process_time() - start < 5
