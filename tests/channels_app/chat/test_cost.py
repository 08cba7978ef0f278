"""What a line costs, in queries. All that is sent counts: BEGIN, COMMIT and savepoints as well."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Role
from channels_app.chat import agents, console, duties, talking
from channels_app.live import desk, visitors
from channels_app.models import Chat

from .chatting import begun, new_id, replies, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat(lan):
    """In conversation, with a few lines behind."""
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    replies(chat, lan)
    for _time in range(3):
        says(chat)
    return Chat.objects.select_related("case__customer", "agent").get(pk=chat.pk)


def test_a_line_of_the_visitor(chat, django_assert_num_queries):
    with django_assert_num_queries(20):
        talking.visitor_says(chat, client_id=new_id(), body="Vẫn chưa thấy")


def test_a_look_of_the_visitors_socket(chat, lan, django_assert_num_queries):
    last = chat.case.messages.latest("id").pk
    with django_assert_num_queries(2):
        visitors._news(chat.pk, last, note_seen=False)
    replies(chat, lan)
    with django_assert_num_queries(4):
        visitors._news(chat.pk, last, note_seen=False)


def test_a_look_of_the_desks_socket_at_one_conversation(chat, lan, django_assert_num_queries):
    last = chat.case.messages.latest("id").pk
    with django_assert_num_queries(4):
        desk._news(lan.pk, {str(chat.public_id): last})


def test_to_whom_a_conversation_can_be_handed_costs_the_same_for_any_number(chat, lan, make_staff):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            shown.append(len(console.colleagues(chat, Actor.staff(lan))))
        return len(queries)

    shown = []
    for number in range(2):
        duties.note_console(make_staff(f"mai{number}", Role.INTAKE, "intake"))
    two = cost()
    for number in range(2, 20):
        duties.note_console(make_staff(f"mai{number}", Role.INTAKE, "intake"))
    assert (cost(), shown) == (two, [2, 20])
