"""The list of cases: queues, search, filters. A case is opened from it and never edited by a form."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.templatetags.unfold_list import result_headers

from accounts.actors import Actor
from accounts.admin_access import RoleModelAdmin
from cases import queries
from cases.categories import in_order
from cases.models import Case, Category
from cskh.core.errors import Invalid

from . import (
    bulk,
    case_page,
    complaint_card,
    complaint_response,
    palette,
    queues,
    saved_views,
    step_view,
    verification,
    writing,
)
from .bulk_forms import BULK
from .case_rows import SHOWN_WITH, Row, rows_of
from .finding import is_code, searched

COUNTED_ROWS = 2000
FRAGMENT = "fragment"
# Column → what it is sorted by. Codes are random; beneath them stands when the case was opened.
SORTED_BY = {"code": "opened_at", "next_due_at": "next_due_at"}


class BoundedPaginator(Paginator):
    """Counts up to COUNTED_ROWS and no further, so that no list page scans a million rows to print a number."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return rows[:COUNTED_ROWS].count()


class QueueFilter(admin.SimpleListFilter):
    """Takes `queue` off the address; the queue itself is chosen in `CaseAdmin.get_queryset` and shown as tabs."""

    title = gettext_lazy("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in queues.LABELS.items()]

    def has_output(self) -> bool:
        return False

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset


class CategoryFilter(RelatedDropdownFilter):
    """Each reason with its topic, in the order of every other choice among them."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        reasons = Category.objects.filter(parent__isnull=False).select_related("parent")
        return [(reason.pk, f"{reason.parent} – {reason}") for reason in in_order(reasons)]


class CaseList(ChangeList):
    """Rows and headers for `change_list.html`, which prints them itself: the theme's cells cost more than the queries."""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        ours = (FRAGMENT, saved_views.OPENED)
        return {name: value for name, value in super().get_filters_params(params).items() if name not in ours}

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The search box sends them along: one searches in the queue one sees, named in the address or not.
        self.filter_params["queue"] = [_queue_name(request)]
        self.full_result_count = self.result_count  # there is no other number to show beside it
        self.title = str(queues.LABELS[_queue_name(request)])
        self.actor = Actor.staff(request.user)

    def get_ordering_field(self, field_name: Any) -> str | None:
        return SORTED_BY.get(field_name)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Case]) -> list[Any]:
        """What is not due at all comes last, whichever way one sorts."""
        ordering = super().get_ordering(request, queryset)
        return [F("next_due_at").desc(nulls_last=True) if part == "-next_due_at" else part for part in ordering]

    @property
    def selectable(self) -> bool:
        return bulk.may_act(self.actor)

    @property
    def headers(self) -> list[dict[str, Any]]:
        return [*([_choose_all()] if self.selectable else []), *result_headers(self)]

    @property
    def beyond_this_page(self) -> int:
        """How many cases "all of this list" would be where that is more than what is shown; else 0."""
        return min(self.result_count, bulk.MOST) if self.result_count > len(self.result_list) else 0

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.result_list, timezone.now())


