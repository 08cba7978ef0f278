"""Bulk steps: the same step on many cases, each through the workflow in its own transaction; of each the page says what happened.

The page sends long work in small portions and shows how far it is; without scripts one request does everything.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.models import Case
from cskh.core.errors import DomainError, Invalid, NotPermitted, NotVisible
from cskh.core.text import as_number

from .bulk_forms import BULK, BulkForm
from .step_view import require_unchanged

MOST = 200  # cases at once
PORTION = 10  # cases a request, where the page sends them in portions

# Gives the cases of the list whose address parameters are given, in the list's order, as far as the person may see them.
ListOfCases = Callable[[str], QuerySet[Case]]


@dataclass(frozen=True)
class Choice:
    """A case as it was when it was chosen: `version` is the number of its last event then."""

    pk: int
    version: int

    @property
    def value(self) -> str:
        return f"{self.pk}.{self.version}"


@dataclass(frozen=True)
class Outcome:
    """What became of one case. `value` chooses it again as it is now; `code` and `url` are empty where it is not visible."""

    value: str
    is_done: bool
    text: str
    code: str = ""
    subject: str = ""
    url: str = ""


def may_act(actor: Actor) -> bool:
    """Whether there is anything to choose cases for: who only reads finds no boxes."""
    return policies.may_open(actor)


def bulk(request: HttpRequest, name: str, list_of_cases: ListOfCases) -> HttpResponse:
    """POST `case` ("id.version", many) or `all` with `query` shows the form of the step; with `run` it is taken.

    With `fragment` the answer to `run` is the rows of the result alone, or (422) the form with what is wrong; nothing is
    taken then. More than MOST cases are never taken at once.
    """
    actor = Actor.staff(request.user)
    form_class = BULK.get(name)
    if form_class is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
    if not may_act(actor):
        raise NotPermitted
    query = request.POST.get("query", "")[:500]
    choices = _choices(request, query, list_of_cases)
    if not choices:
        messages.warning(request, _("Choose cases first."))
        return HttpResponseRedirect(f"{reverse('admin:cases_case_changelist')}?{query}")
    if "run" not in request.POST:
        again = {field: request.POST[field] for field in form_class.base_fields if field in request.POST}
        return _page(request, form_class(actor=actor, initial=again), choices, query)
    form = form_class(request.POST, actor=actor)
    if not form.is_valid():
        return _page(request, form, choices, query, status=422)
    outcomes = take_each(form, choices, actor)
    if "fragment" in request.GET:
        return render(request, "admin/cases/case/bulk_rows.html", {"outcomes": outcomes})
    return _page(request, form, choices, query, outcomes=outcomes)


def take_each(form: BulkForm, choices: Sequence[Choice], actor: Actor) -> list[Outcome]:
    """Takes the step on each case by itself: what is refused on one changes nothing on the others."""
    before = {case.pk: case for case in _visible(actor, choices)}
    refusals = [_take(form, choice, actor) if choice.pk in before else str(NotVisible()) for choice in choices]
    after = {case.pk: case for case in _visible(actor, choices)}
    return [
        _outcome(choice, before.get(choice.pk), after.get(choice.pk), refused)
        for choice, refused in zip(choices, refusals, strict=True)
    ]


def _take(form: BulkForm, choice: Choice, actor: Actor) -> str:
    """Why the step was refused on this case; empty where it was taken."""
    try:
        with transaction.atomic():
            held = queries.locked(choice.pk)
            if not form.action.permitted(actor, held):
                raise NotPermitted
            require_unchanged(held, choice.version, actor)
            form.take(held)
    except Invalid as error:
        return " ".join(text for texts in error.errors.values() for text in texts) or str(error)
    except DomainError as error:
        return str(error)
    return ""


def _outcome(choice: Choice, before: Case | None, after: Case | None, refused: str) -> Outcome:
    """A case that left one's sight by the step is named still, but leads nowhere."""
    if before is None:
        return Outcome(choice.value, is_done=False, text=refused)
    value = Choice(after.pk, after.last_event_number).value if after else choice.value
    url = reverse("admin:cases_case_change", args=[after.pk]) if after else ""
    return Outcome(value, not refused, refused, before.code, before.subject, url)


def _choices(request: HttpRequest, query: str, list_of_cases: ListOfCases) -> list[Choice]:
    if "all" in request.POST:
        found = list_of_cases(query).values_list("pk", "last_event_number")[:MOST]
        return [Choice(pk, version) for pk, version in found]
    return chosen(request)


def chosen(request: HttpRequest) -> list[Choice]:
    """The cases that were ticked, each once, MOST of them at most. Raises Invalid for what no page of ours sends."""
    return list(dict.fromkeys(map(_choice, request.POST.getlist("case"))))[:MOST]


def _choice(value: str) -> Choice:
    pk, _dot, version = value.partition(".")
    case_id, number = as_number(pk), as_number(version)
    if case_id is None or number is None:
        raise Invalid
    return Choice(case_id, number)


def _visible(actor: Actor, choices: Iterable[Choice]) -> list[Case]:
    cases = policies.visible_to(actor).filter(pk__in=[choice.pk for choice in choices])
    return list(cases.select_related("department", "assignee", "customer"))


def _page(
    request: HttpRequest,
    form: BulkForm,
    choices: list[Choice],
    query: str,
    *,
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "action": form.action, "portion": PORTION, "query": query}
    if "fragment" in request.GET:
        return render(request, "admin/cases/case/bulk_fields.html", context, status=status)
    refused = [outcome for outcome in outcomes if not outcome.is_done]
    shown = {case.pk: case for case in _visible(Actor.staff(request.user), choices)} if not outcomes else {}
    context |= {
        **admin.site.each_context(request),
        "title": form.action.label,
        "opts": Case._meta,
        "choices": [(choice, shown.get(choice.pk)) for choice in choices],
        "number": len(choices),
        "is_cut": "all" in request.POST and len(choices) == MOST,
        "most": MOST,
        "outcomes": sorted(outcomes, key=lambda outcome: outcome.is_done),  # what needs somebody stands first
        "done": len(outcomes) - len(refused),
        "refused": refused,
        "back": f"{reverse('admin:cases_case_changelist')}?{query}",
    }
    return render(request, "admin/cases/case/bulk.html", context, status=status)
