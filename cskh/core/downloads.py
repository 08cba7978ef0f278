"""Files that are saved, never shown by the browser in our name."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_to_save(data: bytes, name: str) -> HttpResponse:
    """Nothing in it may run, be framed, or be kept by caches."""
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
        },
    )
