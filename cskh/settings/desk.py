"""How the admin looks: theme, navigation. What somebody finds in the navigation follows from their roles."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from .cases import BRAND_NAME


def _viewable(address: str) -> Callable[[HttpRequest], bool]:
    """Whether the person may open the list at `address` ("app_model")."""

    def may_view(request: HttpRequest) -> bool:
        from django.contrib import admin

        return any(
            f"{model._meta.app_label}_{model._meta.model_name}" == address and found.has_view_permission(request)
            for model, found in admin.site._registry.items()
        )

    return may_view


def _list(title: Any, icon: str, address: str) -> dict[str, Any]:
    """A line of the navigation that leads to a model's list."""

    def link(request: HttpRequest) -> str:
        return reverse(f"admin:{address}_changelist")

    def active(request: HttpRequest) -> bool:
        return request.path.startswith(link(request))

    return {"title": title, "icon": icon, "link": link, "active": active, "permission": _viewable(address)}


def _talks_to_customers(request: HttpRequest) -> bool:
    from accounts.actors import Actor
    from cases import policies

    return policies.may_open(Actor.staff(request.user))


def _oversees(request: HttpRequest) -> bool:
    from accounts.actors import Actor
    from cases import policies

    return policies.oversees(Actor.staff(request.user))


def _queue(title: Any, icon: str, name: str) -> dict[str, Any]:
    def active(request: HttpRequest) -> bool:
        return request.GET.get("queue") == name

    def link(request: HttpRequest) -> str:
        return f"{reverse('admin:cases_case_changelist')}?queue={name}"

    def has_it(request: HttpRequest) -> bool:
        from accounts.actors import Actor
        from cases.admin import queues

        return name == queues.EVERYTHING or name in queues.names_for(Actor.staff(request.user))

    return {"title": title, "icon": icon, "link": link, "active": active, "permission": has_it}


UNFOLD = {
    "SITE_TITLE": BRAND_NAME,
    "SITE_HEADER": BRAND_NAME,
    "SITE_SUBHEADER": _("Customer care"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "support_agent",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("admin:choose_language")},
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("cskh/favicon.svg")},
    ],
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("cases/desk.css"), lambda request: static("cases/palette.css")],
    "SCRIPTS": [
        lambda request: static("cases/socket.js"),
        lambda request: static("cases/desk.js"),
        lambda request: static("cases/shortcuts.js"),
        lambda request: static("cases/palette.js"),
        lambda request: static("cases/live.js"),
        lambda request: static("channels_app/chat_badge.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0f766e",
            "700": "#115e59",
            "800": "#134e4a",
            "900": "#134e4a",
            "950": "#042f2e",
        },
    },
    "GLOBAL_CALLBACK": "cases.admin.dashboard.on_every_page",
    "DASHBOARD_CALLBACK": "cases.admin.dashboard.context",
    "SIDEBAR": {
        "show_search": True,  # the button of the desk's own palette
        "show_all_applications": False,
        "navigation": [
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
                    _list(_("Chat duties"), "forum", "channels_app_chatduty"),
                    _list(_("Reply templates"), "quickreply", "channels_app_replytemplate"),
                    _list(_("Service targets"), "timer", "cases_slatarget"),
                    _list(_("Working calendars"), "calendar_month", "cases_calendar"),
                    _list(_("Notices for customers"), "policy", "customers_notice"),
                    _list(_("Customer policy"), "gavel", "complaints_policyclause"),
                    _list(_("Help articles"), "help", "channels_app_helparticle"),
                ],
            },
            {
                "title": _("Connections"),
                "collapsible": True,
                "items": [
                    _list(_("Accesses"), "visibility", "cases_access"),
                    _list(_("Log of changes"), "history", "admin_logentry"),
                    _list(_("Inbound items"), "move_to_inbox", "channels_app_inbounditem"),
                    _list(_("Deliveries"), "outbox", "channels_app_delivery"),
                    _list(_("Mail boxes"), "mail", "channels_app_mailboxstate"),
                    _list(_("API clients"), "key", "accounts_apiclient"),
                    _list(_("Webhooks"), "webhook", "channels_app_webhooktarget"),
                    _list(_("Webhook deliveries"), "send", "channels_app_webhookdelivery"),
                ],
            },
        ],
    },
}
