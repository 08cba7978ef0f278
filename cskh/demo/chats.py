"""Conversations of the last days, held through the real chat with the clock set to when they took place."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases.models import Category
from cases.workflow import answer, routing
from channels_app import calls
from channels_app.calls import CallNotes
from channels_app.chat import agents, conversations, leaving, talking
from channels_app.models import Call, Chat

TALKS, DAYS = 60, 9
_HOURS = (8, 9, 9, 10, 10, 10, 11, 13, 14, 14, 15, 16, 19, 19, 20, 20, 20, 21, 21, 22)  # when people write
_REPLIED_AFTER = (4, 6, 7, 8, 9, 9, 11, 12, 13, 14, 15, 15, 16, 17, 18, 19, 31)  # seconds
_ASKED = (
    ("Cho hỏi rút tiền mất phí bao nhiêu?", "Dạ miễn phí ba lần đầu mỗi tháng, từ lần thứ tư là 5.000 ₫ mỗi lần ạ."),
    ("Tôi muốn đổi số điện thoại nhận thông báo.", "Dạ Quý khách vào Cài đặt, chọn Thông báo rồi nhập số mới ạ."),
    ("Ứng dụng có chạy trên máy tính bảng không?", "Dạ có, Quý khách tải cùng ứng dụng từ kho ứng dụng ạ."),
    ("Mấy giờ thì hết giờ hỗ trợ qua điện thoại?", "Dạ tổng đài làm việc cả ngày đêm, kể cả ngày lễ ạ."),
)
_LEFT = (  # invented names, and telephone numbers of a kind nobody has
    ("Trịnh Bảo Châu", "0900000201"),
    ("Mai Anh Dũng", "0900000202"),
    ("Cao Thị Lan Hương", "0900000203"),
    ("Tạ Quang Vinh", "0900000204"),
    ("Hà Minh Ngọc", "0900000205"),
    ("Phùng Văn Toàn", "0900000206"),
)
_identities = (f"demo-chat-{number}" for number in itertools.count())


def talked(chance: random.Random, say: Callable[[str], None]) -> None:
    """TALKS ended conversations: most answered within seconds, every twelfth visitor left before and was called."""
    now = timezone.localtime()
    for number in range(TALKS):
        began = now - timedelta(days=number % DAYS)
        began = began.replace(hour=chance.choice(_HOURS), minute=chance.randrange(60))
        if began > now - timedelta(hours=1):
            began -= timedelta(days=DAYS)
        if number % 12 == 5:
            _call_back(left_unanswered(began, number // 12), began + timedelta(minutes=9))
        else:
            _talk(began, chance, *chance.choice(_ASKED))
    say(f"{TALKS} chats")


def left_unanswered(began: datetime, number: int) -> Chat:
    """A visitor who gave a telephone number and left before anybody had replied: they are owed a call."""
    name, phone = _LEFT[number % len(_LEFT)]
    with _at(began):
        chat = _says(conversations.begin()[0], "Có ai không ạ? Tôi cần hỏi về tài khoản.")
        leaving.leave_contact(chat, name=name, phone=phone)
    with _at(began + timedelta(minutes=3)):
        leaving.note_those_who_left()
    return _fresh(chat)


def _talk(began: datetime, chance: random.Random, asked: str, answered: str) -> None:
    agent = Actor.staff(User.objects.get(username=chance.choice(("hoa", "hoa", "duc"))))
    replied = began + timedelta(seconds=chance.choice(_REPLIED_AFTER))
    with _at(began):
        chat = _says(conversations.begin()[0], asked)
    with _at(replied):
        talking.staff_says(chat, actor=agent, client_id=next(_identities), body="Dạ em chào Quý khách, em xem ngay ạ.")
    with _at(replied + timedelta(minutes=chance.uniform(1, 6))):
        _settle(chat, agent, answered)


def _call_back(chat: Chat, at: datetime) -> None:
    agent = Actor.staff(User.objects.get(username="hoa"))
    with _at(at):
        assert chat.case is not None  # they wrote …
        assert chat.case.contact is not None  # … and left a number
        notes = CallNotes(
            number=chat.case.contact.address,
            said="Khách hỏi cách xem số dư, đã hướng dẫn.",
            direction=Call.Direction.OUT,
        )
        calls.log_call(chat.case, actor=agent, notes=notes)
        _settle(chat, agent, "Dạ như đã trao đổi qua điện thoại, Quý khách xem số dư ở mục Tài khoản ạ.")


def _settle(chat: Chat, agent: Actor, body: str) -> None:
    """The official answer, which the visitor reads and is content with."""
    chat = _fresh(chat)
    assert chat.case is not None  # the visitor wrote
    routing.classify_case(chat.case, actor=agent, category=Category.objects.get(slug="other"))
    agents.go_on(chat, actor=agent)
    talking.staff_answers(chat, actor=agent, client_id=next(_identities), body=body)
    talking.visitor_read(chat, chat.case.messages.latest("pk").pk)
    chat = _fresh(chat)
    assert chat.case is not None
    answer.accept(chat.case, actor=Actor.customer(chat.case.customer))


def _says(chat: Chat, body: str) -> Chat:
    talking.visitor_says(chat, client_id=next(_identities), body=body)
    return _fresh(chat)


def _fresh(chat: Chat) -> Chat:
    return Chat.objects.select_related("case__customer", "case__contact", "agent").get(pk=chat.pk)


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=True):
        yield
