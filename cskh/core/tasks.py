"""Housekeeping of the floor."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from .models import IdempotencyKey


@shared_task
def forget_idempotency_keys() -> None:
    """Deletes answers that are no longer replayed."""
    limit = timezone.now() - timedelta(seconds=settings.IDEMPOTENCY_SECONDS)
    IdempotencyKey.objects.filter(created_at__lt=limit).delete()
