"""Problem records at the desk: what each says, and the page of whom it touched, where all get the same remedy proposed (R-51)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.actors import Actor
from accounts.admin_access import EVERYBODY, RoleModelAdmin
from accounts.customers.models import Customer
from accounts.models import Role, User
from cases import policies
from cases.complaints import problems
from cases.complaints.models import Problem, ProblemStatus, Remedy
from cases.complaints.problem_books import without_a_case
from cases.models import Case
from cases.states import Status
from cskh.core.errors import NotPermitted

from .bulk import MOST, Choice, chosen, may_act, take_each
from .problem_forms import OfferSame, ProblemForm

KEEPERS = frozenset({Role.SPECIALIST, Role.MANAGER, Role.ADMINISTRATOR})
PER_PAGE = 50
_TONES = {ProblemStatus.OPEN.value: "warn", ProblemStatus.KNOWN.value: "new", ProblemStatus.RESOLVED.value: "good"}


@dataclass(frozen=True)
class Line:
    """A case on the page: how it stands, and what is done about it by now."""

    case: Case
    remedy: Remedy | None
    is_chosen: bool

    @property
    def value(self) -> str:
        return Choice(self.case.pk, self.case.last_event_number).value

    @property
    def status(self) -> str:
        return str(Status(self.case.status).label)


@admin.register(Problem)
class ProblemAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    editable_by = KEEPERS
    form = ProblemForm
    list_display = ("cases_link", "standing", "owner", "began_from", "ended_from", "edit_link")
    list_display_links = None
    list_filter = (("status", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("owner",)
    search_fields = ("title", "said_vi", "said_en")
    date_hierarchy = "began_from"
    fieldsets = (
        (None, {"fields": ("title", "status", "owner")}),
        (_("For customers"), {"fields": ("said_vi", "said_en")}),
        (_("Among colleagues"), {"fields": ("cause",)}),
        (_("When"), {"fields": ("began_from", "began_until", "ended_from", "ended_until")}),
        (_("Whom it touched"), {"fields": ("categories", "code_prefixes", "record")}),
    )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/cases/", wrap(require_GET(self.cases)), name="complaints_problem_cases"),
            path("<int:pk>/books/", wrap(require_GET(self.books)), name="complaints_problem_books"),
            path("<int:pk>/offer/", wrap(require_POST(self.offer)), name="complaints_problem_offer"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        keeping = User.objects.filter(is_active=True, memberships__role__in=KEEPERS).distinct()
        kwargs["queryset"] = keeping.order_by("last_name", "first_name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("problem record"), ordering="title")
    def cases_link(self, problem: Problem) -> SafeString:
        url = reverse("admin:complaints_problem_cases", args=[problem.pk])
        return format_html('<a href="{}" class="font-medium text-link">{}</a>', url, problem.title)

    @admin.display(description=_("status"), ordering="status")
    def standing(self, problem: Problem) -> SafeString:
        tone = _TONES[problem.status]
        return format_html('<span class="desk-pill is-{}">{}</span>', tone, problem.get_status_display())

    @admin.display(description=_("what it says"))
    def edit_link(self, problem: Problem) -> SafeString:
        url = reverse("admin:complaints_problem_change", args=[problem.pk])
        return format_html('<a href="{}" class="text-link">{}</a>', url, _("read, change"))

    def cases(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whom the problem touched. A constant number of queries, however many there are."""
        problem = _problem(pk)
        return self._page(request, problem, OfferSame(actor=Actor.staff(request.user), problem=problem))

    def books(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Customers in our books whom the problem touched and who have no case; for those who oversee the service. The admin log
        says who read which page of it, and at each customer who is known here that it was read (R-14)."""
        problem, actor = _problem(pk), Actor.staff(request.user)
        if not policies.oversees(actor):
            raise NotPermitted
        page = Paginator(without_a_case(problem), PER_PAGE).get_page(request.GET.get("page"))
        known = policies.visible_customers(actor).filter(external_id__in=[one["customer"] for one in page])
        customers = {one.external_id: one for one in known}
        _note_read(request, problem, known, page.number)
        context = {
            **self.admin_site.each_context(request),
            "title": problem.title,
            "opts": Problem._meta,
            "problem": problem,
            "page": page,
            "lines": [(one, customers.get(one["customer"])) for one in page],
        }
        return render(request, "admin/cases/problems/books.html", context)

    def offer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST `case` ("id.version", many) and the form: proposes the remedy on each, and says of each what happened."""
        problem, actor = _problem(pk), Actor.staff(request.user)
        if not may_act(actor):
            return self._page(request, problem, OfferSame(actor=actor, problem=problem), status=403)
        form, choices = OfferSame(request.POST, actor=actor, problem=problem), chosen(request)
        if not choices:
            form.add_error(None, _("Choose cases first."))
        if not form.is_valid():
            return self._page(request, problem, form, chosen_now=choices, status=422)
        outcomes = take_each(form, choices, actor)
        refused = [outcome for outcome in outcomes if not outcome.is_done]
        context = {
            **self.admin_site.each_context(request),
            "title": problem.title,
            "opts": Problem._meta,
            "problem": problem,
            "outcomes": sorted(outcomes, key=lambda outcome: outcome.is_done),
            "done": len(outcomes) - len(refused),
            "refused": refused,
        }
        return render(request, "admin/cases/problems/offered.html", context)

    def _page(
        self,
        request: HttpRequest,
        problem: Problem,
        form: OfferSame,
        *,
        chosen_now: list[Choice] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        actor = Actor.staff(request.user)
        is_linked = request.GET.get("shown") == "linked"
        shown = problems.cases_of(problem, actor, linked=is_linked)
        other = problems.cases_of(problem, actor, linked=not is_linked).count()
        paginator = Paginator(shown, PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        remedies, ticked = problems.remedies_on(page), {one.pk for one in chosen_now or ()}
        counts = (paginator.count, other) if is_linked else (other, paginator.count)
        context = {
            **self.admin_site.each_context(request),
            "title": problem.title,
            "opts": Problem._meta,
            "problem": problem,
            "tone": _TONES[problem.status],
            "criteria": list(_criteria(problem)),
            "is_linked": is_linked,
            "linked_count": counts[0],
            "touched_count": counts[1],
            "page": page,
            "lines": [Line(case, remedies.get(case.pk), case.pk in ticked) for case in page],
            "form": form,
            "may_offer": may_act(actor) and not is_linked,
            "may_edit": self.has_change_permission(request),
            "may_ask_books": bool(problem.record) and policies.oversees(actor),
            "most": MOST,
        }
        return render(request, "admin/cases/problems/page.html", context, status=status)


def _note_read(request: HttpRequest, problem: Problem, customers: Iterable[Customer], page: int) -> None:
    """To be called before the page is shown. One statement."""
    LogEntry.objects.log_actions(
        user_id=int(request.user.pk or 0),
        queryset=[problem, *customers],
        action_flag=CHANGE,
        change_message=f"Read: in our books, without a case; problem record {problem.pk}, page {page}",
    )


def _problem(pk: int) -> Problem:
    found = Problem.objects.select_related("owner").prefetch_related("categories__parent")
    return get_object_or_404(found, pk=pk)


def _criteria(problem: Problem) -> Any:
    """By what those it touched are found, in words."""
    if categories := [str(one) for one in problem.categories.all()]:
        yield _("topics or reasons"), ", ".join(categories)
    if problem.code_prefixes:
        yield _("transaction codes begin with"), ", ".join(problem.code_prefixes)
    if problem.record:
        yield _("our books have"), problem.get_record_display()
