"""Pages that say who we are and how things go: home, notice, brand colour, language."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts.customers.models import Notice
from channels_app.portal.figures import times_by_topic
from channels_app.portal.hours import presence
from channels_app.portal.progress import STAGES
from cskh.core import colors
from cskh.core.language import in_english

# Choosing a language needs no protection and so no cookie but its own.
language = csrf_exempt(require_POST(set_language))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The official ways to reach us, what happens next, and how long it usually takes."""
    return render(
        request,
        "portal/home.html",
        {
            "stages": STAGES,
            "presence": presence(),
            "times": times_by_topic(),
            "window_days": settings.PUBLIC_FIGURES_WINDOW.days,
            "minimum": settings.PUBLIC_FIGURES_MINIMUM,
        },
    )


@require_safe
def notice(request: HttpRequest, version: str = "") -> HttpResponse:
    """The rights and privacy notice: the one in force, or an earlier version."""
    published = list(Notice.objects.filter(published_at__lte=timezone.now()))
    shown = next((one for one in published if version in ("", one.version)), None)
    if shown is None and version:
        raise Http404
    context = {"notice": shown, "body": notice_body(shown), "versions": published, "newest": published[:1]}
    return render(request, "portal/notice.html", context)


@require_safe
@cache_control(public=True, max_age=3600)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The brand's colours as CSS properties: pages may load styles only from files."""
    color = colors.parse(settings.BRAND_COLOR)
    light, dark = colors.readable_on(color, colors.LIGHT), colors.readable_on(color, colors.DARK)
    css = (
        f":root{{--brand:{colors.written(color)};--on-brand:{colors.written(colors.ink_on(color))};"
        f"--accent:{colors.written(light)};--on-accent:{colors.written(colors.ink_on(light))}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{colors.written(dark)};"
        f"--on-accent:{colors.written(colors.ink_on(dark))}}}}}\n"
    )
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def notice_body(notice: Notice | None) -> str:
    """Its text in the language in use."""
    if notice is None:
        return ""
    return notice.body_en if in_english() else notice.body_vi
