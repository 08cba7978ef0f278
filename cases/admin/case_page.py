"""The case page: everything about one case, and what can be done to it now. A constant number of queries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.actors import Actor, ActorKind
from cases import policies, queries
from cases.access_log import note_access
from cases.evidence.queries import file_of
from cases.models import Answer, Case, Clock
from cases.satisfaction import question_of
from cases.states import Step
from cases.tones import PRIORITY_TONES, STATUS_TONES
from cases.workflow.belonging import stands_in
from channels_app import drafts, holding
from channels_app.models import Draft
from channels_app.replies import Reply, replies_for
from cskh.core.amounts import money
from cskh.core.snapshot import one_moment
from cskh.core.text import as_number

from . import complaint_card, notices, words
from .actions import ACTIONS, Action, offered
from .conversation import Entry, entries_of
from .evidence_check import panel_of
from .flag_card import flag_of
from .history import history_of
from .news import news_since
from .next_up import next_up
from .records_card import card_of
from .refused import Refused
from .step_forms import StepForm
from .writing import saved_at

# What most people do next in each situation is the button that stands out: the first of these that is allowed.
_FIRST_CHOICES = ("classify", "reopen", "approve", "take-it", "start-resolving")
_ANSWERING = (Step.ANSWER.value, Step.PROPOSE.value, Step.FINAL_RESPONSE.value)


@dataclass(frozen=True)
class Running:
    """A clock that runs, as the page shows it."""

    kind: str
    label: str
    due_at: datetime | None
    paused_at: datetime | None
    text: str
    tone: str


@dataclass(frozen=True)
class Begun:
    """A draft as the page shows it."""

    kind: str
    label: str
    body: str
    refused: str
    said: str


@dataclass(frozen=True)
class Tab:
    """One tab of the composer: its action with an empty form, and what was begun there; the one to `open` has it latest."""

    action: Action
    form: StepForm
    key: str
    draft: Begun | None
    open: bool

    @property
    def text(self) -> str:
        return self.draft.body if self.draft else str(self.form.initial.get("body", ""))


def show(
    request: HttpRequest, pk: str, page: Callable[[], dict[str, Any]], refused: Refused | None = None
) -> HttpResponse:
    """The page; with `fragment=live` only what can change while one looks at it, as HTML.

    Each part stands in an element with `data-live`, for an open page to put in the place of its own. `since` is the number
    of the last event that page knows: what others did after it is said in words (`#case-news`). `page` gives what frames it.
    What was just `refused` of a piece of evidence is said there.
    All of it is of one moment: a page that said that something came, and did not show it yet, would lead nowhere.
    """
    actor = Actor.staff(request.user)
    case_id = as_number(pk)
    if case_id is None:
        raise Http404
    notices.read_on(case_id, actor)
    with one_moment():
        case = queries.for_file(policies.visible_to(actor)).filter(pk=case_id).first()
        if case is None:
            raise Http404
        shown = content(case, actor, timezone.now(), request.GET)
        if request.GET.get("fragment") == "live":
            news = news_since(case, actor, request.GET.get("since", ""))
            answer = render(request, "admin/cases/case/live.html", {**shown, "news": news})
        else:
            told = _told(refused) if refused else {}
            status = refused.error.status if refused else 200
            answer = render(request, "admin/cases/case/page.html", {**page(), **shown, **told}, status=status)
    note_access(actor, case.pk)
    return answer


def _told(refused: Refused) -> dict[str, Any]:
    return {"refused": refused, "refused_item": as_number(str(refused.typed.get("item", ""))), "form": refused.form}


def content(case: Case, actor: Actor, now: datetime, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows, ready for its template. `asked` may carry cursors: `before` for the conversation, `history`."""
    talk = entries_of(case, asked.get("before", ""))
    file = file_of(case)
    actions = offered(actor, case, file)
    begun = _begun(case, actor)
    tabs = _tabs(case, actor, actions, begun)
    held = holding.waiting(case)
    buttons = [action for action in actions.values() if not action.writing]
    contacts = list(case.customer.contacts.order_by("-last_used_at"))
    return {
        "title": case.code,
        "opts": Case._meta,
        "original": case,
        "subtitle": case.subject,
        "case": case,
        "status": ": ".join(filter(None, [case.get_status_display(), case.get_closed_as_display()])),
        "status_tone": STATUS_TONES.get(case.status, "calm"),
        "priority_tone": PRIORITY_TONES.get(case.priority, ""),
        "channel_icon": words.CHANNEL_ICONS[case.channel],
        "amount": money(case.amount),
        "next": next_up(case, file),
        "flag": flag_of(case, actor, talk.rows) if case.is_flagged else None,
        "now": now,
        "clocks": [_running(clock, now) for clock in case.clocks.filter(stopped_at__isnull=True).order_by("due_at")],
        "contacts": contacts,
        "may_change_contact": policies.may_write(actor, case) and any(stands_in(one, case) for one in contacts),
        "others": queries.others_of_customer(actor, case),
        "entries": _with_authors(talk.rows, case),
        "earlier_entries": talk.earlier,
        "is_earlier": "before" in asked,
        "history": history_of(case, asked.get("history", "")),
        "is_history_asked": "history" in asked,
        "buttons": [action for action in buttons if not action.ends],
        "endings": [action for action in buttons if action.ends],
        "first_choice": next((name for name in _FIRST_CHOICES if name in actions), ""),
        "tabs": tabs,
        "offers": " ".join(tab.action.name for tab in tabs),
        "left_over": [one for kind, one in begun.items() if kind not in {tab.action.name for tab in tabs}],
        "held": held,
        "held_is_mine": held is not None and held.user_id == actor.subject.pk,
        "held_seconds": max(0, round((held.send_at - now).total_seconds(), 1)) if held else 0,
        "replies": _replies(case, actor, tabs),
        "proposal": queries.answers_of_round(case, Answer.State.PROPOSED, Answer.State.APPROVED).first(),
        "to": case.contact,
        "evidence_panel": panel_of(case, actor, file),
        "records": card_of(case, actor),
        "complaint": complaint_card.card_of(case, actor),
        "question": None if case.is_open else question_of(case),
    }


