"""A fault of our own in the demo: its record, a complaint that is linked to it, and others that it touched."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from cases.complaints.models import Problem, ProblemStatus
from cases.models import Category

from .matters import NOTICES_LATE
from .stories import Story

SAID_VI = (
    "Tối hôm đó hệ thống của chúng tôi xử lý chậm tin báo của ngân hàng, nên một số khoản nạp được ghi có muộn khoảng hai "
    "tiếng. Không khoản nào bị mất."
)
SAID_EN = (
    "That evening our system was slow to process the bank's notices, so some deposits were credited about two hours late. "
    "No money was lost."
)


def a_fault_of_ours(chance: random.Random, say: Callable[[str], None]) -> None:
    """The first customer complained and is told; a second complaint is decided, and a third customer only asks."""
    began = timezone.now() - timedelta(hours=16)
    problem = Problem.objects.create(
        title="Cổng nhận tin báo có xử lý chậm",
        said_vi=SAID_VI,
        said_en=SAID_EN,
        cause="Hàng đợi của cổng nhận tin báo có đầy sau lần nâng cấp lúc 20 giờ.",
        status=ProblemStatus.KNOWN,
        owner=User.objects.get(username="khoa"),
        began_from=began,
        began_until=began + timedelta(minutes=20),
        ended_from=began + timedelta(hours=3),
    )
    problem.categories.set(Category.objects.filter(slug="deposit-not-credited"))
    opened = began + timedelta(hours=2)
    ruling = NOTICES_LATE.ruling
    if ruling is None:
        raise LookupError("the matter is no complaint")
    told = Story(NOTICES_LATE, 201, opened, chance).classify().take().verify().handle().find_and_decide()
    told.link(problem).answer_now()
    decided = replace(NOTICES_LATE, ruling=replace(ruling, remedy=None), transaction_ref="FT26330007002")
    Story(decided, 202, opened, chance).classify().take().verify().handle().find_and_decide()
    asked = replace(NOTICES_LATE, nature="service_request", ruling=None, transaction_ref="FT26330007003")
    Story(asked, 203, opened + timedelta(minutes=20), chance).classify().take()
    say("a fault of our own, and whom it touched")
