"""Words that must not wait are found however they are typed, and everyday words are left alone."""

import csv
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from cases.safety.detection import MOST_CHARACTERS, detect, kinds_in
from cases.safety.kinds import Kind

CORPUS = Path(__file__).with_name("corpus.csv")
# What holds, as docs/safety.md says it: found of what should be, and raised of what should not.
FLOORS = {"tuned": (1.0, 0.0), "held_out": (0.92, 0.03)}


def sentences(part):
    with CORPUS.open(newline="") as lines:
        for row in csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE):
            if row["part"] == part:
                yield frozenset(row["kinds"].split()), row["text"]


@pytest.mark.parametrize("part", FLOORS)
def test_recall_and_false_alarms_of_the_corpus(part):
    recall, alarms = FLOORS[part]
    said = [(wanted, kinds_in(text)) for wanted, text in sentences(part)]
    grave = [found >= wanted for wanted, found in said if wanted]
    harmless = [bool(found) for wanted, found in said if not wanted]
    assert sum(grave) / len(grave) >= recall
    assert sum(harmless) / len(harmless) <= alarms


def test_the_corpus_is_large_and_hard():
    said = [*sentences("tuned"), *sentences("held_out")]
    assert len(said) >= 200
    assert len({text for _kinds, text in said}) == len(said)
    assert sum(not kinds for kinds, _text in said) >= len(said) / 3
    assert sum(text.isascii() for _kinds, text in said) >= len(said) / 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Chào shop, tôi muốn tự tử.", ["muốn tự tử"]),
        ("e ko mun song nua", ["ko mun song nua"]),
        ("t.ự.t.ử", ["t.ự.t.ử"]),
        ("c h ế t q u á ch cho xong", ["c h ế t q u á ch"]),
        ("mún c h ế t", ["mún c h ế t"]),
        ("CHẾTTTT quách đi", ["CHẾTTTT quách"]),
        ("I want to kill myself", ["kill myself"]),
        ("tự tử rồi lại tự sát", ["tự tử", "tự sát"]),
    ],
)
def test_it_says_where(text, words):
    assert [text[one.start : one.end] for one in detect(text)] == words


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_ways_to_write_a_letter_are_one(form):
    text = unicodedata.normalize(form, "em không thiết sống nữa")
    (one,) = detect(text)
    assert (one.kind, text[one.start : one.end]) == (Kind.CRISIS, text[3:])


@pytest.mark.parametrize(
    "text",
    [
        "từ từ",
        "tu tu",
        "tư vấn giúp em",
        "tu van giup em",
        "xe chết máy",
        "tôi không hề muốn chết",
        "bị khóa vĩnh viễn",
        "",
        "|",
    ],
)
def test_everyday_words_say_nothing(text):
    assert detect(text) == []


def test_one_denial_takes_back_no_other_word():
    assert kinds_in("Tôi không muốn tự tử. Nhưng tôi đang rạch tay") == {Kind.CRISIS}
    assert kinds_in("không, tôi muốn chết") == {Kind.CRISIS}


def test_of_a_long_text_the_beginning_and_the_end_are_read():
    filling = "xin chào " * MOST_CHARACTERS
    text = f"tôi muốn tự tử. {filling} cho tôi tự loại trừ"
    first, last = detect(text)
    assert (first.kind, text[first.start : first.end]) == (Kind.CRISIS, "muốn tự tử")
    assert (last.kind, text[last.start : last.end]) == (Kind.SELF_EXCLUSION, "tự loại trừ")


@pytest.mark.parametrize(
    "piece",
    [
        "không ",
        "muốn ",
        "tự ",
        "khóa tài khoản ",
        "a b ",
        "t.ự.",
        "chết chết ",
        "😀",
        "\u0301",
        "k h ô n g ",
        "aaaa",
        "|.,",
        "nghiện chơi ",
    ],
)
def test_time_grows_with_the_length_whatever_is_typed(piece):
    def seconds(length):
        text = (piece * length)[:length]
        started = time.process_time()
        detect(text)
        return time.process_time() - started

    seconds(100)
    short = min(seconds(MOST_CHARACTERS // 8) for _ in range(3))
    assert min(seconds(MOST_CHARACTERS) for _ in range(2)) < 8 * short * 4 + 0.05


def test_it_needs_no_database():
    """Neither settings nor apps: whoever has a text may ask."""
    code = "from cases.safety.detection import kinds_in; import sys; print(*kinds_in('muon tu tu'), 'django' in sys.modules)"
    root = Path(__file__).parents[3]
    asked = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["crisis", "False"]