def _tabs(case: Case, actor: Actor, actions: dict[str, Action], begun: dict[str, Begun]) -> list[Tab]:
    """Message, note, and the one way in which this case can be answered now."""
    answering = next((name for name in _ANSWERING if name in actions), "")
    keys = {name: key for name, key in (("message", "r"), ("note", "n"), (answering, "a")) if name in actions}
    first = next((kind for kind in begun if kind in keys), "message")
    return [
        Tab(ACTIONS[name], ACTIONS[name].form(case=case, actor=actor), key, begun.get(name), name == first)
        for name, key in keys.items()
    ]


def _begun(case: Case, actor: Actor) -> dict[str, Begun]:
    return {
        kind: Begun(kind, str(Draft.Kind(kind).label), draft.body, draft.refused, saved_at(draft))
        for kind, draft in drafts.drafts_of(actor.subject, case).items()
    }


def _replies(case: Case, actor: Actor, tabs: list[Tab]) -> list[Reply]:
    return replies_for(case, actor.subject) if tabs else []


def _running(clock: Clock, now: datetime) -> Running:
    if clock.due_at is None:
        return Running(clock.kind, str(clock.get_kind_display()), None, clock.paused_at, "", "quiet")
    return Running(
        clock.kind,
        str(clock.get_kind_display()),
        clock.due_at,
        None,
        words.until(clock.due_at, now),
        words.tone_of(clock.due_at, now),
    )


def _with_authors(entries: list[Entry], case: Case) -> list[Entry]:
    names = words.names_of((entry.who for entry in entries), case)
    for entry in entries:
        name = names[entry.who]
        if (
            entry.look == "in" and entry.who[0] != ActorKind.CUSTOMER
        ):  # a mail, a call, a program speaks for the customer
            entry.author, entry.title = str(case.customer), "" if entry.who[0] == ActorKind.SYSTEM else name
        else:
            entry.author = name
    return entries
