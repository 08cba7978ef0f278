"""Base models and what every app may need; no word of the domain."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .language import in_english


class Named(models.Model):
    """Something staff configure, with a name in both languages. `slug` is its name in the API and never changes."""

    slug = models.SlugField(_("slug"), unique=True)
    name_vi = models.CharField(_("name (Vietnamese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language in use."""
        return self.name_en if in_english() else self.name_vi


class InAddresses(models.Model):
    """Something whose address hands out a file, or shows what is in one: `public_id` is its name there, which is random, so
    that nobody can guess the next one or count how many there are. Who may see it is asked all the same.
    """

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)

    class Meta:
        abstract = True


class IdempotencyKey(models.Model):
    """A request that was made with an Idempotency-Key, and what was answered to it. Kept 24 hours."""

    credential = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField(help_text="Sealed: it may hold what is shown once.")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.credential} {self.key}"

    @property
    def expires_at(self) -> datetime:
        return self.created_at + timedelta(seconds=settings.IDEMPOTENCY_SECONDS)
