"""Files as they came, sealed, and what was made of them and found in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """An original, kept untouched and addressed by its SHA-256; and the safe copy staff look at."""

    class ScanState(models.TextChoices):
        OFF = "off", _("no scanner")
        WAITING = "waiting", _("not scanned yet")
        CLEAN = "clean", _("nothing found")
        INFECTED = "infected", _("malware found")

    class PreviewState(models.TextChoices):
        WAITING = "waiting", _("being prepared")
        READY = "ready", _("ready")
        IMPOSSIBLE = "impossible", _("not possible")

    class Soundness(models.TextChoices):
        WAITING = "waiting", _("being looked into")
        SOUND = "sound", _("what it seems to be")
        REFUSED = "refused", _("of no use")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    content_type = models.CharField(_("type by content"), max_length=100)
    original = models.FileField(max_length=200)
    scan_state = models.CharField(max_length=10, choices=ScanState, default=ScanState.OFF)
    scanner = models.CharField(max_length=100, blank=True, help_text="Which one looked, with its version.")
    scanned_at = models.DateTimeField(null=True, blank=True)
    scan_tried_at = models.DateTimeField(null=True, blank=True, help_text="Whoever was asked last waits longest.")
    soundness = models.CharField(
        max_length=10,
        choices=Soundness,
        default=Soundness.SOUND,
        db_default=Soundness.SOUND.value,
        help_text="Whether it does no more than show something, where only decoding it tells.",
    )
    failed_tries = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often the decoder ended at it without a word."
    )
    refused_why = models.CharField(max_length=20, blank=True, db_default="", help_text="As a code.")
    preview_state = models.CharField(
        max_length=10, choices=PreviewState, blank=True, help_text="Empty where the type has no preview."
    )
    likeness = models.BigIntegerField(null=True, blank=True, help_text="The perceptual hash of its first page.")
    preview_pages = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["created_at"], name="preview_to_make", condition=Q(preview_state="waiting")),
            models.Index(fields=["likeness"], name="file_by_likeness", condition=Q(likeness__isnull=False)),
            models.Index(
                fields=["created_at"], name="file_to_look_into", condition=Q(soundness__in=("waiting", "refused"))
            ),
            models.Index(fields=["created_at"], name="file_to_scan", condition=Q(scan_state__in=("off", "waiting"))),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def further_pages(self) -> range:
        """The numbers of the pages after the first."""
        return range(2, self.preview_pages + 1)

    @property
    def is_infected(self) -> bool:
        return self.scan_state == self.ScanState.INFECTED

    @property
    def why_closed(self) -> str:
        """In words for staff; empty for what is released."""
        if self.is_infected:
            return gettext("contains malware, cannot be opened")
        if not self.is_past_scanner:
            return gettext("not scanned yet")
        if self.soundness == self.Soundness.REFUSED:
            return gettext("refused, cannot be opened")
        return "" if self.is_released else gettext("being looked into")

    @property
    def is_closed_for_good(self) -> bool:
        return self.is_infected or self.soundness == self.Soundness.REFUSED

    @property
    def is_released(self) -> bool:
        """Whether anybody may get to see it: the scanner found nothing in it, or there is no scanner; and it is what it seems."""
        return self.is_past_scanner and self.soundness == self.Soundness.SOUND

    @property
    def is_past_scanner(self) -> bool:
        if self.scan_state == self.ScanState.OFF:
            return not settings.CLAMD
        return self.scan_state == self.ScanState.CLEAN


class DerivedPage(models.Model):
    """A picture made from an original for people to look at: pixels only, one for each page.

    What made it, how and from what is kept with it, so that it can be made again and compared.
    """

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pages")
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
        indexes = [models.Index(fields=["sha256"], name="derived_page_by_hash")]
        ordering = ["file_id", "number"]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"


class FileMetadata(models.Model):
    """What cameras and programs wrote into a file. For those who check evidence; the place only on a reason.

    Its absence proves nothing: messengers take it off. What it says proves little: anybody can write it.
    """

    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="metadata")
    found = models.JSONField(default=dict)
    place = models.JSONField(null=True, blank=True)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("metadata of a file")
        verbose_name_plural = _("metadata of files")

    def __str__(self) -> str:
        return str(self.file_id)


class Resemblance(models.Model):
    """Two stored files whose pictures look alike: in so many of 64 bits they differ. One row each way."""

    one = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="resembles")
    other = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("resemblance")
        verbose_name_plural = _("resemblances")
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="resemblance_once")]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}: {self.distance}"
