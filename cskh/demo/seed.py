"""Fills an empty installation with the demo. Doing it again changes nothing."""

import hashlib
import hmac
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiClient, Department, Membership, Role, Scope, User, hash_key
from cases.models import Case
from cases.reports import keeping
from channels_app.models import ChatDuty, StaffNotice
from cskh.defaults.load import load

from .chats import left_unanswered, talked
from .matters import ADVERTISEMENT, IN_NEED, TOLD, Told
from .people import CUSTOMERS, PASSWORD, STAFF
from .problems import a_fault_of_ours
from .quality import draw_and_review, rating
from .records import hand_in_statement
from .stories import Story

ENDED = 48  # closed cases of the last weeks, so that the figures on the public page rest on something
Progress = Callable[[str], None]


def seed(say: Progress) -> None:
    """Staff, customers and cases at every stage; `say` hears about the progress."""
    load()
    _staff()
    demo_client()
    if Case.objects.exists():
        return
    chance = random.Random(2026)  # noqa: S311 - the same demo every time
    with transaction.atomic():  # all or nothing: a first start that was interrupted begins again
        _ended_cases(chance, say)
        _otherwise_ended(chance)
        talked(chance, say)
        StaffNotice.objects.update(read_at=timezone.now())  # whoever worked on them has read these
        left_unanswered(_before(timezone.now(), minutes=25), number=5)
        _running_cases(chance, say)
        a_fault_of_ours(chance, say)
        hand_in_statement()
        draw_and_review(random.Random(53))  # noqa: S311 - as above
        say("a bank statement beside them")
    keeping.count_all()  # the reports are read at once: nobody waits for the next minute


def demo_client() -> str:
    """The key of the demo's API client: derived from this installation's secret, so that it can be shown again."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"demo api client", hashlib.sha256).hexdigest()
    key = f"cskh_{digest[:8]}_{digest[8:]}"
    ApiClient.objects.update_or_create(
        name="Demo app",
        defaults={"scopes": list(Scope.values), "key_prefix": key[:13], "key_hash": hash_key(key)},
    )
    return key


def _staff() -> None:
    for person in STAFF:
        user, is_new = User.objects.get_or_create(
            username=person.username,
            defaults={
                "last_name": person.family_name,
                "first_name": person.given_name,
                "email": f"{person.username}@benxanh.example",
                "is_staff": True,
                "is_superuser": person.superuser,
            },
        )
        if is_new:
            user.set_password(PASSWORD)
            user.save()
            department = Department.objects.get(slug=person.department) if person.department else None
            Membership.objects.create(user=user, department=department, role=person.role, is_lead=person.lead)
            if person.role == Role.INTAKE:  # given visitors as soon as their console is open
                ChatDuty.objects.create(user=user, takes_chats=True)


def _ended_cases(chance: random.Random, say: Progress) -> None:
    now = timezone.now()
    opinions = random.Random(38)  # noqa: S311 - of their own, so that the stories stay as they are
    for number in range(ENDED):
        told = chance.choice([t for t in TOLD if t.category != "staff-conduct"])
        opened = now - timedelta(days=chance.uniform(1, 28), minutes=chance.uniform(0, 600))
        story = Story(told, number, opened, chance).classify().take()
        if number % 4 == 0:
            story.ask_evidence().send_evidence().verify().handle()
        story.answer()
        if number % 9 == 5:
            story.reject("Tôi vẫn chưa thấy thay đổi.").answer()
        story.accept()
        if number % 3:
            story.rate(*rating(opinions))
        if number % 10:  # of some the promise is still to be kept
            story.keep_promises()
        if number % 12 == 11:
            say(f"{number + 1} of {ENDED} closed cases")


def _otherwise_ended(chance: random.Random) -> None:
    """Every other way in which cases close. All of one customer, so that the duplicate has its original."""
    now, numbers = timezone.now(), iter(range(50, 200, len(CUSTOMERS)))

    def begin(told: Told, **ago: float) -> Story:
        return Story(told, next(numbers), _before(now, **ago), chance)

    begin(_told("promotion"), days=25).classify().take().answer().fall_silent()
    final = begin(_told("account-locked"), days=20).classify().take().answer()
    final.reject("Tôi không đồng ý với lý do này.").give_final_response()
    begin(_told("technical-error"), days=12).classify().take().withdraw("Cài lại ứng dụng thì đã xem được.")
    original = begin(_told("withdrawal-delayed"), days=9)
    begin(_told("withdrawal-delayed"), days=9, minutes=-20).mark_duplicate(original)
    original.classify().take().answer().accept()
    begin(_told("settlement"), days=3).classify().take().answer().accept()  # promised, and not done in time
    begin(_told("settlement"), hours=9).classify().take().answer().accept()  # owed by tomorrow
    begin(ADVERTISEMENT, days=5).mark_spam("Thư quảng cáo, không phải yêu cầu của khách hàng.")


def _running_cases(chance: random.Random, say: Progress) -> None:
    now = timezone.now()
    numbers = iter(range(100, 200))

    def begin(category: str, **ago: float) -> Story:
        return Story(_told(category), next(numbers), _before(now, **ago), chance)

    Story(IN_NEED, 99, _before(now, minutes=1), chance)
    begin("deposit-not-credited", minutes=4)
    begin("other", minutes=12)
    begin("login-failure", minutes=9)
    begin("deposit-not-credited", minutes=25).classify()
    begin("withdrawal-delayed", minutes=50).classify().take().note("Đã hỏi ngân hàng, chờ phản hồi trước 18h.")
    begin("account-takeover", minutes=35).classify().take().write(
        "Chúng tôi đã khóa tạm tài khoản để bảo vệ Quý khách."
    )
    begin("technical-error", hours=3).classify().take().handle()
    begin("deposit-not-credited", hours=1, minutes=20).classify().take().ask_evidence()
    begin("account-locked", hours=6).classify().take().ask_evidence()
    begin("login-failure", hours=2).classify().take().ask_evidence().send_evidence("Màn hình báo lỗi E-104")
    begin("withdrawal-delayed", hours=5).classify().take().ask_evidence().send_evidence().verify().handle()
    begin("settlement", hours=20).classify().take().propose()
    begin("staff-conduct", hours=30).classify().take().handle()
    begin("deposit-not-credited", hours=3).classify().take().answer()
    begin("promotion", hours=26).classify().take().answer()
    begin("withdrawal-delayed", hours=9).classify().take().answer().say("Tôi chưa thấy tiền về, kiểm tra lại giúp tôi.")
    begin("deposit-not-credited", hours=2, minutes=10).classify().take().ask_evidence().send_receipt()
    begin("account-locked", hours=12).classify().take().answer().reject("Tài khoản vẫn báo khóa.")
    begin("settlement", hours=50).classify().take().answer().reject("Số tiền vẫn thiếu 120.000đ.")
    begin("suggestion", days=2).classify().take()
    begin("deposit-not-credited", days=1, hours=4).classify().take().answer().accept().say(
        "Lại bị chậm nữa rồi, xem giúp tôi."
    )
    say("cases at every stage")


def _told(category: str) -> Told:
    return next(told for told in TOLD if told.category == category)


def _before(now: datetime, **ago: float) -> datetime:
    return now - timedelta(**ago)
