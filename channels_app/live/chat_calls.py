"""What a visitor's browser asks by plain HTTP: to begin, and everything the socket does for browsers that have none."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.tokens import BadToken, subject_of
from cases.evidence.pipeline.receive import uploads_of_form
from cases.workflow import answer
from channels_app.chat import conversations, leaving, talking, waiting
from channels_app.models import Chat
from cskh.core.api import MULTIPART_OVERHEAD
from cskh.core.client_address import address_hash, client_address
from cskh.core.errors import Invalid, TooLarge
from cskh.core.json_calls import asked_number, content_of, text_of, whole_number

from .json_views import chat_view, json_view
from .limits import count, count_visitor, visitor_says


@require_POST
@json_view
def start(request: HttpRequest) -> dict[str, Any]:
    """`{language?, website?, token?}` → `{key, id, …state}`: a new conversation. The key is shown this once."""
    count("start", client_address(request))
    content = content_of(request)
    chat, key = conversations.begin(
        language=text_of(content, "language"),
        website=text_of(content, "website"),
        token=text_of(content, "token", most=8000),
    )
    return {"key": key, "id": str(chat.public_id), **_shown(chat)}


@require_GET
@chat_view
def lines(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`?after=ID` → `{lines, state, agent_read}`."""
    return _shown(chat, after=asked_number(request, "after"))


@require_POST
@chat_view
def say(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{client_id, body, after}` → as `lines`, with what was just said."""
    content = content_of(request)
    after = whole_number(content, "after")
    visitor_says(chat, client_id=content.get("client_id"), body=content.get("body"))
    return _shown(chat, after=after)


@require_POST
@chat_view
def send_file(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """Multipart `file`, `client_id` → `{}`; its line comes as any other."""
    count_visitor(chat, "file")
    if int(request.headers.get("Content-Length") or 0) > settings.EVIDENCE_MAX_BYTES + MULTIPART_OVERHEAD:
        raise TooLarge  # before any of it is read
    files = uploads_of_form(request.FILES.getlist("file"))
    if len(files) != 1:
        raise Invalid(errors={"file": [_("Send one file at a time.")]})
    client_id, sent_from = request.POST.get("client_id"), address_hash(request)
    talking.visitor_sends(chat, client_id=client_id, upload=files[0], address_hash=sent_from)
    return {}


@require_POST
@chat_view
def read(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{id}`: everything up to that message was shown."""
    talking.visitor_read(chat, whole_number(content_of(request), "id"))
    return {}


@require_POST
@chat_view
def contact(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{name?, email?, phone?}` → `{proof_sent}`: how to reach the visitor when they are gone."""
    count_visitor(chat, "contact")
    count("contact", client_address(request))
    content = content_of(request)
    email = text_of(content, "email")
    leaving.leave_contact(chat, name=text_of(content, "name"), email=email, phone=text_of(content, "phone"))
    return {"proof_sent": bool(email.strip())}


@require_POST
@chat_view
def prove(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{code}`: the code that was mailed to the address the visitor gave."""
    count_visitor(chat, "say")
    leaving.prove_contact(chat, text_of(content_of(request), "code"))
    return {}


@require_POST
@chat_view
def accept(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{answer}`: the visitor agrees with the answer of that id, the one they read."""
    visitor = conversations.visitor_of(chat)
    assert chat.case is not None  # visitor_of says so
    answer.accept(chat.case, actor=visitor, answer=_answer_read(content_of(request)))
    return _shown(chat)


@require_POST
@chat_view
def reject(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{answer, reason?}`: the visitor does not agree with it; somebody else looks at it."""
    visitor = conversations.visitor_of(chat)
    assert chat.case is not None  # visitor_of says so
    content = content_of(request)
    reason = text_of(content, "reason", most=4000)
    answer.reject(chat.case, actor=visitor, reason=reason, answer=_answer_read(content))
    return _shown(chat)


@require_POST
@chat_view
def sign_in(request: HttpRequest, chat: Chat) -> dict[str, Any]:
    """`{token}`: the operator's token of who signed in meanwhile. 404 where the conversation is another customer's.

    A token that does not hold is refused and changes nothing: a page may have rested longer than its token.
    """
    token = text_of(content_of(request), "token", most=8000)
    try:
        subject_of(token)
    except BadToken as error:
        raise Invalid(errors={"token": [_("This sign-in does not hold any more.")]}) from error
    conversations.resume(request.headers["Authorization"].partition(" ")[2], token=token)
    return {}


def _answer_read(content: dict[str, Any]) -> int:
    """The id of the answer the visitor had before them. Whoever names none has said nothing about any."""
    read = whole_number(content, "answer")
    if not read:
        raise Invalid(errors={"answer": [_("A whole number is needed.")]})
    return read


def _shown(chat: Chat, *, after: int | None = None) -> dict[str, Any]:
    """`{state, agent_read}` as they are now; with what was said `after` that message where it is asked for."""
    fresh = Chat.objects.select_related("case__contact", "agent").get(pk=chat.pk)
    lines = {} if after is None else {"lines": talking.lines_after(fresh, after)}
    return {**lines, "state": waiting.state_of(fresh), "agent_read": fresh.agent_read}
