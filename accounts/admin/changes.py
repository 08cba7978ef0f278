"""What was changed in the configuration, by whom: Django's own log, to be read and never written."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.admin_access import AUDITED, RoleModelAdmin

# Django's Vietnamese takes them for entries of a login, and leaves half of a name in English; ours comes before it.
NAMES = (gettext_noop("log entry"), gettext_noop("log entries"), gettext_noop("object repr"))


@admin.register(LogEntry)
class ChangeAdmin(RoleModelAdmin):
    readable_by = AUDITED
    list_display = ("action_time", "user", "content_type", "object_repr", "what")
    list_filter = ("content_type", "action_flag")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
    date_hierarchy = "action_time"
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "what")

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()
