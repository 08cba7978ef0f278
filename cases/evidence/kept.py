"""What is kept about evidence besides itself. Known to others through `models`."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import ACTOR_KINDS


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


class Custody(models.Model):
    """The head of an evidence item's chain: how many entries there are and the hash of the last, so that a cut tail shows."""

    item = models.OneToOneField(
        "evidence.EvidenceItem", on_delete=models.PROTECT, primary_key=True, related_name="custody"
    )
    last_number = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("chain of custody")
        verbose_name_plural = _("chains of custody")

    def __str__(self) -> str:
        return f"{self.item_id}: {self.last_number}"


class CustodyEntry(models.Model):
    """Something that was done with an evidence item. UPDATE, DELETE and TRUNCATE are refused by a trigger.

    `facts` holds ids, enums and sizes, never personal text. `hash` covers the whole row and the hash before.
    """

    class Event(models.TextChoices):
        RECEIVED = "received", _("Received")
        SCANNED = "scanned", _("Scanned for malware")
        DERIVED = "derived", _("Copy made to look at")
        LINKED = "linked", _("Filed as")
        VERIFIED = "verified", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        EXPORTED = "exported", _("Report exported")

    item = models.ForeignKey("evidence.EvidenceItem", on_delete=models.PROTECT, related_name="custody_entries")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=12, choices=Event)
    actor_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    actor_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    sha256_before = models.CharField(max_length=64, blank=True)
    sha256_after = models.CharField(max_length=64, blank=True)
    tool = models.CharField(max_length=100, blank=True)
    facts = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("custody entry")
        verbose_name_plural = _("custody entries")
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="custody_number_once")]
        ordering = ["item_id", "number"]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.number} {self.event}"


class CustodyText(models.Model):
    """The words that belong to an entry (a reason, what was sent as text). Erasable: the entry keeps their salted hash."""

    entry = models.OneToOneField(CustodyEntry, on_delete=models.PROTECT, related_name="words")
    text = models.TextField()
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("words of a custody entry")
        verbose_name_plural = _("words of custody entries")

    def __str__(self) -> str:
        return self.text[:60]


class FileMetadata(models.Model):
    """What cameras and programs wrote into a file. For those who check evidence; the place only on a reason.

    Its absence proves nothing: messengers take it off. What it says proves little: anybody can write it.
    """

    file = models.OneToOneField("evidence.StoredFile", on_delete=models.CASCADE, related_name="metadata")
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

    one = models.ForeignKey("evidence.StoredFile", on_delete=models.CASCADE, related_name="resembles")
    other = models.ForeignKey("evidence.StoredFile", on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("resemblance")
        verbose_name_plural = _("resemblances")
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="resemblance_once")]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}: {self.distance}"
