"""The desk's keys: the one table for both the list behind `?` and the script, so that neither says what the other does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from cases import policies

from . import queues
from .actions import ACTIONS

_QUEUE_KEYS = {
    "mine": "m",
    "department": "d",
    "unassigned": "u",
    "urgent": "i",
    "due_soon": "s",
    "reopened": "r",
    "manager": "w",
    "asked_to_reopen": "q",
    queues.EVERYTHING: "a",
}
_PLACE_KEYS = (
    ("o", gettext_lazy("Overview"), "admin:index"),
    ("h", gettext_lazy("Hotline"), "hotline:page"),
    ("k", gettext_lazy("Customers"), "admin:customers_customer_changelist"),
    ("n", gettext_lazy("Notices"), "admin:channels_app_staffnotice_changelist"),
    ("v", gettext_lazy("Saved views"), "admin:cases_case_views"),
)
CHAT_KEY = "c"
# Key → the actions it stands for: of these at most one is offered at a time. The composer's tabs carry their own keys.
_STEP_KEYS = {
    "t": ("take-it",),
    "c": ("classify", "reclassify"),
    "u": ("clear-flag",),
    "h": ("start-resolving",),
    "e": ("request-evidence",),
    "f": ("add-evidence",),
    "w": ("evidence-completed",),
    "s": ("assign",),
    "m": ("transfer",),
    "p": ("change-priority",),
    "y": ("approve", "accept"),
    "b": ("return", "reject"),
    "o": ("reopen",),
    "l": ("decline-reopening",),
    "q": ("withdraw",),
    "d": ("mark-duplicate",),
    "!": ("mark-spam",),
    "v": ("final-response",),
}


@dataclass(frozen=True)
class Key:
    """`keys` are pressed one after the other; a "+" holds the first while pressing the second."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class Keys:
    """The keys of one page: groups for reading, and for the script where `g` leads and what a letter does to a case."""

    groups: list[tuple[str, list[Key]]]
    script: dict[str, Any]


def of_page(request: HttpRequest) -> Keys:
    """No query of its own beyond the person's memberships."""
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    place = request.resolver_match.view_name if request.resolver_match else ""
    places = list(_places(Actor.staff(request.user)))
    groups = [(_("Everywhere"), _everywhere())]
    if name == "cases_case_change":
        groups.append((_("On this case"), _on_a_case()))
    elif name == "cases_case_verify":
        groups.append((_("On this page"), _at_the_facts()))
    elif name == "cases_case_complaint":
        groups.append((_("On this page"), _at_the_complaint()))
    elif name in ("cases_case_response", "cases_case_response_preview"):
        groups.append((_("On this page"), [Key(("b",), _("back to the case"))]))
    elif place == "chat_console:page":
        groups.append((_("In a conversation"), _in_the_console()))
    elif place in ("hotline:page", "hotline:log"):
        groups.append((_("Hotline"), _at_the_hotline()))
    elif name.endswith("_changelist") or name == "index":
        groups.append((_("In this list"), _in_a_list(can_choose=name == "cases_case_changelist")))
    groups.append((_("Go to"), [Key(("g", key), label) for key, label, _url in places]))
    steps = _STEP_KEYS if name == "cases_case_change" else {}
    return Keys(groups, {"go": {key: url for key, _label, url in places}, "steps": steps})


def _places(actor: Actor) -> Iterator[tuple[str, str, str]]:
    address = reverse("admin:cases_case_changelist")
    for name in [*queues.names_for(actor), queues.EVERYTHING]:
        yield _QUEUE_KEYS[name], str(queues.LABELS[name]), f"{address}?queue={name}"
    for key, label, place in _PLACE_KEYS:
        yield key, str(label), reverse(place)
    if policies.may_open(actor):
        yield CHAT_KEY, _("Live chat"), reverse("chat_console:page")


def _everywhere() -> list[Key]:
    return [
        Key(("Ctrl", "+", "K"), _("find a case, a customer, a place, a step")),
        Key(("/",), _("search")),
        Key(("?",), _("this list")),
    ]


def _at_the_facts() -> list[Key]:
    return [
        Key(("+",), _("larger")),
        Key(("-",), _("smaller")),
        Key(("0",), _("whole picture")),
        Key(("r",), _("turn")),
        Key(("n",), _("next picture")),
        Key(("p",), _("picture before")),
        Key(("b",), _("back to the case")),
    ]


def _at_the_complaint() -> list[Key]:
    return [
        Key(("p",), _("propose a remedy")),
        Key(("y",), _("approve the first remedy that waits for you")),
        Key(("n",), _("decline it")),
        Key(("e",), _("have the first one that is owed carried out")),
        Key(("r",), _("record that it was done by hand")),
        Key(("c",), _("note that it arrived")),
        Key(("b",), _("back to the case")),
    ]


def _in_the_console() -> list[Key]:
    return [
        Key(("Alt", "+", "N"), _("take who has waited longest")),
        Key(("Alt", "+", "1…9"), _("go to a conversation")),
        Key(("Alt", "+", "J"), _("next conversation")),
        Key(("Alt", "+", "K"), _("conversation before")),
        Key(("Enter",), _("send; Shift+Enter begins a new line")),
        _template(),
        Key(("Alt", "+", "I"), _("write an internal note")),
        Key(("Alt", "+", "A"), _("write the official answer")),
        Key(("Ctrl", "+", "Enter"), _("send what is written")),
        Key(("Alt", "+", "C"), _("customer and case")),
        Key(("Esc",), _("back to the message")),
    ]


def _at_the_hotline() -> list[Key]:
    return [
        Key(("n",), _("Number, name, code or customer id")),
        Key(("s",), _("What the customer says")),
        Key(("c",), _("Category")),
        Key(("i",), _("Check who is calling")),
        Key(("l",), _("Log the call")),
        Key(("Ctrl", "+", "Enter"), _("Log the call")),
        Key(("o",), _("Open the case")),
        Key(("Alt", "+", "n"), _("these keys while typing (Firefox: Alt+Shift)")),
    ]


def _template() -> Key:
    return Key(("/",), _("in a text: list the reply templates; arrow keys, then Tab or Enter, insert one"))


def _in_a_list(*, can_choose: bool) -> list[Key]:
    keys = [Key(("j",), _("next row")), Key(("k",), _("row before")), Key(("Enter",), _("open it"))]
    return [*keys, Key(("x",), _("choose it for a step on many cases"))] if can_choose else keys


def _on_a_case() -> list[Key]:
    return [
        Key(("r",), _("write to the customer")),
        Key(("n",), _("write an internal note")),
        Key(("a",), _("answer or propose the outcome")),
        _template(),
        Key(("Ctrl", "+", "Enter"), _("send what is written")),
        Key((".",), _("copy the code")),
        Key(("x",), _("verify the facts")),
        Key(("k",), _("work on the complaint")),
        *(
            Key((key,), " / ".join(dict.fromkeys(str(ACTIONS[name].label) for name in names)))
            for key, names in _STEP_KEYS.items()
        ),
    ]
