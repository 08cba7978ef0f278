"""Who writes to us."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cskh.core.folding import Folded


class Notice(models.Model):
    """A version of the rights and privacy notice that is shown where customers open a request (R-15, R-55)."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    body_vi = models.TextField(_("text (Vietnamese)"))
    body_en = models.TextField(_("text (English)"))
    published_at = models.DateTimeField(_("published at"), default=timezone.now)

    class Meta:
        verbose_name = _("rights and privacy notice")
        verbose_name_plural = _("rights and privacy notices")
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return self.version

    @classmethod
    def in_force(cls, at: datetime | None = None) -> "Notice | None":
        """The notice that is shown where customers open a request now, or was `at` some moment (R-15)."""
        return cls.objects.filter(published_at__lte=at or timezone.now()).first()


class Customer(models.Model):
    """A person the operator serves. `external_id` is what the operator's own systems call them."""

    external_id = models.CharField(_("customer id at the operator"), max_length=100, null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(_("known since"), auto_now_add=True)
    vulnerable_since = models.DateTimeField(
        _("vulnerable since"),
        null=True,
        blank=True,
        help_text="Confirmed by a person; nobody asks them whether they are satisfied, or offers them anything.",
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(Upper("external_id"), name="customer_by_external_id"),
            GinIndex(OpClass(Folded("name"), name="gin_trgm_ops"), name="customer_name_folded"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or _("Customer %(number)s") % {"number": self.pk}


class ContactQuerySet(models.QuerySet["Contact"]):
    def speaking(self) -> Self:
        """Those that stand for their customer: all that are not merely claimed."""
        return self.filter(Q(is_claimed=False) | Q(verified_at__isnull=False))


class Contact(models.Model):
    """An address of a customer. `verified_at` tells since when we know that it is theirs.

    One that was only typed beside the address by which the customer was recognised `is_claimed`: it is there for staff to
    see, but recognises nobody and gets no answers until it is verified or used by itself.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("email")
        PHONE = "phone", _("telephone")
        APP = "app", _("app")

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("address"), max_length=320)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    is_claimed = models.BooleanField(_("only claimed"), default=False)
    last_used_at = models.DateTimeField(_("last used at"), default=timezone.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "address"], name="contact_once_a_customer")]
        indexes = [
            models.Index("kind", Upper("address"), F("last_used_at").desc(), name="contact_by_address"),
            GinIndex(OpClass(Upper("address"), name="gin_trgm_ops"), name="contact_address_trigrams"),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def speaks(self) -> bool:
        """As `ContactQuerySet.speaking`."""
        return not self.is_claimed or self.verified_at is not None


class CustomerMerge(models.Model):
    """A merge of two records of one person, with what is needed to undo it for a day."""

    kept = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(help_text="Primary keys that moved, by model: what an undo moves back.")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"
