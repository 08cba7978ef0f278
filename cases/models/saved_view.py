"""A list of cases kept under a name: its filters, search and order, never its rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User


class SavedView(models.Model):
    """What `query` asks for is found anew by whoever opens it, among the cases they may see.

    Without a department only its owner has it; with one, everybody of that department.
    """

    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500, help_text="The list's address parameters, in their canonical order.")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner"))
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("shared with"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
