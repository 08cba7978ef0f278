"""Amounts as people write them."""

import pytest

from cskh.core.amounts import amount_of


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2000000", 2_000_000),
        ("2.000.000", 2_000_000),
        ("2,000,000đ", 2_000_000),
        ("2 000 000 VNĐ", 2_000_000),
        ("50.000.000 đồng", 50_000_000),
        ("khoảng 25.000.000đ", 25_000_000),
        ("25 triệu", 25_000_000),
        ("25tr", 25_000_000),
        ("Tôi chuyển 25 trieu dong ạ.", 25_000_000),
        ("1,5 tr", 1_500_000),
        ("500k", 500_000),
        ("500 nghìn đồng", 500_000),
        ("2 tỷ", 2_000_000_000),
        ("500 ₫", 500),
        ("0đ", 0),
    ],
)
def test_is_read(text, amount):
    assert amount_of(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hai mươi triệu",
        "30 củ",
        "25",
        "1000 USD",
        "25tr5",
        "khoảng 25.000.000",
        "2.000.00",
        "1.2345",
        "2.000.000,50 đ",
        "10 triệu và 5 triệu",
        "2.000.000đ lúc 9h",
        "-2.000.000đ",
        "12/11/2026",
    ],
)
def test_is_not_guessed(text):
    assert amount_of(text) is None
