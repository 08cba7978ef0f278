"""The operator's brand, as every template sees it."""

from django.conf import settings
from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    return {
        "brand": {
            "name": settings.BRAND_NAME,
            "hotline": settings.BRAND_HOTLINE,
            "email": settings.BRAND_EMAIL,
            "app": settings.BRAND_APP,
        },
    }
