"""How the admin looks. What stands in its navigation: `cases.admin.navigation`."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from .cases import BRAND_NAME

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
        "navigation": "cases.admin.navigation.lines",
    },
}
