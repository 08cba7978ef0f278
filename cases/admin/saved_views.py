"""Saved views: the list of cases as somebody has filtered and sorted it, kept under a name, for oneself or a department."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.models import Department
from cases.models import Case, SavedView
from cases.states import OPEN, Channel, ClosedAs, Priority, Status
from cskh.core.errors import Invalid, NotPermitted
from cskh.core.text import as_number

from . import queues
from .desk_form import DeskForm

OPENED = "view"  # in the list's address: the view it was opened from, so that changed filters can be saved over it
FILTERED_BY = ("status", "closed_as", "category", "department", "channel", "priority")
MOST = 30  # views a person has, or a department; so many fit on a screen
_KEPT = ("queue", "q", "o")
_MINE_FIRST = (F("department__slug").asc(nulls_first=True), "position", "pk")
LONGEST = 500  # characters of what a view keeps
# What a view may be counted by, with the values there are; ids are any number.
_IDS = ("category__id__exact", "department__id__exact")
_CHOICES = {
    "status__exact": Status.values,
    "closed_as__exact": ClosedAs.values,
    "channel__exact": Channel.values,
    "priority__exact": Priority.values,
}


def canonical(asked: QueryDict, queue: str) -> str:
    """What the list's address asks for, always in the same words: the queue, the search, the order, the filters."""
    values = {key: str(asked[key]) for key in asked}
    kept = {
        key: text
        for key, text in values.items()
        if text and (key in _KEPT or key.split("__")[0] in FILTERED_BY) and _can_be_asked(key, text)
    }
    if "q" in kept:
        kept["q"] = " ".join(kept["q"].split())
    query = QueryDict(mutable=True)
    for key, value in sorted({**kept, "queue": queue}.items()):
        query[key] = value
    return query.urlencode()


def _can_be_asked(key: str, text: str) -> bool:
    """Whether the database can compare with this value: another one would break every page that counts the view."""
    if key in _IDS:
        return as_number(text) is not None
    return text in _CHOICES[key] if key in _CHOICES else "\0" not in text


def shown_to(actor: Actor) -> QuerySet[SavedView]:
    """One's own, then those of one's departments."""
    mine = Q(department__isnull=True, owner=actor.subject)
    ours = Q(department__in=actor.subject.desk.own_departments)
    return SavedView.objects.filter(mine | ours).select_related("department").order_by(*_MINE_FIRST)


def changeable_by(actor: Actor) -> QuerySet[SavedView]:
    """One's own, and those of the departments whose views one keeps."""
    mine = Q(department__isnull=True, owner=actor.subject)
    kept = Q(department__in=departments_kept_by(actor))
    return SavedView.objects.filter(mine | kept).select_related("department").order_by(*_MINE_FIRST)


def opened_own(actor: Actor, asked: QueryDict) -> SavedView | None:
    """The view from which this list was opened, where it is one's own to save over."""
    pk = as_number(asked.get(OPENED, ""))
    return _own(actor).filter(pk=pk).first() if pk else None


def _own(actor: Actor) -> QuerySet[SavedView]:
    """Whoever made a view says what it asks for, while they keep the views of its department."""
    return changeable_by(actor).filter(owner=actor.subject)


def departments_kept_by(actor: Actor) -> QuerySet[Department]:
    """The departments with which this person may share a view: those they lead, manage or administer."""
    places = actor.subject.desk.heads
    departments = Department.objects.filter(is_active=True)
    return departments if None in places else departments.filter(pk__in=places)


@dataclass(frozen=True)
class Tab:
    """A saved view beside the queues; `count_text` is empty where counting would cost too much."""

    name: str
    query: str
    address: str
    count_text: str
    shared_with: str


def tabs(actor: Actor, now: datetime) -> tuple[list[queues.Queue], list[Tab]]:
    """The queues and the saved views of this person, with their counts: two queries for any number of them."""
    views = list(shown_to(actor))
    names = queues.names_for(actor)
    countable = {f"view-{view.pk}": cases for view in views if (cases := _cheap_to_count(actor, view, now)) is not None}
    counts = queues.count_each({**{name: queues.queue(actor, name, now) for name in names}, **countable})
    return (
        [queues.Queue(name, queues.LABELS[name], counts[name]) for name in names],
        [
            Tab(
                view.name,
                view.query,
                address_of(view),
                queues.count_text(counts[f"view-{view.pk}"]) if f"view-{view.pk}" in counts else "",
                str(view.department) if view.department else "",
            )
            for view in views
        ],
    )


