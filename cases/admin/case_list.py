"""The list of cases: queues, search, filters. A case is opened from it and never edited by a form."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from accounts.actors import Actor
from accounts.admin_access import RoleModelAdmin
from accounts.customers import directory
from cases import codes, queries
from cases.models import Case
from cases.states import Channel, ClosedAs, Priority, Status

from . import case_page, queues, step_view, words

COUNTED_ROWS = 2000


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


class CaseList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count  # there is no other number to show beside it
        self.title = str(queues.LABELS[_queue_name(request)])


@admin.register(Case)
class CaseAdmin(RoleModelAdmin):
    """Reading only: what changes a case is a step (`step_view`), never a form over its fields."""

    list_display = ("case_column", "subject_column", "category_column", "owner_column", "status_column", "due_column")
    list_display_links = None
    list_select_related = ("category", "department", "assignee", "customer")
    list_filter = (
        QueueFilter,
        ("status", ChoicesDropdownFilter),
        ("category", RelatedDropdownFilter),
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
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return queues.queue(Actor.staff(request.user), _queue_name(request), timezone.now())

    def get_ordering(self, request: HttpRequest) -> Any:
        return queues.ordering(_queue_name(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CaseList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        return (searched(queryset, search_term) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        name = _queue_name(request)
        context = {
            "desk_queues": queues.counted(Actor.staff(request.user), timezone.now()),
            "desk_queue": name,
            "desk_empty": queues.EMPTY[name],
            "desk_everything": queues.EVERYTHING,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id, {**self.admin_site.each_context(request)})

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("by-code/<str:code>/", wrap(by_code), name="cases_case_by_code"),
            path("<int:pk>/step/<slug:name>/", wrap(self.step), name="cases_case_step"),
            *super().get_urls(),
        ]

    def step(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        return step_view.step(request, pk, name, {**self.admin_site.each_context(request)})

    @admin.display(description=gettext_lazy("case"))
    def case_column(self, case: Case) -> SafeString:
        marks = SafeString("")
        if case.priority in words.PRIORITY_TONES:
            marks += pill(str(Priority(case.priority).label), words.PRIORITY_TONES[case.priority])
        if case.round > 1:
            marks += pill(_("round %(number)d") % {"number": case.round}, "bad")
        return format_html(
            '<a class="desk-code" href="{}">{}</a><span class="desk-marks">{} {}</span>',
            reverse("admin:cases_case_change", args=[case.pk]),
            case.code,
            icon(words.CHANNEL_ICONS[case.channel], str(Channel(case.channel).label)),
            marks,
        )

    @admin.display(description=gettext_lazy("subject and customer"))
    def subject_column(self, case: Case) -> SafeString:
        return format_html(
            '<a class="desk-subject" href="{}" tabindex="-1">{}</a><span class="desk-under">{}</span>',
            reverse("admin:cases_case_change", args=[case.pk]),
            case.subject or _("(no subject)"),
            case.customer,
        )

    @admin.display(description=gettext_lazy("category"))
    def category_column(self, case: Case) -> SafeString:
        return format_html('<span class="desk-wrap">{}</span>', case.category or _("not classified"))

    @admin.display(description=gettext_lazy("department and owner"))
    def owner_column(self, case: Case) -> SafeString:
        return format_html(
            '<span>{}</span><span class="desk-under">{}</span>',
            case.department or "–",
            case.assignee or _("nobody yet"),
        )

    @admin.display(description=gettext_lazy("status"))
    def status_column(self, case: Case) -> SafeString:
        label = str(ClosedAs(case.closed_as).label if case.closed_as else Status(case.status).label)
        return pill(label, words.STATUS_TONES.get(case.status, "calm"))

    @admin.display(description=gettext_lazy("due"))
    def due_column(self, case: Case) -> SafeString:
        if case.next_due_at is None:
            return SafeString("–")
        now = timezone.now()
        return format_html(
            '<time class="desk-due is-{}" datetime="{}" title="{}">{}</time>',
            words.tone_of(case.next_due_at, now),
            case.next_due_at.isoformat(),
            date_format(timezone.localtime(case.next_due_at), "SHORT_DATETIME_FORMAT"),
            words.until(case.next_due_at, now),
        )


def searched(cases: QuerySet[Case], term: str) -> QuerySet[Case]:
    """Cases by their code in any form, else by subject, transaction code or customer (name, telephone, email, id)."""
    text = term.replace("\x00", "").strip()
    try:
        return cases.filter(code=codes.parse_code(text))
    except ValueError:
        customers = [customer.pk for customer in directory.find(text, limit=100)]
    which = Q(subject__icontains=text) | Q(transaction_ref=text) | Q(customer_id__in=customers)
    if len(text) >= 4:
        which |= Q(code__startswith=text.upper())
    return cases.filter(which)


def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The short address of a case, with its code in any form."""
    case = queries.visible_case(Actor.staff(request.user), code)
    return HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]))


def icon(name: str, label: str) -> SafeString:
    return format_html(
        '<span class="material-symbols-outlined desk-icon" title="{0}" role="img" aria-label="{0}">{1}</span>',
        label,
        name,
    )


def pill(label: str, tone: str) -> SafeString:
    return format_html('<span class="desk-pill is-{}">{}</span>', tone, label)


def _queue_name(request: HttpRequest) -> str:
    """What the address asks for. Whoever searches or filters looks through everything; else one starts with one's own."""
    if request.GET.get("q", "").strip():
        return queues.EVERYTHING
    asked = request.GET.get("queue", "")
    if asked in queues.LABELS:
        return asked
    if any(key.split("__")[0] in ("status", "category", "department", "channel", "priority") for key in request.GET):
        return queues.EVERYTHING
    chosen: str | None = getattr(request, "_desk_queue", None)
    if chosen is None:
        chosen = queues.first_queue(Actor.staff(request.user))
        request._desk_queue = chosen  # type: ignore[attr-defined]  # asked several times a request, found out once
    return chosen
