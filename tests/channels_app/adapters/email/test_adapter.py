"""A raw mail as the message that intake takes."""

import pytest

from channels_app.adapters.email import adapter

LETTER = (
    "From: an@khach.example\nTo: cskh@benxanh.example\nDate: 16/11/2026 09:12\nSubject: Khiếu nại\n\nTôi khiếu nại."
)


def read(text, **headers):
    above = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return adapter.read(f"From: an@khach.example\r\nSubject: x\r\n{above}\r\n{text}\n".encode())


@pytest.mark.parametrize("text", [LETTER, "> Tôi khiếu nại.\n> Xin giúp.", f"-----Original Message-----\n{LETTER}"])
def test_a_mail_that_answers_nothing_is_all_the_senders(text):
    assert (read(text).body, read(text).quoted) == (text, "")
    assert read(f"{text}\n\nSent from my iPhone").body == text
    answer = read(text, In_Reply_To="<1@benxanh.example>")
    assert (answer.body, answer.quoted) == ("", text)


@pytest.mark.parametrize("text", ["Sent from my iPhone", "-- \nNguyễn An\n0912345678"])
def test_a_mail_with_nothing_but_a_signature_says_nothing(text):
    assert read(text).body == ""
