"""Files that arrive in pieces."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import ActorKind
from cases.evidence.names import DECLARED_MAX, safe_filename
from cases.models import ACTOR_KINDS, Case
from cskh.core import sealed_rows


class PartialUpload(models.Model):
    """A file on its way to a case: so much of it has come. It is no evidence before it is whole and its sender says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="partial_uploads")
    sender_kind = models.CharField(max_length=12, choices=ACTOR_KINDS, default=ActorKind.CUSTOMER.value)
    sender_id = models.CharField(max_length=64)
    declared_name = models.CharField(max_length=DECLARED_MAX, blank=True, db_column="filename")
    declared_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("file on its way")
        verbose_name_plural = _("files on their way")
        indexes = [
            models.Index(fields=["case", "updated_at"], name="upload_by_case"),
            models.Index(fields=["updated_at"], name="upload_by_age"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def filename(self) -> str:
        """As it is shown."""
        return safe_filename(self.declared_name)

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


class UploadPiece(models.Model):
    """What came at once, from byte `start` on. Kept sealed: `place` is what it is bound to."""

    upload = models.ForeignKey(PartialUpload, on_delete=models.CASCADE, related_name="pieces")
    start = models.PositiveBigIntegerField()
    data = models.BinaryField(help_text="Sealed.")

    class Meta:
        verbose_name = _("piece of a file")
        verbose_name_plural = _("pieces of files")
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="upload_piece_once")]
        ordering = ["start"]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.start}"

    @property
    def place(self) -> str:
        return f"upload:{self.upload_id}:{self.start}"

    @property
    def content(self) -> bytes:
        """What came. Raises what `sealed_rows.opened` raises."""
        return sealed_rows.opened(self.data, of=self.place)

    @content.setter
    def content(self, data: bytes) -> None:
        self.data = sealed_rows.sealed(data, of=self.place)
