"""The official response to a complaint: what the customer was told, numbered and sealed (R-49)."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Answer
from cskh.core.models import InAddresses

from .issues import Entry
from .register import Complaint


class Response(InAddresses, Entry):
    """One version of one official response. The number stays when it is corrected; the version before stays as it was.

    `content` is what it says, as canonical JSON (`cases.complaints.document`), and `notice` the sentence that went out with
    the answer; `sha256` seals both and stands in the case's chain.
    """

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="responses", verbose_name=_("complaint")
    )
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="responses", verbose_name=_("answer"))
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("number in the year"))
    number = models.CharField(_("number"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_final = models.BooleanField(_("final response"), default=False)
    language = models.CharField(_("language"), max_length=10)
    content = models.TextField(_("content"), blank=True)
    notice = models.TextField(_("said with the answer"), blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("official response")
        verbose_name_plural = _("official responses")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial", "version"], name="response_version_once"),
            models.UniqueConstraint(fields=["answer"], condition=Q(version=1), name="response_once_an_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.version})"

    @property
    def filename(self) -> str:
        return f"{self.number}-v{self.version}.pdf"

    @property
    def says(self) -> dict[str, Any]:
        """What it says; nothing where it was erased."""
        said: dict[str, Any] = json.loads(self.content) if self.content else {}
        return said


class ResponsePrint(models.Model):
    """A response as it was printed first. Every reader gets these very bytes, whatever prints by then."""

    response = models.OneToOneField(
        Response, on_delete=models.PROTECT, related_name="printed", verbose_name=_("official response")
    )
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("printed response")
        verbose_name_plural = _("printed responses")

    def __str__(self) -> str:
        return self.sha256
