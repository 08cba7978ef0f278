"""What is another customer's is named in no answer; what is ours or the customer's own passes, and mostly nothing is asked."""

import pytest

from accounts.customers.models import Contact
from cases.models import Case
from cases.others_data import require_nobody_elses_data
from cases.records.models import TransactionCode
from cskh.core.errors import Invalid
from tests.cases.building import open_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]


@pytest.fixture
def case():
    return open_case("other", email="an@khach.example", phone="0912 345 678")


@pytest.fixture
def other():
    return open_case("other", email="Binh@khach.example", phone="0987 654 321", transaction_ref="FT26326004511")


def found_in(text, case):
    """The errors of the text."""
    try:
        require_nobody_elses_data(text, case, field="body")
    except Invalid as refused:
        return refused.errors["body"]
    return []


def speaks(case, kind):
    """Its address is known to be theirs."""
    Contact.objects.filter(customer=case.customer, kind=kind).update(is_claimed=False)


def test_the_code_of_another_customers_request(case, other):
    (error,) = found_in(f"Như ở {other.code.lower().replace('-', ' ')}, chúng tôi đã sửa.", case)
    assert other.code in error
    assert found_in(f"Yêu cầu {case.code}", case) == []


def test_another_request_of_the_same_customer_may_be_named(case):
    second = open_case("other", email="an@khach.example")
    assert second.customer == case.customer
    assert found_in(f"Xem thêm {second.code}", case) == []


@pytest.mark.parametrize(
    "written", ["binh@khach.example", "0987 654 321", "0987.654.321", "+84987654321", "(0987)654321"]
)
def test_addresses_of_another_customer(case, other, written):
    speaks(other, "phone")
    (error,) = found_in(f"Chúng tôi đã gọi {written}, và viết.", case)
    assert "321" in error or "binh@" in error


def test_what_somebody_only_typed_is_not_taken_for_theirs(case, other):
    assert Contact.objects.get(customer=other.customer, kind="phone").is_claimed
    assert found_in("Gọi 0987 654 321", case) == []


def test_addresses_of_the_customer_and_ours_pass(case, other, settings):
    speaks(other, "phone")
    assert found_in("Chúng tôi gọi 0912 345 678 hoặc viết tới an@khach.example.", case) == []
    # A number that a family shares.
    Contact.objects.create(customer=case.customer, kind="phone", address="+84987654321", is_claimed=True)
    assert found_in("Gọi 0987 654 321", case) == []
    settings.BRAND_EMAIL = "binh@khach.example"
    assert found_in("Viết tới Binh@khach.example", case) == []
    settings.BRAND_EMAIL = "x@y.example"
    settings.MAILBOXES = [{"address": "binh@khach.example"}]
    assert found_in("Viết tới Binh@khach.example", case) == []


def test_transactions_of_another_customer(case, other):
    assert TransactionCode.objects.get().case == other
    (error,) = found_in("Khoản FT26326004511 đã được hoàn.", case)
    assert "FT26326004511" in error
    TransactionCode.objects.create(case=case, code="FT26326004511", origin="staff")
    assert found_in("Khoản FT26326004511 đã được hoàn.", case) == []


def test_a_code_of_several_customers_is_no_ones_own(case, other):
    third = open_case("other", email="chi@khach.example", transaction_ref="FT26326004511")
    assert Case.objects.values("customer").distinct().count() == 3
    assert found_in("Lô FT26326004511 đã chạy lại.", third) == []
    assert found_in("Lô FT26326004511 đã chạy lại.", case) == []


def test_everything_is_named_at_once(case, other):
    assert len(found_in(f"{other.code}, binh@khach.example, FT26326004511", case)) == 3


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Chúng tôi đã ghi có 2.000.000đ lúc 9 giờ 15 ngày 20/11/2026. Hotline 1900 0000.", 0),
        ("Viết tới cskh@benxanh.example", 0),
        ("Viết tới ai@khach.example hoặc ai2@khach.example, gọi 0912 000 001 hoặc 0912 000 002", 1),
        ("FT26326004511 và FT26326004512", 1),
    ],
)
def test_only_what_is_found_is_looked_up(case, django_assert_num_queries, text, queries):
    case.refresh_from_db()
    with django_assert_num_queries(queries):
        assert found_in(text, case) == []
