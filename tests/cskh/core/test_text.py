"""What texts from outside go through."""

import pytest

from cskh.core.errors import Invalid
from cskh.core.text import alphabetical, as_number, checked_body


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),  # the database has no such id
        ("", None),
        ("-1", None),
        ("1.0", None),
        (" 1", None),
        ("²", None),
        ("١٢", None),
    ],
)
def test_a_number_is_digits_and_not_too_many(text, number):
    assert as_number(text) == number


def test_a_text_counts_as_it_is_kept(settings):
    """Line ends of browsers and outer blanks are no characters of it."""
    settings.MESSAGE_MAX_CHARACTERS = 5
    assert checked_body("  Xin\r\nA  ") == "Xin\nA"
    with pytest.raises(Invalid) as refused:
        checked_body("Xin\r\nAB")
    assert "5" in refused.value.errors["body"][0]
    assert checked_body("Xin chào", 8) == "Xin chào"


@pytest.mark.parametrize("text", ["", "  \r\n\t", "\x00"])
def test_nothing_is_no_text(text):
    with pytest.raises(Invalid) as refused:
        checked_body(text)
    assert list(refused.value.errors) == ["body"]


def test_names_are_in_the_order_of_a_dictionary():
    in_order = [
        "ao",
        "ăn",
        "ân",
        "bà",
        "bán",
        "cơ",
        "dài",
        "dấu",
        "đá",
        "đen",
        "Em",
        "êm",
        "ma",
        "mà",
        "má",
        "mạ",
        "man",
        "ô",
        "ơn",
    ]
    by_code_points = sorted(in_order)
    assert sorted(by_code_points, key=alphabetical) == in_order != by_code_points
