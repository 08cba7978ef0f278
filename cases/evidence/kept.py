"""What is kept about a stored file besides itself. Known to others through `models`."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DerivedPage(models.Model):
    """A picture made from an original for people to look at: pixels only, one for each page.

    What made it, how and from what is kept with it, so that it can be made again and compared.
    """

    file = models.ForeignKey("evidence.StoredFile", on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField(_("page"))
    picture = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    original_sha256 = models.CharField(max_length=64)
    tool = models.CharField(max_length=100)
    parameters = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("derived page")
        verbose_name_plural = _("derived pages")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="derived_page_once")]
        ordering = ["file_id", "number"]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
