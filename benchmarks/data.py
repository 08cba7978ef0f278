"""Many cases: nineteen of twenty closed, as in a house that has worked for years."""

import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.customers.models import Contact, Customer
from accounts.models import ApiClient, Department, Membership, Role, Scope, User
from cases import codes
from cases.models import Calendar, Case, Category, Clock
from cases.states import PRIORITY_RANK, Channel, Priority, Status
from channels_app.models import Message
from cskh.defaults.load import load

BATCH = 5_000
OPEN_SHARE = 20  # one in so many
SAID = "Tôi chuyển khoản lúc 9h05 mà đến giờ vẫn chưa thấy tiền vào tài khoản, nhờ kiểm tra giúp. "


def fill(cases: int, messages_per_case: int) -> None:
    """Customers, cases with clocks, messages; and a manager and an API client to look at them."""
    load()
    chance = random.Random(7)
    customers = _insert(Customer, (Customer(name=f"Khách {n}", external_id=f"K{n}") for n in range(cases // 5)))
    _insert(
        Contact,
        (Contact(customer=c, kind="email", address=f"{c.external_id}@khach.example".lower()) for c in customers),
    )
    inserted = _insert(Case, _cases(cases, customers, chance))
    always = Calendar.objects.get(slug="always")
    _insert(Clock, (_clock(case, always) for case in inserted if case.is_open))
    _insert(Message, (_message(case, n) for case in inserted for n in range(messages_per_case)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def manager() -> User:
    user, is_new = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
    if is_new:
        Membership.objects.create(user=user, role=Role.MANAGER)
    return user


def client_key() -> str:
    ApiClient.objects.filter(name="bench").delete()
    return ApiClient.objects.create_with_key("bench", Scope.values)[1]


def _cases(count: int, customers: list[Customer], chance: random.Random) -> Iterator[Case]:
    reasons = list(Category.objects.filter(parent__isnull=False))
    departments = {department.pk: department for department in Department.objects.all()}
    now = timezone.now()
    for number in range(count):
        category = reasons[number % len(reasons)]
        is_open = number % OPEN_SHARE == 0
        opened = now - timedelta(minutes=chance.randrange(60 * 24 * (3 if is_open else 700)))
        priority = Priority(category.priority)
        yield Case(
            code=codes.new_code(),
            customer=customers[number % len(customers)],
            channel=Channel.EMAIL,
            subject=f"Yêu cầu số {number} về {category.name_vi}",
            category=category,
            department=departments[category.department_id],
            priority=priority,
            urgency=PRIORITY_RANK[priority],
            status=Status.RESOLVING if is_open else Status.CLOSED,
            closed_as="" if is_open else "accepted",
            opened_at=opened,
            classified_at=opened,
            closed_at=None if is_open else opened + timedelta(hours=chance.randrange(1, 48)),
            next_due_at=now + timedelta(hours=1, seconds=number % 86_400) if is_open else None,
        )


def _clock(case: Case, calendar: Calendar) -> Clock:
    return Clock(
        case=case,
        kind="resolution",
        round=1,
        started_at=case.opened_at,
        target_seconds=14_400,
        calendar=calendar,
        due_at=case.next_due_at,
        warn_at=case.next_due_at,
        next_look_at=case.next_due_at,
    )


def _message(case: Case, number: int) -> Message:
    return Message(
        case=case,
        direction=Message.Direction.OUT if number % 2 else Message.Direction.IN,
        channel=case.channel,
        author_kind="customer",
        author_id=str(case.customer_id),
        body=SAID + str(number),
        created_at=case.opened_at,
    )


def _insert(model: type[Any], rows: Iterable[Any]) -> list[Any]:
    iterator, kept = iter(rows), []
    while batch := list(islice(iterator, BATCH)):
        kept += model._default_manager.bulk_create(batch)
    return kept
