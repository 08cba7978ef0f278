"""What stands in the desk's navigation. What somebody finds there follows from their roles."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies

from . import queues

Line = dict[str, Any]


def lines(request: HttpRequest) -> list[Line]:
    """The groups of lines, as the theme asks for them; it asks each line whether this person may see it."""
    return _GROUPS


def _list(title: Any, icon: str, address: str) -> Line:
    """A line that leads to a model's list ("app_model")."""

    def link(request: HttpRequest) -> str:
        return reverse(f"admin:{address}_changelist")

    def active(request: HttpRequest) -> bool:
        return request.path.startswith(link(request))

    return {"title": capfirst(title), "icon": icon, "link": link, "active": active, "permission": _viewable(address)}


def _viewable(address: str) -> Callable[[HttpRequest], bool]:
    """Whether the person may open the list at `address`."""

    def may_view(request: HttpRequest) -> bool:
        return any(
            f"{model._meta.app_label}_{model._meta.model_name}" == address and found.has_view_permission(request)
            for model, found in admin.site._registry.items()
        )

    return may_view


def _queue(title: Any, icon: str, name: str) -> Line:
    def link(request: HttpRequest) -> str:
        return f"{reverse('admin:cases_case_changelist')}?queue={name}"

    def active(request: HttpRequest) -> bool:
        return request.GET.get("queue") == name

    def has_it(request: HttpRequest) -> bool:
        return name == queues.EVERYTHING or name in queues.names_for(Actor.staff(request.user))

    return {"title": title, "icon": icon, "link": link, "active": active, "permission": has_it}


def _talks_to_customers(request: HttpRequest) -> bool:
    return policies.may_open(Actor.staff(request.user))


def _oversees(request: HttpRequest) -> bool:
    return policies.oversees(Actor.staff(request.user))


def _of_quality(request: HttpRequest) -> bool:
    mine = reverse("quality:mine")
    return request.path.startswith(reverse("quality:work")) and not request.path.startswith(mine)


_GROUPS: list[Line] = [
    {
        "title": _("Desk"),
        "items": [
            {"title": _("Overview"), "icon": "space_dashboard", "link": reverse_lazy("admin:index")},
            _queue(_("Mine"), "person", "mine"),
            _queue(_("My department"), "groups", "department"),
            _queue(_("Unassigned"), "inbox", "unassigned"),
            _queue(_("Urgent"), "priority_high", "urgent"),
            _queue(_("All cases"), "list_alt", "all"),
            {"title": _("On and off duty"), "icon": "toggle_on", "link": reverse_lazy("presence")},
            {
                "title": _("Chats"),
                "icon": "forum",
                "link": reverse_lazy("chat_console:page"),
                "permission": _talks_to_customers,
            },
            {"title": _("Hotline"), "icon": "support_agent", "link": reverse_lazy("hotline:page")},
            _list(_("Telephone calls"), "call", "channels_app_call"),
            _list(_("Customers"), "badge", "customers_customer"),
            {
                "title": _("Chat service"),
                "icon": "monitoring",
                "link": reverse_lazy("chat_service:page"),
                "permission": _oversees,
            },
            _list(_("Complaint register"), "menu_book", "complaints_complaint"),
            _list(_("Remedies owed"), "handshake", "complaints_remedy"),
            _list(_("Problem records"), "bug_report", "complaints_problem"),
            {
                "title": _("Reports"),
                "icon": "bar_chart",
                "link": reverse_lazy("reports:outcomes"),
                "active": lambda request: request.path.startswith(reverse("reports:outcomes")),
                "permission": _oversees,
            },
            {
                "title": _("Quality"),
                "icon": "fact_check",
                "link": reverse_lazy("quality:work"),
                "active": _of_quality,
                "permission": _oversees,
            },
            {
                "title": _("Reviews of my work"),
                "icon": "rate_review",
                "link": reverse_lazy("quality:mine"),
                "permission": _talks_to_customers,
            },
        ],
    },
    {
        "title": _("Configuration"),
        "collapsible": True,
        "items": [
            _list(_("Staff"), "group", "accounts_user"),
            _list(_("Roles"), "manage_accounts", "accounts_membership"),
            _list(_("Departments"), "apartment", "accounts_department"),
            _list(_("Categories"), "label", "cases_category"),
            _list(_("Checklists"), "checklist", "evidence_checklist"),
            _list(_("Chat duties"), "forum", "channels_app_chatduty"),
            _list(_("Reply templates"), "quickreply", "channels_app_replytemplate"),
            _list(_("Service targets"), "timer", "cases_slatarget"),
            _list(_("Working calendars"), "calendar_month", "cases_calendar"),
            _list(_("Notices for customers"), "policy", "customers_notice"),
            _list(_("Customer policy"), "gavel", "complaints_policyclause"),
            _list(_("Quality forms"), "fact_check", "quality_reviewform"),
            _list(_("Approval limits"), "approval", "complaints_approvallimit"),
            _list(_("Help articles"), "help", "channels_app_helparticle"),
        ],
    },
    {
        "title": _("Connections"),
        "collapsible": True,
        "items": [
            _list(_("Accesses"), "visibility", "cases_access"),
            _list(_("Exports"), "download", "reports_export"),
            _list(_("Log of changes"), "history", "admin_logentry"),
            _list(_("Imported records"), "upload_file", "records_recordfile"),
            _list(_("Inbound items"), "move_to_inbox", "channels_app_inbounditem"),
            _list(_("Deliveries"), "outbox", "channels_app_delivery"),
            _list(_("Mail boxes"), "mail", "channels_app_mailboxstate"),
            _list(_("API clients"), "key", "accounts_apiclient"),
            _list(_("Webhooks"), "webhook", "channels_app_webhooktarget"),
            _list(_("Webhook deliveries"), "send", "channels_app_webhookdelivery"),
        ],
    },
]
