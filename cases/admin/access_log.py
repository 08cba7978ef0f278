"""Who read what, for those who look over the shoulders of everybody: to be read and never written."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_access import AUDITED, RoleModelAdmin
from cases.models import Access


@admin.register(Access)
class AccessAdmin(RoleModelAdmin):
    readable_by = AUDITED
    list_display = ("at", "who", "case", "what", "reason")
    list_filter = (
        "is_saved",
        ("user", admin.RelatedOnlyFieldListFilter),
        ("program", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("user", "program", "case")
    search_fields = ("case__code", "user__username")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = ("at", "who", "case", "what", "reason")
    readonly_fields = ("who", "what")

    @admin.display(description=gettext_lazy("who"))
    def who(self, access: Access) -> str:
        return str(access.user or access.program)

    @admin.display(description=gettext_lazy("what"))
    def what(self, access: Access) -> str:
        if not access.evidence_item:
            return _("the case")
        words = _("original of evidence %(n)d, saved") if access.is_saved else _("file of evidence %(n)d")
        return words % {"n": access.evidence_item}
