"""The operator's system over REST, against a real server: what it answers, and everything that is no answer."""

import logging
import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cases.records.models import RecordKind
from cases.records.rest import RestSource
from cases.records.source import NoAnswer, Period
from tests.cases.records.building import KEY, ROW, deposits, operator

DEPOSITS = RecordKind.DEPOSITS


def ask(server, kind=DEPOSITS, **asked):
    answer = whole_answer(server, kind, **asked)
    assert (answer.is_cut, answer.total) == (False, None)
    return answer.rows


def whole_answer(server, kind=DEPOSITS, **asked):
    return RestSource(server.url, KEY).look_up(kind, **(asked or {"code": ROW["code"]}))


def test_rows_come_typed_and_what_is_asked_arrives():
    now = timezone.now()
    with operator(deposits({**ROW, "unknown": {"x": 1}})) as server:
        [row] = ask(server, customer="BX 1&2", code="FT1", period=Period(now - timedelta(days=1), now))
    assert (row.amount, row.at, row.account) == (2_000_000, datetime.fromisoformat(ROW["at"]), ROW["account"])
    [(kind, asked, headers)] = server.got
    assert (kind, asked["customer"], asked["code"]) == ("deposits", "BX 1&2", "FT1")
    assert datetime.fromisoformat(asked["until"]) == now
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_pages_are_read_to_the_end():
    def answer(kind, asked):
        number = int(asked.get("cursor", 0))
        return 200, {"rows": [{**ROW, "code": f"FT{number}"}], "next": str(number + 1) if number < 3 else None}

    with operator(answer) as server:
        assert [row.code for row in ask(server)] == ["FT0", "FT1", "FT2", "FT3"]


def in_pages(count, *, size, **told):
    """An operator with so many rows, so many a page."""

    def answer(kind, asked):
        first = int(asked.get("cursor", 0))
        rows = [{**ROW, "code": f"FT{number}"} for number in range(first, min(first + size, count))]
        return 200, {"rows": rows, "next": str(first + size) if first + size < count else None, **told}

    return answer


@pytest.mark.parametrize(
    ("books", "pages", "is_cut", "total"),
    [
        (in_pages(200, size=100), 2, False, None),
        (in_pages(200, size=100, total=200), 2, False, None),
        (in_pages(201, size=100), 3, True, None),
        (in_pages(1_534, size=100, total=1_534), 3, True, 1_534),
        (in_pages(201, size=300), 1, True, None),
        (in_pages(300, size=300, total=7), 1, True, None),
    ],
    ids=["all", "all and said", "one more", "many, and said", "on one page", "and said wrongly"],
)
def test_of_too_many_rows_the_first_are_told_and_that_there_are_more(books, pages, is_cut, total):
    with operator(books) as server:
        answer = whole_answer(server)
    assert [row.code for row in answer.rows] == [f"FT{number}" for number in range(200)]
    assert (len(server.got), answer.is_cut, answer.total) == (pages, is_cut, total)


def test_a_source_that_gives_less_than_it_says_to_have_is_cut():
    with operator(in_pages(3, size=5, total=40)) as server:
        answer = whole_answer(server)
    assert (len(answer.rows), answer.is_cut, answer.total) == (3, True, 40)


def test_what_is_beyond_the_rows_that_are_kept_is_not_looked_at():
    with operator(lambda kind, asked: (200, {"rows": [ROW] * 201 + ["x"]})) as server:
        assert whole_answer(server).is_cut


def test_books_that_are_not_kept_hold_nothing():
    with operator(lambda kind, asked: (404, {})) as server:
        assert ask(server) == []


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (401, {}),
        (302, {"rows": []}, {"Location": "/records/v1/bets"}),
        (200, b"no json"),
        (200, []),
        (200, {"rows": {}}),
        (200, {"rows": ["x"]}),
        (200, {"rows": [{"amount": "2.000.000"}]}),
        (200, {"rows": [{"amount": 1.5}]}),
        (200, {"rows": [{"at": "22/11/2026"}]}),
        (200, {"rows": [{"code": ["x"]}]}),
        (200, {"rows": [], "next": 7}),
        (200, {"rows": [], "next": "for ever"}),
        (200, {"rows": [ROW], "total": "5"}),
        (200, {"rows": [ROW], "total": True}),
        (200, {"rows": [ROW], "total": -1}),
        (200, {"rows": [], "total": 5}),
        (200, b'{"rows": ["' + b"x" * 1_100_000 + b'"]}'),
    ],
    ids=str,
)
def test_anything_else_is_no_answer(answer, caplog):
    with operator(lambda kind, asked: answer) as server, pytest.raises(NoAnswer):
        ask(server)
    assert all(path[0] == "deposits" for path in server.got)  # redirects are not followed
    assert not any(text in caplog.text for text in (ROW["code"], ROW["account"], ROW["customer"]))
    assert caplog.at_level(logging.WARNING)


def test_nobody_there_is_no_answer():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NoAnswer):
        RestSource(address, KEY).look_up(DEPOSITS, code="FT1")


def test_a_server_that_trickles_is_left(settings):
    settings.OPERATOR_RECORDS_TIMEOUT_SECONDS = 0.5
    listening = socket.create_server(("127.0.0.1", 0))

    def trickle():
        connected, _ = listening.accept()
        with connected:
            try:
                connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    connected.sendall(b" ")
                    time.sleep(0.05)
            except OSError:
                return

    thread = threading.Thread(target=trickle)
    thread.start()
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        RestSource(f"http://127.0.0.1:{listening.getsockname()[1]}", KEY).look_up(DEPOSITS, code="FT1")
    assert time.monotonic() - began < 5
    listening.close()
    thread.join()


def test_something_is_asked_for():
    with pytest.raises(ValueError, match="customer or a code"):
        RestSource("https://records.operator.example", KEY).look_up(DEPOSITS)


@pytest.mark.parametrize("address", ["ftp://x", "records.operator.example", "file:///etc/passwd"])
def test_only_web_addresses(address):
    with pytest.raises(ValueError, match="http"):
        RestSource(address, KEY)
