"""How the admin looks: theme, navigation."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from .cases import BRAND_NAME

static_lazy = lazy(static, str)

UNFOLD = {
    "SITE_TITLE": BRAND_NAME,
    "SITE_HEADER": BRAND_NAME,
    "SITE_SUBHEADER": _("Customer care"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "support_agent",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Desk"),
                "items": [
                    {"title": _("Cases"), "icon": "inbox", "link": reverse_lazy("admin:cases_case_changelist")},
                ],
            },
        ],
    },
}
