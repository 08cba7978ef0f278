"""The widget's two addresses: `/widget.js`, which any allowed website embeds, and `/chat/`, the page in its frame.

The embedding page and the frame speak only of size, opening, closing and a number of unread messages; the page may hand
over the operator's token, nothing else. `/chat/` by itself is the same chat as a page of its own.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from cases.evidence.pipeline import identify
from channels_app.chat import duties
from cskh.core import colors
from cskh.core.errors import NotPermitted

from . import page_texts

_SCRIPTS = Path(__file__).resolve().parents[1] / "static" / "chat"
_LOADER = _SCRIPTS / "launcher.js"
# Named in the page, so that a browser fetches them at once and not one import after the other.
_MODULES = sorted(
    f"chat/{script.name}" for script in _SCRIPTS.glob("*.js") if script.name not in ("chat.js", "launcher.js")
)


def _loader_tag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_loader().encode()).hexdigest()[:32]}"'


@require_safe
@gzip_page
@cache_control(public=True, max_age=3600)
@condition(etag_func=_loader_tag)
def widget(request: HttpRequest) -> HttpResponse:
    """The script that puts the launcher on a page. The same for everybody: it carries no visitor's data."""
    response = HttpResponse(_loader(), content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@xframe_options_exempt
@cache_control(no_cache=True)
def page(request: HttpRequest) -> HttpResponse:
    """The chat. `?origin=` names the page that embeds it and must be allowed; `?language=` is one of ours.

    Only allowed origins may frame it: the browser keeps to `frame-ancestors`, whatever the address says.
    """
    origin = request.GET.get("origin", "")
    own = f"{request.scheme}://{request.get_host()}"
    if origin and origin not in (own, *settings.CHAT_ORIGINS):
        raise NotPermitted(_("This website may not show our chat."))
    with translation.override(_language(request)):
        context = {"config": _config(origin), "texts": page_texts.texts(), "modules": _MODULES}
        response = render(request, "chat/page.html", context)
    response._csp_replace = {"frame-ancestors": ["'self'", *settings.CHAT_ORIGINS]}  # type: ignore[attr-defined]
    return response


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


def _config(origin: str) -> dict[str, Any]:
    return {
        "origin": origin,
        "language": translation.get_language(),
        "somebody_here": duties.on_duty().exists(),
        "most_characters": settings.CHAT_MESSAGE_MAX_CHARACTERS,
        "most_bytes": settings.EVIDENCE_MAX_BYTES,
        "file_types": identify.ACCEPT,
    }


def _loader() -> str:
    color = colors.parse(settings.BRAND_COLOR)
    config = {
        "origins": settings.CHAT_ORIGINS,
        "language": settings.LANGUAGE_CODE,
        "color": colors.written(color),
        "ink": colors.written(colors.ink_on(color)),
        "texts": {code: _loader_texts(code) for code, _name in settings.LANGUAGES},
    }
    return f"(() => {{\nconst config = {json.dumps(config)};\n{_loader_source(_LOADER.stat().st_mtime_ns)}}})();\n"


@lru_cache(maxsize=1)
def _loader_source(_changed: int) -> str:
    return _LOADER.read_text(encoding="utf-8")


def _loader_texts(language: str) -> dict[str, str]:
    with translation.override(language):
        brand = {"brand": settings.BRAND_NAME}
        return {
            "open": _("Chat with %(brand)s") % brand,
            "close": _("Close the chat with %(brand)s") % brand,
            "unread": _("unread messages: %(count)s"),
        }