def _cheap_to_count(actor: Actor, view: SavedView, now: datetime) -> QuerySet[Case] | None:
    """The view's cases where they are open ones, found by filters alone: there are never many of those."""
    asked = QueryDict(view.query).dict()
    name = str(asked.pop("queue", ""))
    asked.pop("o", None)
    if name == queues.EVERYTHING and asked.get("status__exact") not in OPEN:
        return None
    if any(key not in (*_IDS, *_CHOICES) or not _can_be_asked(key, str(value)) for key, value in asked.items()):
        return None
    return queues.queue(actor, name, now).filter(**asked)


class ViewForm(DeskForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Share with"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody: only for me"),
    )

    def __init__(self, data: Any = None, *, actor: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="view_%s")
        self.actor = actor
        self.chosen_among("department", departments_kept_by(actor))

    @property
    def may_share(self) -> bool:
        return departments_kept_by(self.actor).exists()

    def clean_query(self) -> str:
        asked = QueryDict(self.cleaned_data["query"])
        if asked.get("queue") not in queues.LABELS:
            raise forms.ValidationError(_("Save the view from the list of cases."))
        query = canonical(asked, asked["queue"])
        if len(query) > LONGEST:
            raise forms.ValidationError(_("This search is too long to be kept as a view."))
        return query

    def save(self) -> SavedView:
        """Keeps it as the last one of its owner or department. Raises Invalid where there are too many already."""
        department = self.cleaned_data["department"]
        beside = SavedView.objects.filter(department=department)
        if department is None:
            beside = beside.filter(owner=self.actor.subject)
        if beside.count() >= MOST:
            raise Invalid(errors={"name": [_("There are %(most)d views already; delete one first.") % {"most": MOST}]})
        last = beside.aggregate(last=Max("position"))["last"]
        return SavedView.objects.create(
            **self.cleaned_data, owner=self.actor.subject, position=0 if last is None else last + 1
        )


@require_http_methods(["GET", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """The page where views are kept; `?query=` offers to save what the list shows. POST saves it."""
    actor = Actor.staff(request.user)
    form = None
    if request.method == "POST":
        form = ViewForm(request.POST, actor=actor)
        if form.is_valid():
            try:
                view = form.save()
            except Invalid as error:
                form.add_error("name", error.errors["name"][0])
            else:
                messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
                return HttpResponseRedirect(address_of(view))
    elif "query" in request.GET:
        form = ViewForm(initial={"query": request.GET["query"]}, actor=actor)
    changeable = list(changeable_by(actor))
    context = {
        **admin.site.each_context(request),
        "title": _("Saved views"),
        "form": form,
        "views": changeable,
        "others": [view for view in shown_to(actor) if view not in changeable],
    }
    return render(request, "admin/cases/case/views.html", context, status=400 if form and form.errors else 200)


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """POST one of `delete`, `move` ("up" or "down"), `query` (what it asks for from now on), `name`."""
    actor = Actor.staff(request.user)
    view = get_object_or_404(shown_to(actor) | changeable_by(actor), pk=pk)
    if not changeable_by(actor).filter(pk=pk).exists():
        raise NotPermitted
    if "delete" in request.POST:
        view.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": view.name})
    elif request.POST.get("move") in ("up", "down"):
        _move(view, -1 if request.POST["move"] == "up" else 1)
    elif "query" in request.POST:
        _save_over(view, request.POST["query"], actor)
        messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
        return HttpResponseRedirect(address_of(view))
    else:
        view.name = request.POST.get("name", "").strip()[:40] or view.name
        view.save(update_fields=["name"])
    return HttpResponseRedirect(reverse("admin:cases_case_views"))


def _save_over(view: SavedView, query: str, actor: Actor) -> None:
    if not _own(actor).filter(pk=view.pk).exists():
        raise NotPermitted
    form = ViewForm({"name": view.name, "query": query}, actor=actor)
    if not form.is_valid():
        raise Invalid(errors={field: list(said) for field, said in form.errors.items()})
    view.query = form.cleaned_data["query"]
    view.save(update_fields=["query"])


def _move(view: SavedView, by: int) -> None:
    with transaction.atomic():
        beside = SavedView.objects.filter(department=view.department_id).select_for_update()
        if view.department_id is None:
            beside = beside.filter(owner=view.owner_id)
        rows = list(beside.order_by("position", "pk"))
        here = rows.index(view)
        rows.insert(max(here + by, 0), rows.pop(here))
        for position, row in enumerate(rows):
            row.position = position
        SavedView.objects.bulk_update(rows, ["position"])


def address_of(view: SavedView) -> str:
    return f"{reverse('admin:cases_case_changelist')}?{view.query}&{OPENED}={view.pk}"
