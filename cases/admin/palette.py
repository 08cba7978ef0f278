"""The command palette (Ctrl+K): cases, customers and places of the desk, by a few letters."""

from collections.abc import Iterable
from typing import TypedDict

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Customer
from cases import codes, policies, queries
from cases.models import Case

from . import queues, saved_views, words
from .finding import searched

FOUND_CASES = 8
FOUND_CUSTOMERS = 5
RECENT = 8
SHORTEST = 2  # letters: fewer find everything


class Item(TypedDict):
    title: str
    detail: str
    url: str
    icon: str
    flag: str


class Group(TypedDict):
    label: str
    items: list[Item]


def palette(request: HttpRequest) -> JsonResponse:
    """What to offer, in groups: for `q` the cases and customers it finds; without, the cases of `recent` (codes, by commas)
    and every place this person may go to. Never kept anywhere: each answer is what they may see at that moment."""
    actor = Actor.staff(request.user)
    term = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if term:
        groups = _found(actor, term) if len(term) >= SHORTEST else []
    else:
        recent = _recent(actor, request.GET.get("recent", ""))
        groups = [
            Group(label=_("Recent cases"), items=recent),
            Group(label=_("Queues and views"), items=_lists(actor)),
            *_places(request),
        ]
    return JsonResponse({"groups": [group for group in groups if group["items"]]})


def _found(actor: Actor, term: str) -> list[Group]:
    cases = queries.overview(searched(queries.for_file(policies.visible_to(actor)), term, actor))
    customers = directory.find(term, policies.visible_customers(actor), limit=FOUND_CUSTOMERS)
    return [
        Group(label=_("Cases"), items=[_case(case) for case in cases[:FOUND_CASES]]),
        Group(label=_("Customers"), items=[_customer(customer) for customer in customers]),
    ]


def _recent(actor: Actor, codes_asked: str) -> list[Item]:
    """The cases of these codes that one may see, in the order given."""
    asked = []
    for text in codes_asked.split(",")[:RECENT]:
        try:
            asked.append(codes.parse_code(text))
        except ValueError:
            continue
    if not asked:
        return []
    cases = queries.for_file(policies.visible_to(actor)).filter(code__in=asked)
    return [_case(case) for case in sorted(cases, key=lambda case: asked.index(case.code))]


def _lists(actor: Actor) -> list[Item]:
    address = reverse("admin:cases_case_changelist")
    names = [*queues.names_for(actor), queues.EVERYTHING]
    own = [_item(queues.LABELS[name], f"{address}?queue={name}", "list_alt") for name in names]
    saved = [
        _item(view.name, saved_views.address_of(view), "bookmark", view.department or _("saved view"))
        for view in saved_views.shown_to(actor)
    ]
    return [*own, *saved]


def _places(request: HttpRequest) -> Iterable[Group]:
    """What stands in the navigation for this person, besides the queues."""
    for group in admin.site.get_sidebar_list(request):  # type: ignore[attr-defined]  # the theme's site has it
        items = [
            _item(item["title"], item.get("link_callback") or item["link"], item.get("icon", ""))
            for item in group["items"]
            if item["has_permission"]
        ]
        yield Group(label=str(group["title"]), items=[item for item in items if "?queue=" not in item["url"]])


def _case(case: Case) -> Item:
    where = case.get_closed_as_display() if case.closed_as else case.get_status_display()
    return _item(
        f"{case.code} {case.subject}".strip(),
        reverse("admin:cases_case_change", args=[case.pk]),
        words.CHANNEL_ICONS[case.channel],
        f"{case.customer} · {where}",
        case.flagged_for,
    )


def _customer(customer: Customer) -> Item:
    addresses = ", ".join(contact.address for contact in customer.contacts.all()[:2])
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return _item(customer, url, "badge", addresses or customer.external_id or "")


def _item(title: object, url: object, icon: str, detail: object = "", flag: str = "") -> Item:
    return Item(title=str(title), detail=str(detail), url=str(url), icon=icon, flag=flag)
