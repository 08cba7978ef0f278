"""What members of staff are told: the bell, and the list behind it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.admin_access import RoleModelAdmin
from accounts.models import User
from cases import policies
from cases.events import label_of
from cases.models import CLOCK_KINDS
from channels_app import push
from channels_app.models import StaffNotice

SHOWN = 100


def for_person(user: User) -> QuerySet[StaffNotice]:
    """Their notices on cases they may still see, newest first."""
    return (
        StaffNotice.objects.filter(recipient=user, case__in=policies.visible_to(Actor.staff(user)))
        .select_related("case__customer", "event")
        .order_by("-created_at", "-pk")
    )


def unread(request: HttpRequest) -> int:
    """How many of those one is shown are unread: what went out of one's sight does not count."""
    assert isinstance(request.user, User)
    return for_person(request.user).filter(read_at__isnull=True).count()


def read_on(case_id: int, actor: Actor) -> None:
    """Whoever opens the case has read what they were told about it."""
    unread = for_person(actor.subject).filter(case_id=case_id, read_at__isnull=True)
    if unread.update(read_at=timezone.now()):
        push.changed(push.staff_group(actor.subject.pk))


def with_labels(notices: QuerySet[StaffNotice] | list[StaffNotice]) -> list[tuple[StaffNotice, str]]:
    """Each notice with what happened, in words; of deadlines which one it is."""
    clocks = dict(CLOCK_KINDS)
    told = []
    for one in notices:
        label, clock = label_of(one.event.kind), one.event.facts.get("clock")
        told.append((one, f"{label}: {clocks[clock]}" if clock in clocks else label))
    return told


@admin.register(StaffNotice)
class StaffNoticeAdmin(RoleModelAdmin):
    """One's own notices; a row leads to its case."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffNotice]:
        assert isinstance(request.user, User)
        return for_person(request.user)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("read/", self.admin_site.admin_view(self.read), name="channels_app_staffnotice_read"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": self.opts.verbose_name_plural,
            "notices": with_labels(self.get_queryset(request)[:SHOWN]),
        }
        return render(request, "admin/cases/notices.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        notice = self.get_object(request, object_id)
        if notice is None:
            return HttpResponseRedirect(reverse("admin:channels_app_staffnotice_changelist"))
        return HttpResponseRedirect(reverse("admin:cases_case_change", args=[notice.case_id]))

    def read(self, request: HttpRequest) -> HttpResponse:
        """POST: all of one's notices are read."""
        if request.method == "POST":
            self.get_queryset(request).filter(read_at__isnull=True).order_by().update(read_at=timezone.now())
            push.changed(push.staff_group(request.user.pk or 0))
        return HttpResponseRedirect(reverse("admin:channels_app_staffnotice_changelist"))
