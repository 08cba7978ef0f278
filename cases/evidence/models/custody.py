"""What was done with each thing that came in, never to be rewritten."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases import chains
from cases.models import ACTOR_KINDS

from .items import EvidenceItem


class Custody(models.Model):
    """The head of an evidence item's chain: how many entries there are and the hash of the last, so that a cut tail shows."""

    item = models.OneToOneField(EvidenceItem, on_delete=models.PROTECT, primary_key=True, related_name="custody")
    last_number = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("chain of custody")
        verbose_name_plural = _("chains of custody")

    def __str__(self) -> str:
        return f"{self.item_id}: {self.last_number}"


class CustodyEntry(models.Model):
    """Something that was done with an evidence item. UPDATE, DELETE and TRUNCATE are refused by a trigger.

    `facts` holds ids, enums, sizes and hashes, never personal text. `hash` covers the whole row and the hash before.
    """

    class Event(models.TextChoices):
        RECEIVED = "received", _("Received")
        SCANNED = "scanned", _("Scanned for malware")
        DERIVED = "derived", _("Copy made to look at")
        LINKED = "linked", _("Filed as")
        CITED = "cited", _("Named as a source of a finding")
        VERIFIED = "verified", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        EXPORTED = "exported", _("Report exported")

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="custody_entries")
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


class KeptApart(models.Model):
    """Text that belongs to an entry and may be personal. Erasable: the `fact` of that name in the entry is its salted hash."""

    fact: ClassVar[str]
    text = models.TextField()
    salt = models.CharField(max_length=32)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def digest(self) -> str:
        return chains.salted(self.salt, self.text)


class CustodyText(KeptApart):
    """The words of an entry: a reason, what was sent as text."""

    fact = "words"
    entry = models.OneToOneField(CustodyEntry, on_delete=models.PROTECT, related_name="words")

    class Meta:
        verbose_name = _("words of a custody entry")
        verbose_name_plural = _("words of custody entries")


class DeclaredName(KeptApart):
    """What the sender called the file that was received: a claim, kept as it was made, whichever way it came."""

    fact = "declared_name"
    entry = models.OneToOneField(CustodyEntry, on_delete=models.PROTECT, related_name="declared_name")

    class Meta:
        verbose_name = _("declared file name")
        verbose_name_plural = _("declared file names")