@admin.register(Case)
class CaseAdmin(RoleModelAdmin):
    """Reading only: what changes a case is a step (`step_view`), never a form over its fields."""

    list_display = ("code", "subject", "category", "department", "status", "next_due_at")  # the headers
    list_display_links = None
    list_select_related = SHOWN_WITH
    list_filter = (
        QueueFilter,
        ("status", ChoicesDropdownFilter),
        ("closed_as", ChoicesDropdownFilter),
        ("category", CategoryFilter),
        ("department", RelatedDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("priority", ChoicesDropdownFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_per_page = 50
    search_fields = ("code",)  # makes the search box appear; `get_search_results` does the searching
    search_help_text = gettext_lazy("Code, subject, customer, telephone, email, transaction")
    list_before_template = "admin/cases/case/queues.html"
    paginator = BoundedPaginator
    actions = None
    sortable_by = tuple(SORTED_BY)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return queues.queue(Actor.staff(request.user), _queue_name(request), timezone.now())

    def get_ordering(self, request: HttpRequest) -> Any:
        return queues.ordering(_queue_name(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CaseList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        if "\0" in request.GET.get(SEARCH_VAR, ""):
            return queryset.none(), False  # the box refuses it, and would leave the search empty: everything
        actor = Actor.staff(request.user)
        return (searched(queryset, search_term, actor) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; with `fragment=rows` beside the same parameters only what changes while one looks at it.

        The fragment is HTML: the queues with their counts (`#desk-queues`), the count of unread notices (`#desk-unread`)
        and the rows (`#desk-rows`), for a page to put in the place of its own. A row is named by its id and carries the
        version of its case (`data-version`): where that is the same, only the clock can differ, and the page counts that
        itself. Whatever the list refuses, the fragment answers with the same redirect or error.
        """
        name = _queue_name(request)
        query = saved_views.canonical(request.GET, name)
        actor = Actor.staff(request.user)
        queue_tabs, views = saved_views.tabs(actor, timezone.now())
        view = next((view for view in views if view.query == query), None)
        context = {
            **({"title": view.name} if view else {}),
            "desk_queues": queue_tabs,
            "desk_queue": "" if view else name,
            "desk_queue_label": queues.LABELS[name],
            "desk_search_all": _search_of_everything(request, name),
            "desk_views": views,
            "desk_query": query,
            "desk_is_saved": view is not None,
            "desk_opened": None if view else saved_views.opened_own(actor, request.GET),
            "desk_is_plain": query == f"queue={name}",
            "desk_empty": queues.EMPTY[name],
            "desk_everything": queues.EVERYTHING,
            "desk_bulk": [form.action for form in BULK.values()],
            "desk_bulk_most": bulk.MOST,
        }
        page = super().changelist_view(request, {**context, **(extra_context or {})})
        if request.GET.get(FRAGMENT) == "rows" and isinstance(page, TemplateResponse):
            page.template_name = "admin/cases/case/fragment.html"
        return page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id, lambda: self.admin_site.each_context(request))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("by-code/<str:code>/", wrap(by_code), name="cases_case_by_code"),
            path("<int:pk>/step/<slug:name>/", wrap(self.step), name="cases_case_step"),
            path("<int:pk>/verify/", wrap(self.verify), name="cases_case_verify"),
            path("<int:pk>/complaint/", wrap(self.complaint), name="cases_case_complaint"),
            path("<int:pk>/complaint/preview/", wrap(self.preview), name="cases_case_response_preview"),
            path("<int:pk>/complaint/responses/<uuid:public_id>/", wrap(self.response), name="cases_case_response"),
            path(
                "<int:pk>/complaint/responses/<uuid:public_id>/pdf/",
                wrap(complaint_response.pdf),
                name="cases_case_response_pdf",
            ),
            path("bulk/<slug:name>/", wrap(self.bulk), name="cases_case_bulk"),
            path("views/", wrap(saved_views.views), name="cases_case_views"),
            path("views/<int:pk>/", wrap(saved_views.change), name="cases_case_view_change"),
            path("palette/", wrap(palette.palette), name="cases_case_palette"),
            path("<int:pk>/draft/<slug:kind>/", wrap(writing.save_draft), name="cases_case_draft"),
            path("<int:pk>/undo/<int:held>/", wrap(writing.undo), name="cases_case_undo"),
            *super().get_urls(),
        ]

    def step(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        return step_view.step(request, pk, name)

    def verify(self, request: HttpRequest, pk: int) -> HttpResponse:
        return verification.show(request, pk, lambda: self.admin_site.each_context(request))

    def complaint(self, request: HttpRequest, pk: int) -> HttpResponse:
        return complaint_card.show(request, pk, lambda: self.admin_site.each_context(request))

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        return complaint_response.preview(request, pk, lambda: self.admin_site.each_context(request))

    def response(self, request: HttpRequest, pk: int, public_id: UUID) -> HttpResponse:
        return complaint_response.show(request, pk, public_id, lambda: self.admin_site.each_context(request))

    def bulk(self, request: HttpRequest, name: str) -> HttpResponse:
        def list_of_cases(query: str) -> QuerySet[Case]:
            asked, request.GET = request.GET, QueryDict(query)
            try:
                return self.get_changelist_instance(request).queryset
            except IncorrectLookupParameters as error:
                raise Invalid from error
            finally:
                request.GET = asked

        return bulk.bulk(request, name, list_of_cases)


def _choose_all() -> dict[str, Any]:
    box = format_html(
        '<input type="checkbox" id="desk-choose-all" aria-label="{}" hidden>', _("Choose all cases on this page")
    )
    return {"text": box, "sortable": False, "class_attrib": ""}


def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The short address of a case, with its code in any form."""
    case = queries.visible_case(Actor.staff(request.user), code)
    return HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]))


def _queue_name(request: HttpRequest) -> str:
    """The queue that is shown: what the address asks for, or where one begins.

    A code is one case, wherever it is. Whoever searches or filters without having chosen a queue looks through everything.
    """
    asked = request.GET.get("queue", "")
    sought = request.GET.get(SEARCH_VAR, "").strip()
    if sought and is_code(sought):
        return queues.EVERYTHING
    if asked in queues.LABELS:
        return asked
    if sought or any(key.split("__")[0] in saved_views.FILTERED_BY for key in request.GET):
        return queues.EVERYTHING
    chosen: str | None = getattr(request, "_desk_queue", None)
    if chosen is None:
        chosen = queues.first_queue(Actor.staff(request.user))
        request._desk_queue = chosen  # type: ignore[attr-defined]  # asked several times a request, found out once
    return chosen


def _search_of_everything(request: HttpRequest, queue: str) -> str:
    """Where the same is searched in all cases; "" where that is what is shown."""
    sought = request.GET.get(SEARCH_VAR, "").strip()
    if not sought or queue == queues.EVERYTHING:
        return ""
    everything = QueryDict(mutable=True)
    everything.update({"queue": queues.EVERYTHING, SEARCH_VAR: sought})
    return f"?{everything.urlencode()}"
